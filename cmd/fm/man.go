package main

import "context"

type manCmd struct{}

func (manCmd) Run(_ context.Context, a *app) error { return nil }
