package main

import (
	"context"

	"github.com/founder-mode/fm/claude"
	"github.com/founder-mode/fm/claude/scripted"
)

// hookCmd takes what Claude Code tells its hooks. Whatever goes wrong, the
// agent is not disturbed: the exit code is 0.
type hookCmd struct {
	Statusline bool `help:"The payload is that of the status line."`
}

func (c hookCmd) Run(ctx context.Context, a *app) error {
	take := claude.Hook
	if c.Statusline {
		take = claude.StatusLine
	}
	if err := take(ctx, a.stdin, a.stdout, a.getenv); err != nil && a.getenv("FM_DEBUG") != "" {
		return exitError{code: exitOK, err: err} // told, and no trouble for the agent
	}
	return nil
}

// scriptedCmd behaves as claude does, from a scenario.
type scriptedCmd struct {
	Args []string `arg:"" optional:""`
}

func (c scriptedCmd) Run(ctx context.Context, a *app) error {
	code := scripted.Main(ctx, c.Args, scripted.Env{
		Stdin: a.stdin, Stdout: a.stdout, Stderr: a.stderr, Getenv: a.getenv, Dir: a.dir,
	})
	if code != 0 {
		return exitError{code: code}
	}
	return nil
}
