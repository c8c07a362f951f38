package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

// root finds the main checkout of the repository that the user is in.
func (a *app) root(ctx context.Context) (string, error) {
	if root, ok := plainRoot(a.dir); ok {
		return root, nil
	}
	return git.FindRoot(ctx, a.dir)
}

// plainRoot finds the main checkout by the files alone, where fm has been in it
// already: to ask git takes longer than all of fm status. It is sure of what it
// says, and false of anything out of the ordinary.
func plainRoot(dir string) (string, bool) {
	at, err := filepath.EvalSymlinks(dir)
	if err != nil || !filepath.IsAbs(at) {
		return "", false
	}
	for ; ; at = filepath.Dir(at) {
		if filepath.Base(at) == ".git" || exists(filepath.Join(at, "HEAD")) { // in a repository's own folder
			return "", false
		}
		info, err := os.Lstat(filepath.Join(at, ".git"))
		switch {
		case err == nil && info.IsDir():
			return at, known(at)
		case err == nil && info.Mode().IsRegular():
			return mainOf(at)
		case err == nil, filepath.Dir(at) == at:
			return "", false
		}
	}
}

// mainOf finds the main checkout of a worktree, see gitrepository-layout(5).
func mainOf(worktree string) (string, bool) {
	text, err := readFile(filepath.Join(worktree, ".git"), 4<<10)
	if err != nil {
		return "", false
	}
	own, ok := strings.CutPrefix(strings.TrimRight(string(text), "\n"), "gitdir: ")
	if own = within(worktree, own); !ok || own == "" {
		return "", false
	}
	text, err = readFile(filepath.Join(own, "commondir"), 4<<10)
	common := within(own, strings.TrimRight(string(text), "\n"))
	if err != nil || filepath.Base(common) != ".git" { // a submodule's, or a bare one's
		return "", false
	}
	root, err := filepath.EvalSymlinks(filepath.Dir(common))
	return root, err == nil && known(root)
}

// within makes a path that may be relative to a folder absolute; "" stays.
func within(folder, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(folder, path)
}

// known says whether fm has a folder of its own in a checkout.
func known(root string) bool {
	info, err := os.Lstat(fm.Project{Root: root}.Dir())
	return err == nil && info.IsDir()
}
