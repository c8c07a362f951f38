package git

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// refs gives the commits of refs; absent ones are left out.
func (r *Repo) refs(ctx context.Context, names []string) (map[string]string, error) {
	out, err := r.run(ctx, call{op: "compare", target: "branches", args: append([]string{"for-each-ref", "--format=%(objectname) %(refname)", "--"}, names...)})
	if err != nil {
		return nil, err
	}
	tips := map[string]string{}
	for line := range strings.Lines(out) {
		sha, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		tips[name] = sha
	}
	return tips, nil
}

func (r *Repo) unknownBase() error {
	return fmt.Errorf("base branch %s is not known locally: fetch it first", r.base)
}

// graph gives the parents of each commit that the base does not have.
type graph map[string][]string

// part finds out where branches left the base, and drops those that have
// nothing that it does not have.
func (s *sweep) part(ctx context.Context, branches []branch) ([]branch, error) {
	g, err := s.graph(ctx, branches)
	if err != nil {
		if branches = s.present(ctx, branches); branches == nil {
			return nil, err
		}
		if g, err = s.graph(ctx, branches); err != nil {
			return nil, err
		}
	}
	var ahead []branch
	for _, b := range branches {
		if _, ok := g[b.tip]; !ok {
			continue
		}
		if b.starts, err = s.independent(ctx, g.below(b.tip)); err != nil {
			return nil, err
		}
		ahead = append(ahead, b)
	}
	return ahead, nil
}

func (s *sweep) graph(ctx context.Context, branches []branch) (graph, error) {
	var in strings.Builder
	for _, b := range branches {
		in.WriteString(b.tip + "\n")
	}
	in.WriteString("^" + s.base + "\n")
	out, err := s.r.run(ctx, call{op: "compare", target: "branches", args: []string{"rev-list", "--parents", "--stdin"}, stdin: in.String()})
	if err != nil {
		return nil, err
	}
	g := graph{}
	for line := range strings.Lines(out) {
		if words := strings.Fields(line); len(words) > 0 {
			g[words[0]] = words[1:]
		}
	}
	return g, nil
}

// present drops branches whose commit is missing: the ref outlived it in a
// crash. It is nil when that is true of none, and when the base is missing.
func (s *sweep) present(ctx context.Context, branches []branch) []branch {
	asked := []string{s.base}
	for _, b := range branches {
		asked = append(asked, b.tip)
	}
	out, err := s.r.run(ctx, call{op: "compare", target: "branches", args: []string{"cat-file", "--batch-check"}, stdin: strings.Join(asked, "\n") + "\n"})
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if err != nil || len(lines) != len(asked) || strings.HasSuffix(lines[0], " missing") {
		return nil
	}
	kept := []branch{}
	for i, b := range branches {
		if !strings.HasSuffix(lines[i+1], " missing") {
			kept = append(kept, b)
		}
	}
	if len(kept) == len(branches) {
		return nil
	}
	return kept
}

// below lists the commits of the base that a tip stands on, sorted.
func (g graph) below(tip string) []string {
	var out []string
	visited := map[string]bool{tip: true}
	for todo := []string{tip}; len(todo) > 0; {
		last := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		parents, ok := g[last]
		if !ok {
			out = append(out, last)
		}
		for _, parent := range parents {
			if !visited[parent] {
				visited[parent] = true
				todo = append(todo, parent)
			}
		}
	}
	slices.Sort(out)
	return out
}

// independent drops commits that another one has in its history: a branch that
// merged the base left it there, and not where it began.
func (s *sweep) independent(ctx context.Context, commits []string) ([]string, error) {
	if len(commits) < 2 {
		return commits, nil
	}
	key := strings.Join(commits, " ")
	newest, ok := s.old.newest[key]
	if !ok {
		out, err := s.r.run(ctx, call{op: "compare", target: "branches", args: append([]string{"merge-base", "--independent"}, commits...)})
		if err != nil {
			return nil, err
		}
		newest = strings.Fields(out)
		slices.Sort(newest)
	}
	s.seen.newest[key] = newest
	return newest, nil
}

// compare reads what changed between all commits that are compared later.
func (s *sweep) compare(ctx context.Context, branches []branch) error {
	var wanted []span
	starts := map[string]bool{}
	for _, b := range branches {
		for _, start := range b.starts {
			wanted = append(wanted, span{start, b.tip}, span{start, s.base})
			starts[start] = true
		}
	}
	for a := range starts {
		for b := range starts {
			wanted = append(wanted, span{a, b})
		}
	}
	slices.SortFunc(wanted, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	var missing []span
	for _, at := range slices.Compact(wanted) {
		c, ok := s.old.changes[at]
		switch {
		case ok:
			s.seen.changes[at] = c
		case at.from != at.to:
			missing = append(missing, at)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := s.r.changes(ctx, missing)
	if err != nil {
		return err
	}
	for i, at := range missing {
		s.seen.changes[at] = found[i]
	}
	return nil
}

// changes reads what changed within each span.
func (r *Repo) changes(ctx context.Context, spans []span) ([]*change, error) {
	var in strings.Builder
	for _, at := range spans {
		in.WriteString(at.to + " " + at.from + "\n") // a commit, and what to take for its parent
	}
	out, err := r.run(ctx, call{op: "compare", target: "branches", stdin: in.String(), args: []string{
		"diff-tree", "--stdin", "--always", "-r", "-z", "--name-status", "--no-renames", "--ignore-submodules=none",
	}})
	if err != nil {
		return nil, err
	}
	all := make([]*change, 0, len(spans))
	for next := fields(out); len(next) > 0; {
		if objectPattern().MatchString(next[0]) {
			all = append(all, newChange())
			next = next[1:]
			continue
		}
		if len(all) == 0 || len(next) < 2 {
			return nil, errors.New("compare branches: git diff-tree gave an answer in an unknown form")
		}
		if !ownFile(next[1]) {
			all[len(all)-1].add(next[0], next[1])
		}
		next = next[2:]
	}
	if len(all) != len(spans) {
		return nil, errors.New("compare branches: git diff-tree gave an answer in an unknown form")
	}
	return all, nil
}
