package process

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// journal is a log that a test may read while it is written.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// play gives options for a child that ends with these exit codes in turn.
func play(dir, codes string) GuardOptions {
	return GuardOptions{
		Argv:    []string{os.Args[0]},
		Env:     append(os.Environ(), role+"=child "+codes, place+"="+dir),
		Backoff: Backoff{First: time.Millisecond, Longest: 4 * time.Millisecond},
		Log:     &journal{},
	}
}

func starts(t *testing.T, dir string) []string {
	t.Helper()
	return strings.Split(awaitFile(t, filepath.Join(dir, "starts")), "\n")
}

// Caught: a return after the first end; one more start after exit 0.
func TestGuardStartsAgainUntilTheWantedEnd(t *testing.T) {
	dir := t.TempDir()
	if err := Guard(t.Context(), play(dir, "3 1 100 0")); err != nil {
		t.Fatalf("Guard = %v, want nil after exit 0", err)
	}
	if got := len(starts(t, dir)); got != 4 {
		t.Errorf("%d starts, want 4", got)
	}
}

// Caught: a wait that stays First; a wait without a longest; no reset.
func TestGuardBacksOff(t *testing.T) {
	for _, tt := range []struct {
		name    string
		healthy time.Duration
		want    string
	}{
		{"while the child is unwell", time.Hour, "1ms 2ms 4ms 4ms"},
		{"not after a healthy life", 1, "1ms 1ms 1ms 1ms"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := play(t.TempDir(), "1 1 1 1 0")
			g.Backoff.Healthy = tt.healthy
			log := &journal{}
			g.Log = log
			if err := Guard(t.Context(), g); err != nil {
				t.Fatal(err)
			}
			var got []string
			for line := range strings.Lines(log.String()) {
				if _, wait, ok := strings.Cut(line, "next start in "); ok {
					got = append(got, strings.TrimSpace(wait))
				}
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("waited %s, want %s; log:\n%s", s, tt.want, log)
			}
		})
	}
}

// A binary that is being replaced is missing for a moment.
func TestGuardOutlastsAMissingProgram(t *testing.T) {
	dir := t.TempDir()
	g := play(dir, "0")
	g.Argv = []string{filepath.Join(dir, "fm")}
	log := &journal{}
	g.Log = log
	end := make(chan error, 1)
	go func() { end <- Guard(t.Context(), g) }()
	await(t, "a failed start", func() bool { return strings.Contains(log.String(), "no such file") })
	if err := os.Symlink(os.Args[0], g.Argv[0]); err != nil {
		t.Fatal(err)
	}
	if err := <-end; err != nil {
		t.Errorf("Guard = %v, want nil once the program is there", err)
	}
}

// Two supervisors would hand out each task twice; the second would also end
// at once, again and again.
// Caught: a start without a look at Alive.
//
// Fault: F17.
func TestGuardWaitsForASupervisorThatIsNotItsChild(t *testing.T) {
	dir := t.TempDir()
	other := hold(t).Process
	g := play(dir, "0")
	g.Env = append(g.Env, "FM_TEST_OTHER="+strconv.Itoa(other.Pid))
	g.Alive = func() (int, bool) { return other.Pid, Alive(other.Pid, "") }
	log := &journal{}
	g.Log = log
	end := make(chan error, 1)
	go func() { end <- Guard(t.Context(), g) }()
	await(t, "the guard to wait", func() bool { return strings.Contains(log.String(), "waiting for its end") })
	if err := other.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-end; err != nil {
		t.Fatal(err)
	}
	got := starts(t, dir)
	if len(got) != 1 || !strings.HasSuffix(got[0], "other=false") {
		t.Errorf("starts %q, want one, after the death of the other", got)
	}
}

// A lock can be held by a supervisor that has not written its pid yet.
//
// Fault: F17.
func TestGuardWaitsForAnUnknownHolder(t *testing.T) {
	dir := t.TempDir()
	looks := 0
	g := play(dir, "0")
	g.Alive = func() (int, bool) {
		looks++
		return 0, looks < 5
	}
	if err := Guard(t.Context(), g); err != nil || looks != 5 {
		t.Errorf("Guard = %v after %d looks, want nil after 5", err, looks)
	}
}

// Caught: a child that is killed with the context.
func TestEndOfTheGuardIsNotTheEndOfTheChild(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	end := make(chan error, 1)
	go func() {
		end <- Guard(ctx, GuardOptions{Argv: []string{os.Args[0]}, Env: append(os.Environ(), role+"=hold", place+"="+dir)})
	}()
	pid := awaitPid(t, filepath.Join(dir, "hold.pid"))
	cancel()
	if err := <-end; !errors.Is(err, context.Canceled) {
		t.Errorf("Guard = %v, want the end of its context", err)
	}
	if !Alive(pid, "") {
		t.Error("the child ended with its guard")
	}
}

// The supervisor must survive its terminal to bring that back.
// Caught: a child in the guard's session; a guard that waits on after SIGHUP.
//
// Fault: F2.
func TestDeathOfTheTmuxServerEndsOnlyTheGuard(t *testing.T) {
	dir, err := os.MkdirTemp("", "fm") //nolint:usetesting // a socket needs a short path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	tmux := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), "tmux", append([]string{"-S", socket, "-f", "/dev/null"}, args...)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %v: %v: %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	tmux("new-session", "-d", "-e", role+"=guard", "-e", place+"="+dir, "-s", "supervisor", os.Args[0])
	server, err := strconv.Atoi(tmux("display-message", "-p", "#{pid}"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(server, syscall.SIGKILL) }) // dead, unless the test failed before
	pid := awaitPid(t, filepath.Join(dir, "hold.pid"))
	if sid, err := unix.Getsid(pid); err != nil || sid != pid {
		t.Errorf("the child is in session %d (%v), want one of its own, %d", sid, err, pid)
	}
	if err := syscall.Kill(server, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if got := awaitFile(t, filepath.Join(dir, "guard.end")); !strings.HasPrefix(got, "true") {
		t.Errorf("the guard ended with %q, want ErrHangup", got)
	}
	if !Alive(pid, "") {
		t.Error("the child ended with the tmux server")
	}
}

// Caught: signal.Ignore, which makes `yes | head` fail in every child.
func TestHangupIsIgnoredHereAndNotInChildren(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), role+"=deaf", place+"="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = out.Close() // nobody reads its output any more
	_ = in.Close()
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v, want it deaf to SIGHUP and SIGPIPE", err)
	}
	if got, want := awaitFile(t, filepath.Join(dir, "deaf.end")), "true false signal: broken pipe"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
