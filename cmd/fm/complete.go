package main

import "context"

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

func (c *completionCmd) Run(_ context.Context, a *app) error { return nil }

type completeCmd struct {
	Words []string `arg:"" optional:""`
}

func (c *completeCmd) Run(_ context.Context, a *app) error { return nil }
