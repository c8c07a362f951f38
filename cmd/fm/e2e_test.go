package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/local"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
	"github.com/founder-mode/fm/tmux"
)

// bench is a project with a remote and issues, and an fm of its own: real git,
// real tmux, real processes.
type bench struct {
	testing.TB
	dir     string // short, for tmux sockets
	project fm.Project
	environ []string
	user    *syscall.Credential // who runs fm; nil for whoever runs the test
}

// newBench makes the project. Everything that runs in it ends with the test.
func newBench(tb testing.TB, config fm.Config, environ ...string) *bench {
	tb.Helper()
	dir, err := os.MkdirTemp("", "fm") //nolint:usetesting // a socket needs a short path
	if err != nil {
		tb.Fatal(err)
	}
	b := &bench{TB: tb, dir: dir, project: fm.Project{Root: filepath.Join(dir, "app")}}
	b.environ = append([]string{
		"HOME=" + filepath.Join(dir, "home"), "PATH=" + binary + ":" + os.Getenv("PATH"), "TMPDIR=" + dir, "TMUX_TMPDIR=" + dir,
		"TERM=xterm-256color", "LANG=C.UTF-8", "SHELL=/bin/sh", "GOTRACEBACK=all",
	}, environ...)
	for _, d := range []string{b.project.Dir(), filepath.Join(dir, "home"), filepath.Join(dir, "remote.git")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			tb.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(b.project.Root, "README.md"), []byte("A project.\n"), 0o644); err != nil {
		tb.Fatal(err)
	}
	test := "#!/bin/sh\nfor f in part-*.txt; do test ! -e \"$f\" || grep -q about \"$f\" || exit 1; done\n"
	if err := os.WriteFile(filepath.Join(b.project.Root, "test"), []byte(test), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := git.Create(tb.Context(), b.project.Root, filepath.Join(dir, "remote.git"), "first", b.environ); err != nil {
		tb.Fatal(err)
	}
	b.write(b.project.ConfigFile(), config) // after the commit: it is this user's own
	tb.Cleanup(b.end)
	return b
}

// end stops what the bench started, by the ids that it wrote down, and shows
// the supervisor's log of a test that failed.
func (b *bench) end() {
	if b.Failed() {
		log, _ := os.ReadFile(filepath.Join(b.project.Logs(), "supervisor.log"))
		b.Logf("supervisor.log:\n%s", log[max(0, len(log)-8000):])
		view, _ := os.ReadFile(b.project.Queue())
		b.Logf("queue.txt:\n%s", view)
	}
	b.endAll()
	_ = os.RemoveAll(b.dir)
}

// endAll kills until nothing is left.
func (b *bench) endAll() {
	if left := endAll(b.dir); len(left) > 0 {
		b.Errorf("processes of %s do not end: %v", b.dir, left)
	}
}

func (b *bench) write(path string, v any) {
	b.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err == nil {
		err = os.WriteFile(path, text, 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) issue(title, body string) fm.IssueID {
	b.Helper()
	issue, err := local.NewTracker(b.project.Issues()).Add(b.Context(), title, body)
	if err != nil {
		b.Fatal(err)
	}
	return issue.ID
}

// fm runs a command as the user would and returns what it printed.
func (b *bench) fm(args ...string) (string, error) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(binary, "fm"), args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = b.project.Root, b.environ, 5*time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: b.user}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	b.Logf("fm %s\n%s", strings.Join(args, " "), out.String())
	return out.String(), err
}

func (b *bench) must(args ...string) string {
	b.Helper()
	out, err := b.fm(args...)
	if err != nil {
		b.Fatalf("fm %s: %v", strings.Join(args, " "), err)
	}
	return out
}

func (b *bench) status() supervisor.Status {
	var s supervisor.Status
	text, err := os.ReadFile(b.project.StatusFile())
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return supervisor.Status{}
	}
	return s
}

func (b *bench) terminal() *tmux.Server {
	b.Helper()
	path := filepath.Join(b.dir, fmt.Sprintf("tmux-%d", b.uid()), b.project.Socket())
	server, err := tmux.New(b.Context(), tmux.Options{Socket: path, ConfFile: b.project.File("tmux.conf"), Environ: b.environ, Width: 160, Height: 45, History: 5000})
	if err != nil {
		b.Fatal(err)
	}
	return server
}

func (b *bench) uid() int {
	if b.user != nil {
		return int(b.user.Uid)
	}
	return os.Getuid()
}

func (b *bench) sight() fm.Sight {
	b.Helper()
	sight, err := b.terminal().Observe(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	return sight
}

// until waits for a state, and shows the last one seen when it does not come.
func (b *bench) until(what string, limit time.Duration, state func() (last any, ok bool)) {
	b.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		last, ok := state()
		if ok {
			return
		}
		select {
		case <-deadline:
			b.Fatalf("waited %s for %s; last seen: %+v", limit, what, last)
		case <-b.Context().Done():
			b.Fatalf("waited for %s, until the test was over; last seen: %+v", what, last)
		case <-tick.C:
		}
	}
}

// history reads a task's part of the ledger.
func (b *bench) history(id fm.TaskID) []queue.Entry {
	b.Helper()
	q, err := (&house{app: &app{}, project: b.project}).openQueue(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	entries, err := q.History(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return entries
}

func (b *bench) tasks() []fm.Task {
	b.Helper()
	q, err := (&house{app: &app{}, project: b.project}).openQueue(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return q.Snapshot().Tasks
}
