package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// fm doctor --probe with the real CLI: fm sees all that it must, touches nothing
// of the user's own, and leaves nothing behind, also when it is interrupted.
func TestRealProbe(t *testing.T) {
	t.Parallel()
	claude := realClaude(t)
	b := newBench(t, fm.Config{Agent: fm.AgentConfig{Command: claude}})
	home := filepath.Join(b.dir, "home") // empty
	t.Run("sees everything", func(t *testing.T) {
		out := b.must("doctor", "--probe")
		if !strings.HasSuffix(out, "fm sees all that it must.\n") || strings.Count(out, "✓") != 9 {
			t.Errorf("got:\n%s", out)
		}
	})
	t.Run("ends when it is interrupted", func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), filepath.Join(binary, "fm"), "doctor", "--probe")
		cmd.Dir, cmd.Env, cmd.WaitDelay = b.project.Root, b.environ, 5*time.Second
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var said []string
		for lines := bufio.NewScanner(out); lines.Scan(); {
			said = append(said, lines.Text())
			if strings.Contains(lines.Text(), "✓ start") {
				if err := cmd.Process.Signal(os.Interrupt); err != nil {
					t.Fatal(err)
				}
			}
		}
		err = cmd.Wait()
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != exitSignal {
			t.Errorf("got %v, want exit code %d; it said %q", err, exitSignal, said)
		}
	})
	if left, _ := filepath.Glob(filepath.Join(b.dir, "fmp*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if entries, err := os.ReadDir(home); err == nil && len(entries) > 0 {
		t.Errorf("the user's home was touched: %v", entries)
	}
}
