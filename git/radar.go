package git

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/founder-mode/fm"
)

// Conflicts merges the branch of each site, as far as it is committed, with the
// base branch as last seen and with each other one, and tells which cannot be
// merged, and in which files: in the order of the sites, the base first. It
// merges as git merge does, renames included, but tries only where both sides
// touch something in common. A later call merges only what has moved since.
//
// Nothing in the repository is changed, and no lock is waited for, so that
// agents may commit meanwhile: what counts is where the branches stood at the
// start. A site without a branch, or with nothing on it that the base does not
// have, has no conflict. Nor have two branches one with each other because of
// what one of them merely has from the base: that is a conflict of the other
// one with the base. Branches without common history conflict in the files that
// both have. fm's own files never conflict. A branch whose commit is missing in
// the repository is left out; without a base, the error says so.
func (r *Repo) Conflicts(ctx context.Context, sites []fm.Site) ([]fm.Conflict, error) {
	s := &sweep{r: r, old: r.radar.known.Load(), seen: newKnown()}
	if s.old == nil {
		s.old = newKnown()
	}
	found, err := s.conflicts(ctx, sites)
	if err != nil {
		return nil, err
	}
	r.radar.known.Store(s.seen)
	return found, nil
}

// radar is what sweeps leave to later ones.
type radar struct {
	known  atomic.Pointer[known] // nobody changes it any more
	single atomic.Bool           // this git merges one pair per process
}

// known holds results. They never become wrong, since commits never change;
// each sweep keeps those that it used itself, so that what is gone is forgotten.
type known struct {
	changes map[span]*change
	merges  map[span][]string   // files in conflict, sorted; by the lesser commit first
	newest  map[string][]string // see [sweep.independent]
}

// span is a pair of commits.
type span struct{ from, to string }

func newKnown() *known {
	return &known{changes: map[span]*change{}, merges: map[span][]string{}, newest: map[string][]string{}}
}

// sweep is one call of [Repo.Conflicts].
type sweep struct {
	r    *Repo
	old  *known
	seen *known // what this sweep used
	base string // commit
}

// branch is one that has commits of its own.
type branch struct {
	task   fm.TaskID
	tip    string
	starts []string // where it left the base, or merged it last; mostly one, none without common history
}

// pair is two branches, or one and the base, as the zero branch with a tip.
type pair struct{ a, b branch }

func (p pair) span() span { return span{min(p.a.tip, p.b.tip), max(p.a.tip, p.b.tip)} }

func (s *sweep) conflicts(ctx context.Context, sites []fm.Site) ([]fm.Conflict, error) {
	branches, err := s.branches(ctx, sites)
	if err != nil || len(branches) == 0 {
		return nil, err
	}
	if branches, err = s.part(ctx, branches); err != nil {
		return nil, err
	}
	if err := s.compare(ctx, branches); err != nil {
		return nil, err
	}
	pairs := s.pairs(branches)
	spans := make([]span, len(pairs))
	for i, p := range pairs {
		spans[i] = p.span()
	}
	if err := s.merge(ctx, spans); err != nil {
		return nil, err
	}
	if err := s.merge(ctx, s.inherited(pairs)); err != nil {
		return nil, err
	}
	var found []fm.Conflict
	for _, p := range pairs {
		if files := s.files(p); len(files) > 0 {
			found = append(found, fm.Conflict{Tasks: [2]fm.TaskID{p.a.task, p.b.task}, Files: files})
		}
	}
	return found, nil
}

// pairs lists what has to be merged.
func (s *sweep) pairs(branches []branch) []pair {
	var all []pair
	base := branch{tip: s.base}
	for i, a := range branches {
		if s.meetsBase(a) {
			all = append(all, pair{a, base})
		}
		for _, b := range branches[i+1:] {
			if a.tip != b.tip && s.meet(a, b) {
				all = append(all, pair{a, b})
			}
		}
	}
	return all
}

// inherited lists the merges that tell whether two branches conflict only since
// one of them began on a newer base: of each with the start of the other.
func (s *sweep) inherited(pairs []pair) []span {
	var all []span
	for _, p := range pairs {
		if p.b.task == "" || len(s.seen.merges[p.span()]) == 0 || slices.Equal(p.a.starts, p.b.starts) {
			continue
		}
		all = append(all, againstStarts(p.a, p.b)...)
		all = append(all, againstStarts(p.b, p.a)...)
	}
	return all
}

func againstStarts(a, b branch) []span {
	all := make([]span, len(b.starts))
	for i, start := range b.starts {
		all[i] = pair{a, branch{tip: start}}.span()
	}
	return all
}

// files are those in which a pair conflicts through its own commits.
func (s *sweep) files(p pair) []string {
	files := slices.Clone(s.seen.merges[p.span()]) // the caller's to change
	if p.b.task == "" || slices.Equal(p.a.starts, p.b.starts) {
		return files
	}
	return slices.DeleteFunc(files, func(name string) bool {
		return s.fromBase(p.a, p.b, name) || s.fromBase(p.b, p.a, name)
	})
}

// fromBase says whether a conflicts in a file with what b has from the base.
func (s *sweep) fromBase(a, b branch, name string) bool {
	if s.own(b).touches(name) {
		return false
	}
	return slices.ContainsFunc(againstStarts(a, b), func(at span) bool {
		return slices.Contains(s.seen.merges[at], name)
	})
}

// branches reads where the branches and the base stand, all at one moment.
func (s *sweep) branches(ctx context.Context, sites []fm.Site) ([]branch, error) {
	if len(sites) == 0 {
		return nil, nil
	}
	refs := []string{s.r.tracking()}
	for _, at := range sites {
		if t, ok := fm.TaskOf(at.Branch); !ok || t.ID != at.Task {
			return nil, fmt.Errorf("compare branches: %q is not one of task %s: %w", at.Branch, at.Task, fm.ErrRefused)
		}
		refs = append(refs, "refs/heads/"+at.Branch)
	}
	tips, err := s.r.refs(ctx, refs)
	if err != nil {
		return nil, err
	}
	var all []branch
	for i, at := range sites {
		if tip := tips[refs[i+1]]; tip != "" && !slices.ContainsFunc(all, func(b branch) bool { return b.task == at.Task && b.tip == tip }) {
			all = append(all, branch{task: at.Task, tip: tip})
		}
	}
	if s.base = tips[refs[0]]; s.base == "" && len(all) > 0 {
		return nil, s.r.unknownBase()
	}
	return all, nil
}
