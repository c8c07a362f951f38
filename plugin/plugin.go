// Package plugin is the Claude Code plugin of fm: the commands that a worker's
// session is started with, the commands by which people steer fm from within
// Claude Code, and the references that they point to. They are Markdown,
// embedded in the binary, so that fm and what it asks of an agent are always of
// one version.
//
// The package starts nothing and decides nothing; [Install] puts the files
// where `claude --plugin-dir` can read them, [Commands] and [Folder] give them
// as a project may have them. To change what agents are told, read
// commands/work-on-subissue.md and commands/fix-issue.md.
package plugin

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/founder-mode/fm/failpoint"
)

//go:embed .claude-plugin commands references
var tree embed.FS

// Install writes what a worker's session needs of the plugin into the folder
// dir, which it makes if need be. The commands for people stay out: a worker's
// own /resume, /status or /stop would be taken for one of them. A file that
// holds the right bytes already is left alone, each other one is replaced
// atomically, and nothing is removed. Concurrent callers end with the same
// files.
func Install(dir string) error {
	for _, f := range files() {
		if in, name := path.Split(f.Name); in == commandsIn && !slices.Contains(workersOwn(), name) {
			continue
		}
		target := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return fmt.Errorf("install plugin: %w", err)
		}
		if err := install(target, f.Text); err != nil {
			return fmt.Errorf("install plugin: %w", err)
		}
	}
	return nil
}

func install(target string, want []byte) error {
	info, err := os.Lstat(target)
	if err == nil && info.Mode().IsRegular() {
		if have, err := os.ReadFile(target); err == nil && bytes.Equal(have, want) {
			return nil
		}
	}
	defer failpoint.Step("plugin.install")()
	f, err := os.CreateTemp(filepath.Dir(target), ".new-*")
	if err != nil {
		return err
	}
	_, werr := f.Write(want)
	err = errors.Join(werr, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), target)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
