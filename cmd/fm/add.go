package main

import (
	"context"

	"github.com/founder-mode/fm/intake"
)

// addCmd brings more work into a running queue.
type addCmd struct {
	Words    []string `arg:"" name:"issues" help:"Issues, as 12,13 or one by one."`
	Priority string   `short:"p" placeholder:"WORD" help:"critical, high, normal or low, for all subissues."`
	Wait     bool     `help:"Stay until everything added is over."`
}

func (c *addCmd) Run(ctx context.Context, a *app) error {
	ids, err := parseIssues(c.Words)
	if err != nil {
		return err
	}
	prio, err := parsePriority(c.Priority)
	if err != nil {
		return err
	}
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	return h.work(ctx, job{order: intake.Order{Issues: ids, Priority: prio}, wait: c.Wait})
}
