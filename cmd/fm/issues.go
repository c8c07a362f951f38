package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/intake"
)

// choice is how a command is told which issues, and where they are.
type choice struct {
	Label     []string `name:"label" placeholder:"LABEL" sep:"none" help:"All open issues with this label; repeated, with all of them."`
	Milestone *string  `placeholder:"TITLE" help:"All open issues of this milestone."`
	Source    string   `placeholder:"PLACE" help:"Where issues and pull requests live: local, github or jira (default: as before, or by what there is)."`
}

// maxFound bounds the issues that are taken by what they have in common: for
// each of them Claude is asked, and agents are begun.
const maxFound = 50

// check refuses words that are empty, which the shell makes of a variable that
// is not set: they would find everything.
func (c choice) check() error {
	for _, label := range c.Label {
		if strings.TrimSpace(label) == "" {
			return usage("--label is empty: name a label, such as --label bug")
		}
	}
	if c.Milestone != nil && strings.TrimSpace(*c.Milestone) == "" {
		return usage("--milestone is empty: name a milestone by its title or number, such as --milestone 1.0")
	}
	return nil
}

// asks says whether issues are named by what they have in common.
func (c choice) asks() bool { return len(c.Label) > 0 || c.Milestone != nil }

func (c choice) query() fm.Query {
	q := fm.Query{Labels: c.Label}
	if c.Milestone != nil {
		q.Milestone = *c.Milestone
	}
	return q
}

// issues gives the issues that a user names, one by one or by what they have in
// common. The verb is the command that they are for.
func (h *house) issues(ctx context.Context, o *office, words []string, c choice, verb string) ([]fm.IssueID, error) {
	ids, err := parseIssues(o, words)
	if err != nil {
		return nil, err
	}
	if !c.asks() {
		if len(ids) == 0 {
			return nil, usage("which issues? Example: %s", example(verb))
		}
		return ids, nil
	}
	looking := h.busy("looking for open issues %s", with(c))
	found, err := o.tracker.Search(ctx, c.query())
	looking.done()
	if err != nil {
		return nil, err
	}
	switch n := len(found); {
	case n == 0:
		return nil, usage("no open issue %s", with(c))
	case n > maxFound:
		return nil, usage("%s %s: fm takes up to %d in this way; narrow it down with another --label, or name them: %s %s,%s", fm.Count(n, "open issue"), with(c), maxFound, verb, found[0].ID, found[1].ID)
	}
	fmt.Fprintf(h.stdout, "🔎 Found %s %s\n", fm.Count(len(found), "open issue"), with(c))
	for _, issue := range found {
		fmt.Fprintf(h.stdout, "  %s %s\n", issue.ID.Ref(), fm.Line(issue.Title, 120))
		if !slices.Contains(ids, issue.ID) {
			ids = append(ids, issue.ID)
		}
	}
	return ids, nil
}

// example is a command line that does the most usual thing.
func example(verb string) string {
	switch verb {
	case "fm work":
		return "fm work 12,13 --workers 4"
	case "fm fix":
		return "fm fix 12 13 14"
	}
	return verb + " 12,13"
}

// with says what issues have in common.
func with(c choice) string {
	var parts []string
	q := c.query()
	for _, label := range q.Labels {
		parts = append(parts, fmt.Sprintf("with the label %q", fm.Line(label, 60)))
	}
	if q.Milestone != "" {
		parts = append(parts, fmt.Sprintf("of the milestone %q", fm.Line(q.Milestone, 60)))
	}
	return strings.Join(parts, " and ")
}

func parseIssues(o *office, words []string) ([]fm.IssueID, error) {
	var ids []fm.IssueID
	for _, word := range words {
		for part := range strings.SplitSeq(word, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			id, err := o.parse(part)
			if err != nil {
				return nil, mendable(err)
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

// known refuses issues that cannot be worked on, and kept plans that cannot be
// read.
func (h *house) known(ctx context.Context, o *office, ids []fm.IssueID) error {
	reading := h.busy("reading %s", fm.Count(len(ids), "issue"))
	defer reading.done()
	in := intake.Intake{Tracker: o.tracker}
	if h.used() {
		q, err := h.openQueue(ctx)
		if err != nil {
			return err
		}
		in.Queue = q
	}
	if err := o.unfound(ctx, ids, in.Check(ctx, ids)); err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := (plans{h.project}).Load(id); err != nil && !errors.Is(err, fm.ErrGone) {
			return err
		}
	}
	return nil
}

// unfound says of an error about issues that are not there what there is to know
// of that.
func (o *office) unfound(ctx context.Context, ids []fm.IssueID, err error) error {
	unknown := func(id fm.IssueID) bool {
		_, err := o.tracker.Issue(ctx, id)
		return errors.Is(err, fm.ErrGone)
	}
	if err != nil && o.missing != "" && slices.ContainsFunc(ids, unknown) {
		return fmt.Errorf("%w (%s)", err, o.missing)
	}
	return err
}
