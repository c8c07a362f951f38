package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// spared lists those files of a tree that the user's branch has not, and has git
// ignore: they may be his, and an agent that insisted has added them. They stay in
// the main checkout as they are when it is given back.
func (r *Repo) spared(ctx context.Context, tree, home string) ([]string, error) {
	out, err := r.run(ctx, call{op: "compare with", target: home, args: []string{
		"diff-tree", "-r", "-z", "--name-status", "--no-renames", "--diff-filter=AD", tree, home, "--", ".", notOwn,
	}})
	if err != nil {
		return nil, err
	}
	all := fields(out)
	files, within := map[string]bool{}, map[string]bool{} // that the user's branch has instead
	for i := 0; i+1 < len(all); i += 2 {
		if all[i] == "A" {
			files[all[i+1]] = true
			for dir := path.Dir(all[i+1]); dir != "."; dir = path.Dir(dir) {
				within[dir] = true
			}
		}
	}
	var names []string
	for i := 0; i+1 < len(all); i += 2 {
		name := all[i+1]
		free := all[i] == "D" && !ownFile(name) && !within[name]
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			free = free && !files[dir]
		}
		if free {
			names = append(names, name)
		}
	}
	return r.ignoredAt(ctx, home, names)
}

// ignoredAt lists the names that git would ignore if a commit were checked out,
// and none of them tracked. Its rules are put into a folder for that.
func (r *Repo) ignoredAt(ctx context.Context, commit string, names []string) ([]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	rules, err := newScratch(os.TempDir())
	if err != nil {
		return nil, fmt.Errorf("read what is ignored: %w", err)
	}
	defer rules.remove()
	dir := rules.dir
	if err := r.rulesInto(ctx, dir, commit, names); err != nil {
		return nil, err
	}
	out, err := r.run(ctx, call{
		op: "read what is ignored at", target: commit, dir: dir, stdin: strings.Join(names, "\x00") + "\x00",
		args: []string{"--git-dir=" + r.common, "--work-tree=" + dir, "check-ignore", "--no-index", "-z", "--stdin"},
	})
	var e *Error
	if errors.As(err, &e) && e.ExitCode == 1 { // none
		return nil, nil
	}
	return fields(out), err
}

// rulesInto writes the .gitignore files of a commit that are about the names.
func (r *Repo) rulesInto(ctx context.Context, dir, commit string, names []string) error {
	asked := map[string]bool{}
	for _, name := range names {
		for name != "." {
			name = path.Dir(name)
			rules := path.Join(name, ".gitignore")
			if asked[rules] {
				break
			}
			asked[rules] = true
			text, err := r.run(ctx, call{op: "read", target: rules, args: []string{"cat-file", "blob", commit + ":" + rules}})
			var e *Error
			if errors.As(err, &e) && e.ExitCode > 0 { // there is none
				continue
			}
			if err != nil {
				return err
			}
			file := filepath.Join(dir, filepath.FromSlash(rules))
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				return fmt.Errorf("read what is ignored: %w", err)
			}
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				return fmt.Errorf("read what is ignored: %w", err)
			}
		}
	}
	return nil
}

// unlike lists those of the names that are not in a tree as they are in a commit.
func (r *Repo) unlike(ctx context.Context, tree, commit string, names []string) ([]string, error) {
	out, err := r.run(ctx, call{op: "compare with", target: commit, args: []string{"diff-tree", "-r", "-z", "--name-only", "--no-renames", tree, commit}})
	if err != nil {
		return nil, err
	}
	differ := map[string]bool{}
	for _, name := range fields(out) {
		differ[name] = true
	}
	var all []string
	for _, name := range names {
		if differ[name] {
			all = append(all, name)
		}
	}
	return all, nil
}
