package probe_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm/claude"
	"github.com/founder-mode/fm/claude/probe"
	"github.com/founder-mode/fm/tmux"
)

// TestMain makes the test binary serve as fm itself: the hooks of the sessions
// that the tests start run it as `fm hook`.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "hook" {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		call := claude.Hook
		if len(os.Args) > 2 && os.Args[2] == "--statusline" {
			call = claude.StatusLine
		}
		if err := call(ctx, os.Stdin, os.Stdout, os.Getenv); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func realCLI(t *testing.T) string {
	t.Helper()
	path := os.Getenv("FM_TEST_CLAUDE")
	for _, try := range []string{path, "../../.cache/claude/node_modules/.bin/claude"} {
		if try == "" {
			continue
		}
		if path, err := filepath.Abs(try); err == nil {
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
	}
	path, err := exec.LookPath("claude")
	if err != nil {
		t.Fatal("the Claude Code CLI is missing; ./scripts/test installs it")
	}
	return path
}

// run probes a command, hands on each finding, and holds that nothing is left.
func run(t *testing.T, ctx context.Context, command string, told ...func(probe.Finding)) (map[string]probe.Finding, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := probe.New(ctx, probe.Options{Command: command, Self: self, Environ: append(os.Environ(), "GORACE=atexit_sleep_ms=0")})
	if err != nil {
		t.Fatal(err)
	}
	server, err := tmux.New(ctx, tmux.Options{
		Socket: filepath.Join(p.Dir(), "s"), ConfFile: filepath.Join(p.Dir(), "tmux.conf"), Environ: p.Environ(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.Ensure(ctx); err != nil {
		t.Fatal(err)
	}
	list, failed := p.Run(ctx, server, func(f probe.Finding) {
		t.Logf("%-12s %v %s (%s)", f.Detector, f.Sees, f.Evidence, f.Took.Round(time.Millisecond))
		for _, tell := range told {
			tell(f)
		}
	})
	over, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if err := errors.Join(server.Shutdown(over), p.Close(over)); err != nil {
		t.Errorf("close: %v", err)
	}
	if _, err := os.Stat(p.Dir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the scratch folder is left: %v", err)
	}
	if left := processes(p.Dir()); left != "" {
		t.Errorf("processes are left:\n%s", left)
	}
	found := map[string]probe.Finding{}
	for _, f := range list {
		found[f.Detector] = f
	}
	return found, failed
}

// processes lists those whose environment names the folder.
func processes(dir string) string {
	var left []string
	environs, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is ours
	for _, path := range environs {
		if text, err := os.ReadFile(path); err == nil && strings.Contains(string(text), dir) {
			words, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline")) // for the message
			left = append(left, strings.ReplaceAll(string(words), "\x00", " "))
		}
	}
	return strings.Join(left, "\n")
}

var detectors = []string{"start", "trust", "prompt", "busy", "permission", "stop", "resume", "stop failure", "limit"}

func TestEveryDetectorSeesTheInstalledCLI(t *testing.T) {
	found, err := run(t, t.Context(), realCLI(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range detectors {
		if f := found[name]; !f.Sees {
			t.Errorf("%s is blind: %s", name, f.Evidence)
		}
	}
}

// A CLI that takes no settings tells nothing to our hooks. What it shows and
// what it keeps of a conversation is still there.
//
// Caught: a probe that stops at the first blind detector, and one that calls
// what it did not see something that did not happen.
func TestACLIWithoutHooksIsFoundOut(t *testing.T) {
	found, err := run(t, t.Context(), wrapper(t, `
for word; do
	shift
	if [ "$word" = --settings ]; then skip=1; continue; fi
	if [ -n "$skip" ]; then skip=; continue; fi
	set -- "$@" "$word"
done
exec "$CLI" "$@"`))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"start", "prompt", "busy", "permission", "stop", "stop failure", "limit"} {
		if f := found[name]; f.Sees || !strings.HasPrefix(f.Evidence, "it happened unseen: ") {
			t.Errorf("%s: got %+v, want it to have happened unseen", name, f)
		}
	}
	for _, name := range []string{"trust", "resume"} {
		if f := found[name]; !f.Sees {
			t.Errorf("%s: %s", name, f.Evidence)
		}
	}
}

// Caught: a wait of the full time for everything that builds on what did not
// happen.
func TestACommandThatIsNoCLIIsBlindInEverything(t *testing.T) {
	found, err := run(t, t.Context(), wrapper(t, "echo 'no such thing'; exit 3"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range detectors {
		if f := found[name]; f.Sees || f.Evidence == "" {
			t.Errorf("%s: got %+v", name, f)
		}
	}
	if want := "the agent has ended; its screen ends in \"no such thing\""; found["start"].Evidence != want {
		t.Errorf("start: got %q, want %q", found["start"].Evidence, want)
	}
}

func TestAnInterruptedProbeLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	found, err := run(t, ctx, realCLI(t), func(f probe.Finding) {
		if f.Detector == "busy" { // in the midst of a turn
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || found["limit"].Sees || len(found) != len(detectors) {
		t.Errorf("got %v and %+v", err, found)
	}
}

// wrapper is a command that stands for the CLI and runs a script of the shell.
func wrapper(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "claude")
	text := "#!/bin/sh\nCLI='" + realCLI(t) + "'\n" + script + "\n"
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
