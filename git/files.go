package git

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Files lists all files of the base branch as last seen, without asking the
// remote: relative to the root, with slashes, sorted by bytes. The names are as
// git has them, of whatever bytes; a submodule is one of them.
func (r *Repo) Files(ctx context.Context) ([]string, error) {
	tip, err := r.baseSeen(ctx)
	if err != nil {
		return nil, err
	}
	return r.filesOf(ctx, tip)
}

func (r *Repo) filesOf(ctx context.Context, commit string) ([]string, error) {
	out, err := r.run(ctx, call{op: "list files of", target: r.base, args: []string{"ls-tree", "-r", "-z", "--name-only", "--full-tree", commit}})
	if err != nil {
		return nil, err
	}
	files := fields(out)
	slices.Sort(files) // git sorts a folder as if its name ended in a slash
	return files, nil
}

// baseSeen is the tip of the base branch as last seen.
func (r *Repo) baseSeen(ctx context.Context) (string, error) {
	tip, err := r.resolve(ctx, "", r.tracking())
	if err == nil && tip == "" {
		err = r.unknownBase()
	}
	return tip, err
}

// renamesWithin is how many commits of the base are looked through for renames.
const renamesWithin = 1000

// Renamed gives the present path of files that had another one within the last
// 1000 commits of the base branch, merges not counted, by each of the old
// paths. A path that is in use again is not among them, nor one whose file is
// gone. As [Repo.Files], it goes by what was last seen.
func (r *Repo) Renamed(ctx context.Context) (map[string]string, error) {
	tip, err := r.baseSeen(ctx)
	if err != nil {
		return nil, err
	}
	files, err := r.filesOf(ctx, tip)
	if err != nil {
		return nil, err
	}
	commits, err := r.run(ctx, call{op: "list renames in", target: r.base, args: []string{"rev-list", "--topo-order", "--no-merges", "--max-count=" + strconv.Itoa(renamesWithin), tip}})
	if err != nil {
		return nil, err
	}
	out, err := r.run(ctx, call{op: "list renames in", target: r.base, stdin: commits, args: []string{
		"diff-tree", "--stdin", "--no-commit-id", "-r", "-z", "-M", "--diff-filter=R", "--name-status",
	}})
	if err != nil {
		return nil, err
	}
	renamed, err := follow(fields(out))
	if err != nil {
		return nil, err
	}
	for old, now := range renamed {
		if has(files, old) || !has(files, now) {
			delete(renamed, old)
		}
	}
	return renamed, nil
}

func has(sorted []string, name string) bool {
	_, ok := slices.BinarySearch(sorted, name)
	return ok
}

// follow reads renames, newest first: a status, the old path and the new one of
// each. It gives the last path of each old one. Of a path that several files
// had, the latest counts. Within a commit, no path is both old and new.
func follow(renames []string) (map[string]string, error) {
	last := map[string]string{}
	for ; len(renames) > 0; renames = renames[3:] {
		if len(renames) < 3 || !strings.HasPrefix(renames[0], "R") {
			return nil, errors.New("list renames: git diff-tree gave an answer in an unknown form")
		}
		old, now := renames[1], renames[2]
		if later, ok := last[now]; ok {
			now = later
		}
		if _, ok := last[old]; !ok {
			last[old] = now
		}
	}
	return last, nil
}
