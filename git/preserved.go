package git

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// Preserved is something that [Repo.Preserve] kept.
type Preserved struct {
	Ref    string
	Commit string
	At     time.Time // when it was kept first, in whole seconds

	number int
}

// Preserved lists what is kept of a task, newest first.
func (r *Repo) Preserved(ctx context.Context, at fm.Site) ([]Preserved, error) {
	p, err := r.place(at)
	if err != nil {
		return nil, err
	}
	all, err := r.preservedRefs(ctx, p)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].At, err = r.keptAt(ctx, all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// preservedRefs reads the refs, newest first. At is the date of the commit.
func (r *Repo) preservedRefs(ctx context.Context, p place) ([]Preserved, error) {
	out, err := r.run(ctx, call{op: "list", target: p.preserved(), args: []string{"for-each-ref", "--format=%(objectname) %(refname) %(committerdate:unix)", p.preserved()}})
	if err != nil {
		return nil, err
	}
	var all []Preserved
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		if len(words) != 3 {
			continue // not a commit: not of fm's making
		}
		n, err := strconv.Atoi(strings.TrimPrefix(words[1], p.preserved()))
		if err != nil {
			continue
		}
		all = append(all, Preserved{Ref: words[1], Commit: words[0], At: unixTime(words[2]), number: n})
	}
	slices.SortFunc(all, func(a, b Preserved) int { return cmp.Compare(b.number, a.number) })
	return all, nil
}

// keptAt asks the reflog: the commit carries the date of the commit below it,
// so that the same content is kept once.
func (r *Repo) keptAt(ctx context.Context, one Preserved) (time.Time, error) {
	out, err := r.run(ctx, call{op: "read log of", target: one.Ref, args: []string{"log", "--walk-reflogs", "--no-show-signature", "--date=unix", "--format=%gd", "--end-of-options", one.Ref, "--"}})
	if err != nil {
		return time.Time{}, err
	}
	lines := strings.Fields(out)
	if len(lines) == 0 {
		return one.At, nil
	}
	_, at, _ := strings.Cut(strings.TrimSuffix(lines[len(lines)-1], "}"), "@{")
	return unixTime(at), nil
}

func unixTime(s string) time.Time {
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}
