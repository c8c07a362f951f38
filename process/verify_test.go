package process

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm"
)

func TestVerifyAcceptsExitZeroAlone(t *testing.T) {
	for _, tt := range []struct {
		command string
		refused bool
	}{
		{"", false},
		{"true", false},
		{"echo all good; echo warning >&2", false},
		{"exit 1", true},
		{"no-such-command-anywhere", true},
		{"kill -SEGV $$", true},
		{"if then", true}, // not even shell
		{"read line", true},
	} {
		err := Verifier{Command: tt.command, Limit: deadline}.Verify(t.Context(), t.TempDir())
		if got := errors.Is(err, fm.ErrRefused); got != tt.refused || (err != nil) != tt.refused {
			t.Errorf("Verify %q = %v, want refused %v", tt.command, err, tt.refused)
		}
	}
}

func TestVerifyRunsInTheFolderWithItsOwnEnvironment(t *testing.T) {
	t.Setenv("FM_TEST_SECRET", "hunter2")
	dir := t.TempDir()
	v := Verifier{
		Command: `test -z "$FM_TEST_SECRET" && test "$GREETING" = "good day" && echo "$PWD" >here`,
		Environ: []string{"GREETING=good day"},
	}
	if err := v.Verify(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if got := awaitFile(t, filepath.Join(dir, "here")); filepath.Base(got) != filepath.Base(dir) {
		t.Errorf("ran in %s, want %s", got, dir)
	}
}

// The agent has to learn what to mend from the error alone.
// Caught: the first lines instead of the last; output without fm.Plain.
func TestRefusalEndsWithTheLastLines(t *testing.T) {
	command := `for i in $(seq 100); do echo "line $i"; done; printf '\033[31mFAIL\033[0m: \033]0;title\007x\r\n\n' >&2; exit 3`
	err := Verifier{Command: command}.Verify(t.Context(), filepath.Join(t.TempDir()))
	if err == nil {
		t.Fatal("exit 3 was accepted")
	}
	lines := strings.Split(err.Error(), "\n")
	if head := lines[0]; !strings.HasSuffix(head, "refused: exit status 3") {
		t.Errorf("first line is %q, want it to end with the exit status", head)
	}
	if got, want := len(lines)-1, tailLines; got != want {
		t.Errorf("%d lines of output, want %d", got, want)
	}
	if got := strings.Join(lines[len(lines)-2:], "|"); got != "line 100|FAIL: x" {
		t.Errorf("ends with %q", got)
	}
}

// Whether the work is good is not known then: the call is worth repeating.
func TestVerifyThatCannotStartIsTransient(t *testing.T) {
	err := Verifier{Command: "true"}.Verify(t.Context(), filepath.Join(t.TempDir(), "gone"))
	if err == nil || errors.Is(err, fm.ErrRefused) || errors.Is(err, fm.ErrGone) {
		t.Errorf("Verify in a folder that is not there = %v, want an unclassified error", err)
	}
}

func TestLimitIsARefusalThatNamesIt(t *testing.T) {
	v := Verifier{Command: "exec sleep 1000", Limit: 150 * time.Millisecond}
	err := v.Verify(t.Context(), t.TempDir())
	if !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), "no end within 150ms") {
		t.Errorf("Verify past its limit = %v, want a refusal that names 150ms", err)
	}
}

// Caught: Setpgid in place of Setsid.
func TestCancelKillsTheWholeGroup(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	end := make(chan error, 1)
	v := Verifier{Command: `(trap "" HUP TERM; while :; do sleep 1000; done) & echo $! >below; echo $$ >above; wait`, Limit: time.Hour}
	go func() { end <- v.Verify(ctx, dir) }()
	above, below := awaitPid(t, filepath.Join(dir, "above")), awaitPid(t, filepath.Join(dir, "below"))
	if sid, err := unix.Getsid(above); err != nil || sid != above {
		t.Errorf("the command is in session %d (%v), want one of its own, %d", sid, err, above)
	}
	cancel()
	err := <-end
	if !errors.Is(err, context.Canceled) || errors.Is(err, fm.ErrRefused) {
		t.Errorf("Verify = %v, want the end of the context and no refusal", err)
	}
	awaitDeath(t, above)
	awaitDeath(t, below)
}

// A server that a test left running would keep its port for ever.
// Caught: no killGroup after the end.
func TestVerifyLeavesNothingRunning(t *testing.T) {
	for _, exit := range []string{"0", "1"} {
		dir := t.TempDir()
		v := Verifier{Command: "sleep 1000 & echo $! >pid; exit " + exit}
		if err := v.Verify(t.Context(), dir); (err == nil) != (exit == "0") {
			t.Errorf("Verify with exit %s = %v", exit, err)
		}
		awaitDeath(t, awaitPid(t, filepath.Join(dir, "pid")))
	}
}

// A daemon that a build started, such as Gradle's, keeps the output open.
// Caught: a nil WaitDelay; ErrWaitDelay as a failure.
func TestDaemonDoesNotHoldTheVerdict(t *testing.T) {
	dir := t.TempDir()
	v := Verifier{Command: os.Args[0], Environ: append(os.Environ(), role+"=leave", place+"="+dir)}
	if err := v.Verify(t.Context(), dir); err != nil {
		t.Errorf("Verify with a daemon = %v, want nil", err)
	}
	if pid := awaitPid(t, filepath.Join(dir, "hold.pid")); !Alive(pid, "") {
		t.Error("the daemon had left the group and was killed all the same")
	}
}

func TestLogHoldsTheWholeOutput(t *testing.T) {
	logs, dir := t.TempDir(), filepath.Join(t.TempDir(), "issue-456")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	v := Verifier{Command: "seq 50000; exit 1", LogDir: logs}
	for range 2 { // the second run replaces the log of the first
		_ = v.Verify(t.Context(), dir) // refused, as told
	}
	got, err := os.ReadFile(filepath.Join(logs, "verify-issue-456.log"))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(string(got), "\n"); len(lines) != 50001 || lines[0] != "1" || lines[49999] != "50000" {
		t.Errorf("log of %d bytes starts with %q, want the 50000 lines of one run", len(got), lines[0])
	}
}

// Whatever stands in the log's place, the verdict is about the work.
func TestUnusableLogDecidesNothing(t *testing.T) {
	dir, precious := t.TempDir(), filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(precious, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, make := range map[string]func(file string) error{
		"link":   func(f string) error { return os.Symlink(precious, f) },
		"fifo":   func(f string) error { return syscall.Mkfifo(f, 0o600) },
		"folder": func(f string) error { return os.Mkdir(f, 0o700) },
		"full":   func(f string) error { return os.Symlink("/dev/full", f) },
	} {
		logs := t.TempDir()
		if err := make(filepath.Join(logs, "verify-"+filepath.Base(dir)+".log")); err != nil {
			t.Fatal(err)
		}
		if err := (Verifier{Command: "seq 10", LogDir: logs}).Verify(t.Context(), dir); err != nil {
			t.Errorf("Verify with a %s for a log = %v", name, err)
		}
	}
	if got := awaitFile(t, precious); got != "keep" {
		t.Errorf("a link in the place of the log was followed: %q", got)
	}
}
