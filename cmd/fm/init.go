package main

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/founder-mode/fm/failpoint"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/plugin"
)

// initCmd makes a repository ready for fm. It writes over nothing that it did
// not write, and can be repeated: after an update of fm it brings its own files
// up to date.
type initCmd struct {
	Commands bool `xor:"how" help:"Install the slash commands in .claude/commands/fm (the default)."`
	Plugin   bool `xor:"how" help:"Install them as a plugin, with its references, in .claude/skills/fm."`
	DryRun   bool `name:"dry-run" help:"Say what would be written, and write nothing."`
}

//go:embed config.jsonc
var configTemplate []byte

func (c *initCmd) Run(ctx context.Context, a *app) error {
	if c.DryRun { // it was asked for nothing else
		a.stdout = a.asked
	}
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	files := []plugin.File{{Name: ".founder-mode/config.json", Text: configTemplate}}
	if c.Plugin {
		files = append(files, plugin.Folder()...)
	} else {
		files = append(files, plugin.Commands()...)
	}
	root, err := os.OpenRoot(h.project.Root)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // only a handle
	f := fitting{house: h, root: root, act: write}
	if c.DryRun {
		f.act = tell
	}
	if err := f.exclude(ctx); err != nil {
		return err
	}
	for _, file := range files {
		if err := f.file(file); err != nil {
			return fmt.Errorf("write %s: %w", file.Name, err)
		}
	}
	f.end(c.Plugin)
	return nil
}

// act says whether fm init writes, or tells what it would write.
type act int

const (
	write act = iota
	tell
)

// fitting is one run of fm init.
type fitting struct {
	*house
	root *os.Root
	act  act
	done int // files written, or to be written
}

// did tells of a file: one line for each.
func (f *fitting) did(verb, would, what string) {
	f.done++
	if f.act == tell {
		fmt.Fprintf(f.stdout, "Would %s %s\n", would, what)
		return
	}
	fmt.Fprintf(f.stdout, "✓ %s %s\n", verb, what)
}

// exclude keeps fm's files out of git before there are any.
func (f *fitting) exclude(ctx context.Context) error {
	o := git.Options{Root: f.project.Root, WorktreeDir: f.config.WorktreeDir, Environ: f.environ, Ran: f.ran}
	file, ok, err := git.Excluded(ctx, o)
	if err != nil || ok {
		return err
	}
	if rel, err := filepath.Rel(f.project.Root, file); err == nil {
		file = rel
	}
	if f.act == write {
		if err := git.Exclude(ctx, o); err != nil {
			return err
		}
	}
	f.did("Excluded fm's own files from git in", "exclude fm's own files from git in", file)
	return nil
}

// file writes one file, if nobody's own stands in its place.
func (f *fitting) file(file plugin.File) error {
	want := seal(file.Name, file.Text)
	is, have, err := f.look(file.Name)
	if err != nil {
		return err
	}
	switch is {
	case foreign:
		fmt.Fprintf(f.stdout, "· Left alone %s: it is yours\n", file.Name)
		return nil
	case changed:
		fmt.Fprintf(f.stdout, "· Left alone %s: you changed it\n", file.Name)
		return nil
	case intact:
		if bytes.Equal(have, want) {
			return nil
		}
	case absent:
	}
	if f.act == write {
		if err := f.replace(file.Name, want); err != nil {
			return err
		}
		f.wrote(filepath.Join(f.project.Root, file.Name))
	}
	if is == intact {
		f.did("Updated", "update", file.Name)
	} else {
		f.did("Wrote", "write", file.Name)
	}
	return nil
}

// look says what stands under a name. What is no regular file is somebody's.
func (f *fitting) look(name string) (state, []byte, error) {
	info, err := f.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return absent, nil, nil
	case err != nil:
		return foreign, nil, err
	case !info.Mode().IsRegular():
		return foreign, nil, nil
	}
	text, err := f.root.ReadFile(name)
	return sealState(text), text, err
}

// replace writes a file whole, also across a power cut: the settings that were
// there before are its user's. The root lets no link lead out of the checkout.
func (f *fitting) replace(name string, text []byte) error {
	mode := fs.FileMode(0o755)
	if path.Dir(name) == path.Base(f.project.Dir()) {
		mode = 0o700 // what agents say will stand in it
	}
	if err := f.root.MkdirAll(path.Dir(name), mode); err != nil {
		return err
	}
	temp := path.Join(path.Dir(name), ".fm-"+rand.Text())
	defer failpoint.Step("config.write")()
	file, err := f.root.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err = file.Write(text); err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = f.root.Rename(temp, name)
	}
	if err != nil {
		_ = f.root.Remove(temp) // the first error is the one to tell
		return err
	}
	folder, err := f.root.Open(path.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// end says what to do with what was written.
func (f *fitting) end(asPlugin bool) { //nolint:revive // flag-parameter: it is the user's flag
	if f.done == 0 {
		fmt.Fprintln(f.stdout, "Nothing to do.")
	}
	if f.has(plugin.Commands()) && f.has(plugin.Folder()) {
		fmt.Fprintln(f.stdout, "! The commands are there twice, in .claude/commands/fm and in .claude/skills/fm: remove one of the folders")
	}
	if f.done == 0 || f.act == tell {
		return
	}
	if asPlugin {
		fmt.Fprintln(f.stdout, "\nThe next claude that is started here knows /fm:work, /fm:status and the others, if it trusts the folder.\nOlder releases of it: claude --plugin-dir .claude/skills/fm")
	} else {
		fmt.Fprintln(f.stdout, "\nThe next claude that is started here knows /fm:work, /fm:status and the others.")
	}
	fmt.Fprintln(f.stdout, "See whether all is ready with: fm doctor")
}

// has says whether the first of the files is there.
func (f *fitting) has(files []plugin.File) bool {
	_, err := f.root.Lstat(files[0].Name)
	return err == nil
}
