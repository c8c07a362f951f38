package watch

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// inNamespace marks the test binary that runs in a user namespace, where it
// may set the limits of inotify.
const inNamespace = "FM_TEST_USER_NAMESPACE"

// An exhausted system costs hints and nothing else: the watcher says so, and
// takes what it can get once there is something.
//
// Caught: Run that returns the error of the constructor; a tick that does not
// settle.
//
// Fault: F7.
func TestExhaustedInstancesCostOnlyHints(t *testing.T) {
	if !ownLimits(t) {
		return
	}
	limit := limitOr(t, "max_inotify_instances", syscall.EMFILE)
	dir := t.TempDir()
	limit.set(t, "0")
	w, o := own(t, filepath.Join(dir, "f"), limit.apply, soon)
	w.Add(dir)
	awaitDegraded(t, w, "inotify instances")
	limit.set(t, "100")
	awaitDegraded(t, w, "")
	o.notices(t, "recovered")
}

// Caught: hold that takes a refusal for a missing directory; settle that
// keeps the trouble of the last time.
//
// Fault: F8.
func TestExhaustedWatchesCostOnlyHints(t *testing.T) {
	if !ownLimits(t) {
		return
	}
	limit := limitOr(t, "max_inotify_watches", syscall.ENOSPC)
	a, b := t.TempDir(), t.TempDir()
	limit.set(t, "1")
	w, o := own(t, filepath.Join(b, "f"), limit.apply, soon)
	w.Add(a)
	w.Add(b)
	awaitDegraded(t, w, "inotify")
	limit.set(t, "100")
	awaitDegraded(t, w, "")
	o.notices(t, "recovered")
}

func soon(w *Watcher) { w.retry = 10 * time.Millisecond }

// ownLimits says whether the rest of the test is to run here: in a process
// whose limits it may set, or, where the system gives none, in this one with
// limits that are pretended. Otherwise the test has run in another process.
func ownLimits(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inNamespace) != "" {
		return true
	}
	const try = "echo 100 > /proc/sys/user/max_inotify_instances && echo 100 > /proc/sys/user/max_inotify_watches"
	if out, err := exec.CommandContext(t.Context(), "unshare", "-Ur", "sh", "-c", try).CombinedOutput(); err != nil {
		t.Logf("no user namespace with limits of its own here, so they are pretended: %v: %s", err, out)
		return true
	}
	cmd := exec.CommandContext(t.Context(), "unshare", "-Ur", os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("in a user namespace: %v\n%s", err, out)
	}
	return false
}

// limit is a limit of the system, or a pretended one.
type limit struct {
	file    string
	refuse  error
	refused chan bool // holds the pretended limit's state; nil for a real limit
}

func limitOr(t *testing.T, name string, refuse error) limit {
	t.Helper()
	if os.Getenv(inNamespace) != "" {
		return limit{file: "/proc/sys/user/" + name}
	}
	return limit{refuse: refuse, refused: make(chan bool, 1)}
}

func (l limit) set(t *testing.T, value string) {
	t.Helper()
	if l.refused == nil {
		must(t, os.WriteFile(l.file, []byte(value), 0))
		return
	}
	select {
	case <-l.refused:
	default:
	}
	l.refused <- len(value) == 1
}

// apply gives the watcher a constructor that obeys a pretended limit.
func (l limit) apply(w *Watcher) {
	if l.refused == nil {
		return
	}
	w.open = func() (*fsnotify.Watcher, error) {
		refused := <-l.refused
		l.refused <- refused
		if refused {
			return nil, l.refuse
		}
		return fsnotify.NewWatcher()
	}
}

// awaitDegraded waits until the watcher's trouble names want, or is none.
func awaitDegraded(t *testing.T, w *Watcher, want string) {
	t.Helper()
	late := time.After(deadline)
	for {
		got := w.Degraded()
		if got == want || want != "" && strings.Contains(got, want) {
			return
		}
		select {
		case <-late:
			t.Fatalf("Degraded() stays %q, want %q", got, want)
		case <-time.After(time.Millisecond):
		}
	}
}
