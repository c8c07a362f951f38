package git_test

import (
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/supervisor"
)

var _ supervisor.Workspace = (*git.Repo)(nil)
