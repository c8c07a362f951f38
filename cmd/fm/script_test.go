package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the scripts in testdata/script. Each reads like a page of
// the manual: commands, what they print, what is in the files afterwards. Run
// it with -update to have the files that a script compares with written anew.
//
// These show faults: failure, giveup and ladder (agents that crash, give up and
// hang), answer and permission (agents that ask), hostile (hostile texts, and what
// stands in place of COMPLETION.md), massdeath and survive (what dies together),
// damaged and restore (queue and worktrees that are gone), github-network and
// github-lost (a forge that is away, or whose answer is), doctor-fix (locks).
//
// Fault: F2, F3, F11, F12, F14, F15, F16, F18, F19, F23, F24.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"project":      project,
			"until":        until,
			"exits":        exits,
			"nothing-runs": nothingRuns,
			"no-escapes":   noEscapes,
			"github":       gitHub,
			"jira":         jiraSite,
			"no-secret":    noSecret,
		},
	})
}

// setup gives a script a home, a temporary folder short enough for tmux
// sockets, and the fm under test in its PATH. Whatever the script starts has
// that folder in its environment, and is ended by it.
func setup(env *testscript.Env) error {
	tmp, err := os.MkdirTemp("", "fm")
	if err != nil {
		return err
	}
	env.Defer(func() {
		endAll(tmp)
		_ = os.RemoveAll(tmp)
	})
	env.Setenv("TMPDIR", tmp)
	env.Setenv("TMUX_TMPDIR", tmp)
	env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
	env.Setenv("PATH", binary+string(os.PathListSeparator)+env.Getenv("PATH"))
	env.Setenv("FM_SCENARIO", "")
	plugin, err := filepath.Abs(filepath.Join("..", "..", "fm.tmux"))
	if err != nil {
		return err
	}
	env.Setenv("PLUGIN", plugin)
	env.Values[hubKey{}], env.Values[wroteKey{}], env.Values[jiraKey{}] = &hub{}, new(int), &jiraStage{}
	return os.MkdirAll(filepath.Join(env.WorkDir, "home"), 0o755)
}
