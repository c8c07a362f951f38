package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// fixCmd is the second way to work: each issue is mended as a whole, in a
// worktree and a pull request of its own.
type fixCmd struct {
	choice

	Words       []string       `arg:"" optional:"" name:"issues" help:"Issues, as 12,13,14 or one by one."`
	MaxParallel *int           `placeholder:"N" help:"How many are worked on at the same time (default: fix.max_parallel, or 3)."`
	Sequential  bool           `help:"One at a time, in the main checkout instead of worktrees."`
	NoOverlap   bool           `name:"no-overlap-check" help:"Do not look for files that several of them would change."`
	Predict     bool           `help:"Ask Claude, too, which files each of them will change."`
	OnOverlap   string         `placeholder:"WORD" help:"What to do when some would change the same files: proceed, sequence or abort (default: ask)."`
	NoPR        bool           `name:"no-pr" help:"Push nothing and open no pull requests: the work stays on its branches."`
	Timeout     *time.Duration `placeholder:"TIME" help:"Of work on one issue, such as 30m (default: fix.timeout, or 10m)."`
	Priority    string         `short:"p" placeholder:"WORD" help:"critical, high, normal or low."`
	Mode        string         `name:"permission-mode" placeholder:"MODE" help:"Claude's permission mode for agents that start from now on: dontAsk, acceptEdits, default, auto, or bypassPermissions, which checks nothing (default: what the project had)."`
	Detach      bool           `help:"Start, and come back at once."`
	JSON        bool           `name:"json" help:"Print the result as JSON; everything else goes to stderr."`
}

func (c *fixCmd) Run(ctx context.Context, a *app) error {
	b := *a
	b.stdout = a.remarks()
	if c.JSON {
		b.stdout = a.stderr
	}
	h, err := b.open(ctx)
	if err != nil {
		return err
	}
	f, err := c.order(h)
	if err != nil {
		return err
	}
	f.document = a.stdout
	return f.run(ctx)
}

// order is what the user asks for, refused where it makes no sense.
func (c *fixCmd) order(h *house) (*fixing, error) {
	f := &fixing{
		house: h, choice: c.choice, words: c.Words, parallel: h.config.Fix.MaxParallel, detach: c.Detach, json: c.JSON,
		predict: c.Predict, onOverlap: overlapAnswer(c.OnOverlap),
		terms: fm.Terms{Fix: true, NoPull: c.NoPR, Main: c.Sequential, Timeout: time.Duration(h.config.Fix.Timeout)},
	}
	f.look, f.flags = !c.NoOverlap, c.flags()
	var err error
	if f.priority, err = parsePriority(c.Priority); err != nil {
		return nil, err
	}
	if f.mode, err = h.permission(c.Mode); err != nil {
		return nil, err
	}
	if c.MaxParallel != nil {
		f.parallel = *c.MaxParallel
	}
	if c.Timeout != nil {
		f.terms.Timeout = *c.Timeout
	}
	if err := c.refuse(f); err != nil {
		return nil, err
	}
	if c.Sequential {
		f.parallel = 1
	}
	return f, nil
}

// refuse names what contradicts itself.
func (c *fixCmd) refuse(f *fixing) error {
	answers := []overlapAnswer{unanswered, proceed, sequence, abort}
	switch {
	case f.parallel < 1 || f.parallel > fm.MaxWorkers:
		return usage("--max-parallel %d: want 1 to %d", f.parallel, fm.MaxWorkers)
	case f.terms.Timeout <= 0:
		return usage("--timeout %s: want more than nothing, such as 10m", f.terms.Timeout)
	case c.Sequential && c.MaxParallel != nil && f.parallel > 1:
		return usage("--sequential is one at a time, and --max-parallel %d is not: give one of them", f.parallel)
	case !slices.Contains(answers, f.onOverlap):
		return unwanted("--on-overlap", c.OnOverlap, []string{string(proceed), string(sequence), string(abort)})
	case !f.look && c.OnOverlap != "":
		return usage("--on-overlap says what to do about what --no-overlap-check does not look for: give one of them")
	case !f.look && c.Predict:
		return usage("--predict is for the check that --no-overlap-check leaves out: give one of them")
	case c.NoPR && !c.Sequential && f.onOverlap == sequence:
		return errUnmergeable()
	}
	return nil
}

// errUnmergeable refuses to have one wait for another that is never merged.
func errUnmergeable() error {
	return usage("--no-pr merges nothing, so waiting changes nothing: use --sequential, or --on-overlap proceed")
}

// flags gives those again that say how issues are worked on.
func (c *fixCmd) flags() []string {
	var flags []string
	if c.Sequential {
		flags = append(flags, "--sequential")
	}
	if c.MaxParallel != nil {
		flags = append(flags, fmt.Sprintf("--max-parallel %d", *c.MaxParallel))
	}
	if c.NoPR {
		flags = append(flags, "--no-pr")
	}
	if c.Timeout != nil {
		flags = append(flags, "--timeout "+shortTime(*c.Timeout))
	}
	return flags
}

// shortTime gives a time as a person would write it: 10m, and not 10m0s.
func shortTime(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
