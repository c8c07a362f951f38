package process

import (
	"os"
	"os/signal"
	"syscall"
)

// IgnoreHangup lets this process outlive its terminal and the reader of its
// output: SIGHUP and SIGPIPE do nothing from now on, and a write that nobody
// reads is an ordinary error.
//
// The signals are caught and dropped rather than set to be ignored, because an
// ignored signal stays ignored in every program started from here, where
// `yes | head` would then fail.
func IgnoreHangup() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP, syscall.SIGPIPE)
}
