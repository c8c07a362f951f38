package main

import "context"

// addCmd brings more work into a running queue.
type addCmd struct {
	choice

	Words    []string `arg:"" optional:"" name:"issues" help:"Issues, as 12,13 or one by one."`
	Priority string   `short:"p" placeholder:"WORD" help:"critical, high, normal or low, for all subissues that are not begun."`
	Wait     bool     `help:"Stay until everything added is over."`
}

func (c *addCmd) Run(ctx context.Context, a *app) error {
	prio, err := parsePriority(c.Priority)
	if err != nil {
		return err
	}
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	return h.work(ctx, job{verb: "fm add", words: c.Words, choice: c.choice, priority: prio, wait: c.Wait})
}
