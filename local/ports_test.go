package local_test

import (
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/local"
	"github.com/founder-mode/fm/supervisor"
)

var (
	_ supervisor.Tracker = (*local.Tracker)(nil)
	_ supervisor.Forge   = (*local.Forge)(nil)
	_ local.Merger       = (*git.Repo)(nil)
)
