package git

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// notOwn is the pathspec for all but fm's folder in the main checkout.
const (
	ownPath    = ".founder-mode"
	notOwn     = ":(exclude)" + ownPath
	configPath = ownPath + "/config.json"
)

// leaveOut has the index of a look say nothing of fm's folder. A pathspec for
// git add would not do: it takes those that name an ignored folder for an error.
func (l *look) leaveOut() error {
	_, err := l.in("read index of", call{args: []string{"reset", "--quiet", "HEAD", "--", ownPath}})
	return err
}

// takeIn adds what a look would pass over, and what would yet be overwritten on
// the way to one of the commits: the settings, where all of them have these, and
// ignored files that stand where a commit has one.
func (r *Repo) takeIn(ctx context.Context, l *look, commits []string) error {
	shared, err := r.sharesConfig(ctx, commits...)
	if err != nil {
		return err
	}
	if shared {
		if _, err := l.in("read settings of", call{args: []string{"update-index", "--add", "--remove", "--", configPath}}); err != nil {
			return err
		}
	}
	tree, err := l.tree()
	if err != nil {
		return err
	}
	for _, to := range slices.Compact(commits) {
		found, err := r.obstacles(ctx, l.in, tree, to)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			continue
		}
		if _, err := l.in("read ignored files of", call{args: []string{"update-index", "--add", "-z", "--stdin"}, stdin: strings.Join(found, "\x00") + "\x00"}); err != nil {
			return unreadable(err)
		}
	}
	return nil
}

// sharesConfig says whether the settings are a file of all these commits, and so
// follow them as any other file does. Else they are their user's, and stay.
func (r *Repo) sharesConfig(ctx context.Context, commits ...string) (bool, error) {
	if _, err := os.Lstat(filepath.Join(r.root, filepath.FromSlash(configPath))); err != nil {
		return true, nil //nolint:nilerr // there is nothing that would have to stay
	}
	for _, c := range commits {
		out, err := r.run(ctx, call{op: "look for settings in", target: c, args: []string{"ls-tree", "--name-only", c, "--", configPath}})
		if err != nil || out == "" {
			return false, err
		}
	}
	return true, nil
}

// obstacles lists files of the main checkout that are in no index, ignored ones
// too, and stand where a commit has a file that the tree has not.
func (r *Repo) obstacles(ctx context.Context, in func(string, call) (string, error), tree, to string) ([]string, error) {
	out, err := r.run(ctx, call{op: "compare with", target: to, args: []string{
		"diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=A", tree, to, "--", ".", notOwn,
	}})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, name := range fields(out) {
		if at := r.standing(name); at != "" {
			names = append(names, at)
		}
	}
	slices.Sort(names)
	var found []string
	for some := range slices.Chunk(slices.Compact(names), 500) {
		out, err := in("list files of", call{args: append([]string{"--literal-pathspecs", "ls-files", "--others", "-z", "--"}, some...)})
		if err != nil {
			return nil, err
		}
		found = append(found, fields(out)...)
	}
	return found, nil
}

// standing gives what stands in the place of a file: that path itself, or one
// of the folders that it would be in and that is none. It is "" for nothing.
func (r *Repo) standing(name string) string {
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != '/' {
			continue
		}
		info, err := os.Lstat(filepath.Join(r.root, filepath.FromSlash(name[:i])))
		switch {
		case err != nil:
			return ""
		case i == len(name), !info.IsDir():
			return name[:i]
		}
	}
	return ""
}
