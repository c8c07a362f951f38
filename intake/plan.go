package intake

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// Plan gives the split of an issue without creating, adopting or keeping
// anything: one that was kept by an intake that did not come to its end, else
// what the analyst says. An error wraps [fm.ErrRefused] when the issue cannot be
// worked on, is in the queue, or has subissues already.
func (in *Intake) Plan(ctx context.Context, id fm.IssueID) (fm.Issue, fm.Split, error) {
	issues, err := in.fetch(ctx, []fm.IssueID{id}, in.finished)
	if err != nil {
		return fm.Issue{}, fm.Split{}, err
	}
	p := part{issue: issues[0]}
	err = in.sketch(ctx, &p)
	for _, n := range p.news {
		in.Tell(n)
	}
	if err != nil {
		return p.issue, fm.Split{}, fmt.Errorf("plan issue %s: %w", id, err)
	}
	return p.issue, p.plan, nil
}

func (in *Intake) sketch(ctx context.Context, p *part) error {
	if in.Queue != nil {
		if tasks := tasksOf(p.issue.ID, in.Queue.Snapshot()); len(tasks) > 0 {
			return fmt.Errorf("%w: it is in the queue already, as %s", fm.ErrRefused, refs(tasks))
		}
	}
	var err error
	if p.plan, err = in.Plans.Load(p.issue.ID); err == nil {
		p.tell(Found, len(p.plan.Subissues), "planned before")
		return nil
	}
	if !errors.Is(err, fm.ErrGone) {
		return err
	}
	children, err := in.Tracker.Children(ctx, p.issue.ID)
	if err != nil {
		return err
	}
	if len(children) > 0 {
		var ids []fm.TaskID
		for _, c := range children {
			ids = append(ids, fm.TaskID(c.ID))
		}
		return fmt.Errorf("%w: it has subissues already, which are worked on as they are: %s", fm.ErrRefused, refs(ids))
	}
	if p.plan, err = in.think(ctx, p); err == nil {
		p.tell(Found, len(p.plan.Subissues), "")
	}
	return err
}

func refs(ids []fm.TaskID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = id.Ref()
	}
	return strings.Join(words, ", ")
}

// Limits of a plan.
const (
	maxParts       = 100 // what GitHub allows an issue to have
	maxTitle       = 120 // runes
	maxHours       = 100
	maxDescription = 20_000 // runes
	maxItems       = 100    // of each list
	maxItem        = 2000   // runes
)

// sound checks a plan, and names the position of the subissue that is not, or
// -1 when it is about all.
func sound(s fm.Split) (at int, err error) {
	if n := len(s.Subissues); n < 1 || n > maxParts {
		return -1, fmt.Errorf("%d subissues: want 1 to %d", n, maxParts)
	}
	for i, sub := range s.Subissues {
		if err := soundPart(sub); err != nil {
			return i, err
		}
		for _, d := range sub.DependsOn {
			if d < 1 || d > len(s.Subissues) || d == i+1 {
				return i, fmt.Errorf("depends on %d: want another one of the plan", d)
			}
		}
	}
	done := map[int]bool{} // what depends on nothing that is left goes, until nothing does
	for range s.Subissues {
		for i, sub := range s.Subissues {
			if !slices.ContainsFunc(sub.DependsOn, func(d int) bool { return !done[d-1] }) {
				done[i] = true
			}
		}
	}
	for i := range s.Subissues {
		if !done[i] {
			return i, errors.New("it depends on subissues that depend on it")
		}
	}
	return 0, nil
}

func soundPart(s fm.Subissue) error {
	switch n := len([]rune(s.Title)); {
	case strings.TrimSpace(s.Title) == "":
		return errors.New("it has no title")
	case n > maxTitle:
		return fmt.Errorf("a title of %d characters: want at most %d", n, maxTitle)
	case math.IsNaN(s.Hours) || s.Hours < 0 || s.Hours > maxHours:
		return fmt.Errorf("%v hours: want more than 0 and at most %d", s.Hours, maxHours)
	case len([]rune(s.Description)) > maxDescription:
		return fmt.Errorf("a description of more than %d characters", maxDescription)
	}
	if _, err := fm.ParsePriority(s.Priority); s.Priority != "" && err != nil {
		return err
	}
	for name, list := range map[string][]string{"acceptance criteria": s.Criteria, "pieces of context": s.Context, "paths": s.Paths} {
		if len(list) > maxItems {
			return fmt.Errorf("%d %s: want at most %d", len(list), name, maxItems)
		}
		if slices.ContainsFunc(list, func(item string) bool { return len([]rune(item)) > maxItem }) {
			return fmt.Errorf("one of the %s has more than %d characters", name, maxItem)
		}
	}
	for _, p := range s.Paths {
		if clean := path.Clean(p); path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") {
			return fmt.Errorf("path %q: want one within the repository", fm.Line(p, 200))
		}
	}
	return nil
}

// same says whether two plans are one, in other words perhaps.
func same(a, b fm.Split) bool { return RenderPlan(fm.Issue{}, a) == RenderPlan(fm.Issue{}, b) }
