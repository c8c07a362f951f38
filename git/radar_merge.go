package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

const (
	mergers      = 2   // processes at once
	mergersAbove = 8   // pairs: fewer are merged by one process
	mergersGroup = 100 // pairs whose results are on disk at the same time
)

// memory is a folder in memory, where there is one: on a busy disk, making and
// removing the files takes longer than the merges.
const memory = "/dev/shm"

// usageExit is the exit code of a git that does not know an option.
const usageExit = 129

// merge finds the files in which pairs of commits conflict, unless that is
// known.
func (s *sweep) merge(ctx context.Context, spans []span) error {
	var missing []span
	for _, at := range spans {
		if _, ok := s.seen.merges[at]; ok {
			continue
		}
		files, ok := s.old.merges[at]
		s.seen.merges[at] = files // of a missing one, so that it is merged once
		if !ok {
			missing = append(missing, at)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := s.r.mergeAll(ctx, missing)
	if err != nil {
		return err
	}
	for i, at := range missing {
		s.seen.merges[at] = found[i]
	}
	return nil
}

// mergeAll merges pairs of commits, each by itself.
func (r *Repo) mergeAll(ctx context.Context, spans []span) ([][]string, error) {
	found := make([][]string, 0, len(spans))
	for group := range slices.Chunk(spans, mergersGroup) {
		files, err := r.mergeGroup(ctx, memory, group)
		if err != nil && ctx.Err() == nil {
			files, err = r.mergeGroup(ctx, os.TempDir(), group) // there is no such folder, or it is full
		}
		if err != nil {
			return nil, err
		}
		found = append(found, files...)
	}
	return found, nil
}

// mergeGroup merges pairs of commits. The trees and files that git writes for
// that, some ten of them for each pair, go to a folder of their own, which is
// gone afterwards.
func (r *Repo) mergeGroup(ctx context.Context, parent string, spans []span) ([][]string, error) {
	objects, err := newScratch(parent)
	if err != nil {
		return nil, fmt.Errorf("compare branches: %w", err)
	}
	defer objects.remove()
	env := []string{
		"GIT_OBJECT_DIRECTORY=" + objects.dir,
		"GIT_ALTERNATE_OBJECT_DIRECTORIES=" + quoted(filepath.Join(r.common, "objects")),
	}
	size := len(spans)
	if size > mergersAbove {
		size = (size + mergers - 1) / mergers
	}
	var wait sync.WaitGroup
	found, errs := make([][]string, len(spans)), make([]error, mergers)
	for i, batch := range slices.Collect(slices.Chunk(spans, size)) {
		wait.Go(func() {
			files, err := r.mergeBatch(ctx, env, batch)
			copy(found[i*size:], files)
			errs[i] = err
		})
	}
	wait.Wait()
	return found, errors.Join(errs...)
}

// quoted makes a path one entry of a list of paths as git reads it, whatever is
// in it.
func quoted(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(path) + `"`
}

func (r *Repo) mergeBatch(ctx context.Context, env []string, spans []span) ([][]string, error) {
	if r.radar.single.Load() {
		return r.mergeSingly(ctx, env, spans)
	}
	var in strings.Builder
	for _, at := range spans {
		in.WriteString(at.from + " " + at.to + "\n")
	}
	out, err := r.run(ctx, call{op: "compare", target: "branches", args: quickMerge("--stdin"), stdin: in.String(), env: env, limit: checkoutLimit})
	var e *Error
	switch {
	case errors.As(err, &e) && e.ExitCode == usageExit: // git 2.38 has no --stdin
		r.radar.single.Store(true)
		return r.mergeSingly(ctx, env, spans)
	case err != nil:
		return nil, err
	}
	all, err := parseMerges(out)
	if err == nil && len(all) != len(spans) {
		err = fmt.Errorf("compare branches: git merged %d pairs of %d", len(all), len(spans))
	}
	if err != nil {
		return nil, err
	}
	for i, at := range spans {
		all[i] = conflicted(all[i], at)
	}
	return all, nil
}

func (r *Repo) mergeSingly(ctx context.Context, env []string, spans []span) ([][]string, error) {
	all := make([][]string, len(spans))
	for i, at := range spans {
		out, err := r.run(ctx, call{op: "compare", target: "branches", args: quickMerge("-z", at.from, at.to), env: env})
		var e *Error
		switch {
		case errors.As(err, &e) && e.ExitCode == 1:
			if names := fields(out); len(names) > 0 {
				all[i] = conflicted(names[1:], at) // the first is the tree
			}
		case err != nil:
			return nil, err
		}
	}
	return all, nil
}

// quickMerge is a merge whose result nobody will look at.
func quickMerge(args ...string) []string {
	return append([]string{
		"-c", "core.fsync=none", "-c", "core.createObject=rename",
		"merge-tree", "--write-tree", "--name-only", "--no-messages", "--allow-unrelated-histories",
	}, args...)
}

var errMergeForm = errors.New("compare branches: git merge-tree gave an answer in an unknown form")

// parseMerges reads the files in conflict of each merge; see git-merge-tree(1),
// OUTPUT: a status, the tree, the files, an empty field.
func parseMerges(out string) ([][]string, error) {
	var all [][]string
	for next := fields(out); len(next) > 0; {
		end := slices.Index(next, "")
		if end < 2 || next[0] != "0" && next[0] != "1" || !objectPattern().MatchString(next[1]) {
			return nil, errMergeForm
		}
		all = append(all, next[2:end])
		next = next[end+1:]
	}
	return all, nil
}

// conflicted cleans a list of files. A file that stands in the way of a folder
// is listed under a name that git made up, of its own and its side's.
func conflicted(files []string, at span) []string {
	var all []string
	for _, name := range files {
		for _, side := range []string{at.from, at.to} {
			if before, _, ok := strings.Cut(name, "~"+side); ok {
				name = before
			}
		}
		if !ownFile(name) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
