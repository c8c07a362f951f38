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
	Milestone string   `placeholder:"TITLE" help:"All open issues of this milestone."`
	Source    string   `placeholder:"PLACE" help:"Where issues and pull requests live: local or github (default: as before, or by what there is)."`
}

func (c choice) query() fm.Query { return fm.Query{Labels: c.Label, Milestone: c.Milestone} }

// issues gives the issues that a user names, one by one or by what they have in
// common.
func (h *house) issues(ctx context.Context, o *office, words []string, c choice) ([]fm.IssueID, error) {
	ids, err := parseIssues(o, words)
	if err != nil {
		return nil, err
	}
	if len(c.Label) == 0 && c.Milestone == "" {
		if len(ids) == 0 {
			return nil, usage("which issues? Example: fm work 12,13 --workers 4")
		}
		return ids, nil
	}
	found, err := o.tracker.Search(ctx, c.query())
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, usage("no open issue %s", with(c))
	}
	fmt.Fprintf(h.stdout, "🔎 Found %s %s\n", plural(len(found), "open issue"), with(c))
	for _, issue := range found {
		fmt.Fprintf(h.stdout, "  #%s %s\n", issue.ID, fm.Line(issue.Title, 120))
		if !slices.Contains(ids, issue.ID) {
			ids = append(ids, issue.ID)
		}
	}
	return ids, nil
}

// with says what issues have in common.
func with(c choice) string {
	var parts []string
	for _, label := range c.Label {
		parts = append(parts, fmt.Sprintf("with the label %q", fm.Line(label, 60)))
	}
	if c.Milestone != "" {
		parts = append(parts, fmt.Sprintf("of the milestone %q", fm.Line(c.Milestone, 60)))
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
	in := intake.Intake{Tracker: o.tracker}
	if h.used() {
		q, err := h.openQueue(ctx)
		if err != nil {
			return err
		}
		in.Queue = q
	}
	err := in.Check(ctx, ids)
	unknown := func(id fm.IssueID) bool {
		_, err := o.tracker.Issue(ctx, id)
		return errors.Is(err, fm.ErrGone)
	}
	if err != nil && o.missing != "" && slices.ContainsFunc(ids, unknown) {
		return fmt.Errorf("%w (%s)", err, o.missing)
	}
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := (plans{h.project}).Load(id); err != nil && !errors.Is(err, fm.ErrGone) {
			return err
		}
	}
	return nil
}
