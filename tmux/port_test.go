package tmux_test

import (
	"github.com/founder-mode/fm/supervisor"
	"github.com/founder-mode/fm/tmux"
)

var _ supervisor.Terminal = (*tmux.Server)(nil)
