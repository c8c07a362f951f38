package claude

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

// TestMain makes the test binary serve as fm itself: the hooks of the sessions
// that the tests start run it as `fm hook`. As fm does, it never fails the
// agent.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "hook" {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		call := Hook
		if len(os.Args) > 2 && os.Args[2] == "--statusline" {
			call = StatusLine
		}
		if err := call(ctx, os.Stdin, os.Stdout, os.Getenv); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == "orphan" {
		beOrphan()
	}
	os.Exit(m.Run())
}
