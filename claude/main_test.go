package claude

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/founder-mode/fm"
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
	if len(os.Args) > 2 && os.Args[1] == "reap" {
		c := &Claude{project: fm.Project{Root: os.Args[2]}}
		if err := c.Reap(context.Background(), "456", 1); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("reaped")
		os.Exit(0)
	}
	os.Exit(m.Run())
}
