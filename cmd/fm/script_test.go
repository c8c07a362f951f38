package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the scripts in testdata/script. Each reads like a page of
// the manual: commands, what they print, what is in the files afterwards.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup:               setup,
	})
}

// setup gives a script a home, a temporary folder short enough for tmux
// sockets, and the fm under test in its PATH.
func setup(env *testscript.Env) error {
	tmp, err := os.MkdirTemp("", "fm")
	if err != nil {
		return err
	}
	env.Defer(func() { _ = os.RemoveAll(tmp) })
	env.Setenv("TMPDIR", tmp)
	env.Setenv("TMUX_TMPDIR", tmp)
	env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
	env.Setenv("PATH", binary+string(os.PathListSeparator)+env.Getenv("PATH"))
	return os.MkdirAll(filepath.Join(env.WorkDir, "home"), 0o755)
}
