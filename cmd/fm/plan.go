package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/intake"
)

// planCmd shows how issues would be split, and writes it down for somebody to
// change. It makes nothing but those files.
type planCmd struct {
	choice

	Words []string `arg:"" optional:"" name:"issues" help:"Issues, as 12,13 or one by one."`
	Out   string   `placeholder:"FILE" help:"Where to write the plan of a single issue (default: plan-12.md)."`
	Force bool     `help:"Write over a file that is there."`
}

// Run asks for one plan after the other. One that was thought out is written
// before the next is.
func (c *planCmd) Run(ctx context.Context, a *app) error {
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	if err := h.choose(ctx, c.Source); err != nil {
		return err
	}
	o, err := h.office(ctx)
	if err != nil {
		return err
	}
	ids, err := h.wanting(ctx, o, c.Words, c.choice, "fm plan")
	if err != nil {
		return err
	}
	files, err := c.files(h, ids)
	if err != nil {
		return err
	}
	in, err := h.planner(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintln(h.stdout, "🤖 Analyzing issues...")
	for i, id := range ids {
		thinking := h.busy("splitting %s", id.Ref())
		issue, split, err := in.Plan(ctx, id)
		thinking.done()
		if err != nil {
			return err
		}
		if err := h.write(files[i], []byte(intake.RenderPlan(issue, split)), 0o644); err != nil {
			return fmt.Errorf("write the plan of %s: %w", id.Ref(), err)
		}
		h.showPlan(split)
		fmt.Fprintf(h.stdout, "✓ Wrote %[1]s; change it if you like, then: fm work --plan %[1]s\n", h.named(files[i]))
	}
	return nil
}

// wanting finds the issues that a command, the verb, is given, and refuses those
// that cannot be worked on.
func (h *house) wanting(ctx context.Context, o *office, words []string, c choice, verb string) ([]fm.IssueID, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := o.check(ctx); err != nil {
		return nil, err
	}
	ids, err := h.issues(ctx, o, words, c, verb)
	if err != nil {
		return nil, err
	}
	return ids, h.known(ctx, o, ids)
}

// files names the files, and refuses those that are there before a plan is
// thought out for them.
func (c *planCmd) files(h *house, ids []fm.IssueID) ([]string, error) {
	if c.Out != "" && len(ids) > 1 {
		return nil, usage("--out %s: that is one file, and %s have a plan each; leave it away", fm.Line(c.Out, 120), fm.Count(len(ids), "issue"))
	}
	var files []string
	for _, id := range ids {
		name := c.Out
		if name == "" {
			name = "plan-" + string(id) + ".md"
		}
		path := h.path(name)
		switch info, err := os.Stat(path); {
		case errors.Is(err, fs.ErrNotExist):
			if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
				return nil, usage("%s: there is no such folder", filepath.Dir(name))
			}
		case err != nil:
			return nil, mendable(err)
		case !info.Mode().IsRegular():
			return nil, usage("%s is no file", name)
		case !c.Force:
			return nil, usage("%s is there already: move it away, or write over it with --force", name)
		}
		files = append(files, path)
	}
	return files, nil
}

// path is a file as the user names it.
func (a *app) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(a.dir, name)
}

// named is a file as the user would name it.
func (a *app) named(path string) string {
	if rel, err := filepath.Rel(a.dir, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// planner plans, and keeps nothing.
func (h *house) planner(ctx context.Context, o *office) (*intake.Intake, error) {
	agent, err := h.agent()
	if err != nil {
		return nil, mendable(err)
	}
	tell := &news{out: h.stdout}
	in := &intake.Intake{Tracker: o.tracker, Analyst: agent, Plans: plans{h.project}, Tell: tell.tell}
	if h.used() {
		in.Queue, err = h.openQueue(ctx)
	}
	return in, err
}

// showPlan lists what an issue would become.
func (h *house) showPlan(split fm.Split) {
	for i, s := range split.Subissues {
		about := []string{s.Urgency().String()}
		if s.Hours > 0 {
			about = append(about, fmt.Sprintf("%g h", s.Hours))
		}
		if len(s.DependsOn) > 0 {
			about = append(about, "after "+strings.Trim(strings.ReplaceAll(fmt.Sprint(s.DependsOn), " ", ", "), "[]"))
		}
		fmt.Fprintf(h.stdout, "  %d. %s (%s)\n", i+1, fm.Line(s.Title, 120), strings.Join(about, ", "))
	}
}

// planFile is a plan that a person gives.
type planFile struct {
	name  string // as it was given
	issue fm.IssueID
	split fm.Split
}

// readPlans reads the files that plans were written to.
func (h *house) readPlans(names []string) ([]planFile, error) {
	var files []planFile
	for _, name := range names {
		text, err := os.ReadFile(h.path(name))
		if err != nil {
			return nil, mendable(fmt.Errorf("read plan: %w", err))
		}
		id, split, err := intake.ParsePlan(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fm.Line(name, 120), err)
		}
		if slices.ContainsFunc(files, func(f planFile) bool { return f.issue == id }) {
			return nil, usage("%s: there are two plans for %s", fm.Line(name, 120), id.Ref())
		}
		files = append(files, planFile{name: name, issue: id, split: split})
	}
	return files, nil
}

// inFile names the file of the plan that an error is about.
func inFile(files []planFile, err error) error {
	if bad, ok := errors.AsType[intake.PlanError](err); ok {
		for _, f := range files {
			if f.issue == bad.Issue {
				return fmt.Errorf("%s: %w", fm.Line(f.name, 120), err)
			}
		}
	}
	return err
}
