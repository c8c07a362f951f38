package claude

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

const goodCompletion = "# Completion Status\n\n**Status:** SUCCESS\n**Finished:** 2026-11-20T14:30:45Z\n\n## Summary\nDone.\n"

// Whatever stands under the name, it is read at once, or refused at once.
//
// Caught: os.ReadFile, which waits for ever on a pipe and follows a link.
//
// Fault: F18.
func TestWhatIsNoReportIsNeverTakenForOne(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	writeFile(t, secret, goodCompletion)
	tests := map[string]struct {
		plant func(path string) error
		want  error // nil for a completion
	}{
		"good":         {put(goodCompletion), nil},
		"nothing":      {func(string) error { return nil }, fm.ErrGone},
		"empty":        {put(""), fm.ErrNotCompletion},
		"half":         {put("# Completion Sta"), fm.ErrNotCompletion},
		"wrong status": {put("**Status:** DONE\n"), fm.ErrNotCompletion},
		"the template": {put("**Status:** SUCCESS | FAILED | PARTIAL\n"), fm.ErrNotCompletion},
		"binary":       {put("\x00\xff\xfe\x01"), fm.ErrNotCompletion},
		"64 KiB":       {put(goodCompletion + strings.Repeat("x", fm.MaxCompletion-len(goodCompletion))), nil},
		"64 KiB and 1": {put(goodCompletion + strings.Repeat("x", fm.MaxCompletion-len(goodCompletion)+1)), fm.ErrNotCompletion},
		"100 MB":       {func(path string) error { return errors.Join(put("")(path), os.Truncate(path, 100<<20)) }, fm.ErrNotCompletion},
		"link":         {func(path string) error { return os.Symlink(secret, path) }, fm.ErrNotCompletion},
		"link to none": {func(path string) error { return os.Symlink("nowhere", path) }, fm.ErrNotCompletion},
		"pipe":         {func(path string) error { return syscall.Mkfifo(path, 0o600) }, fm.ErrNotCompletion},
		"folder":       {func(path string) error { return os.Mkdir(path, 0o700) }, fm.ErrNotCompletion},
		"device":       {func(path string) error { return os.Symlink("/dev/zero", path) }, fm.ErrNotCompletion},
		"socket": {func(path string) error {
			fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
			if err != nil {
				return err
			}
			return errors.Join(bindIn(fd, path), syscall.Close(fd))
		}, fm.ErrNotCompletion},
		"older": {func(path string) error {
			old := time.Now().Add(-time.Hour)
			return errors.Join(put(goodCompletion)(path), os.Chtimes(path, old, old))
		}, fm.ErrGone},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHooked(t)
			if err := tt.plant(filepath.Join(h.dir, completionFile)); err != nil {
				t.Fatal(err)
			}
			got, err := h.claude.Completion(t.Context(), h.run, h.dir)
			if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
				t.Errorf("got %+v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func put(text string) func(string) error {
	return func(path string) error { return os.WriteFile(path, []byte(text), 0o600) }
}

// bindIn binds under a short name, because the address holds 108 bytes.
func bindIn(fd int, path string) error {
	short, err := os.MkdirTemp("/tmp", "s")
	if err != nil {
		return err
	}
	at := filepath.Join(short, "s")
	return errors.Join(
		syscall.Bind(fd, &syscall.SockaddrUnix{Name: at}),
		os.Rename(at, path),
		os.Remove(short),
	)
}

// A report that is still being written must not be read.
//
// Caught: a file that counts as soon as it is there.
//
// Fault: F18.
func TestAReportCountsWhenItHasSettled(t *testing.T) {
	var r reading
	now := time.Date(2026, 11, 20, 14, 30, 0, 0, time.UTC)
	after := func(ms int) time.Time { return now.Add(time.Duration(ms) * time.Millisecond) }
	for _, step := range []struct {
		what  string
		stamp stamp
		at    time.Time
		want  bool
		will  time.Time
	}{
		{"nothing", stamp{}, after(0), false, time.Time{}},
		{"just written", stamp{mtime: now, size: 10}, after(10), false, after(200)},
		{"not yet", stamp{mtime: now, size: 10}, after(199), false, after(200)},
		{"settled", stamp{mtime: now, size: 10}, after(200), true, time.Time{}},
		{"written again", stamp{mtime: after(250), size: 20}, after(260), false, after(450)},
		{"settled again", stamp{mtime: after(250), size: 20}, after(450), true, time.Time{}},
		{"removed", stamp{}, after(900), false, time.Time{}},
		{"from the future", stamp{mtime: after(1e6), size: 10}, after(1000), false, after(1200)},
		{"the same, later", stamp{mtime: after(1e6), size: 10}, after(1300), true, time.Time{}},
		{"long there", stamp{mtime: after(-1e6), size: 10}, after(1310), true, time.Time{}},
	} {
		if got, will := r.completed(step.stamp, step.at); got != step.want || !will.Equal(step.will) {
			t.Errorf("%s: got %v, %s; want %v, %s", step.what, got, will, step.want, step.will)
		}
	}
}

// Fault: F18.
func TestReportSeesTheCompletionOfThisAttemptOnly(t *testing.T) {
	h := newHooked(t)
	path := filepath.Join(h.dir, completionFile)
	writeFile(t, path, goodCompletion)
	await(t, "the report to count", func() (string, bool) { return "", h.report().Completed })

	next := fm.Run{Task: "456", Attempt: 2}
	if r, err := h.claude.Report(t.Context(), next, h.dir); err != nil || r.Completed || r.State != fm.UnknownState {
		t.Errorf("an attempt that was never launched: got %+v, %v", r, err)
	}
	if _, err := h.claude.Completion(t.Context(), next, h.dir); !errors.Is(err, fm.ErrGone) {
		t.Errorf("an attempt that was never launched: got %v, want none", err)
	}
	if err := h.claude.begin(next, h.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the older attempt's report is still there (%v)", err)
	}
	writeFile(t, path, goodCompletion)
	if err := h.claude.begin(next, h.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the second launch of an attempt removed its report (%v)", err)
	}
}

// The clock is set back by an hour after the launch: what the agent writes and
// signals since is of a time before it.
// Caught: a COMPLETION.md that was taken for an older attempt's, whoever wrote it;
// signs of life that did not count for an hour, so that all agents were silent.
//
// Fault: F10.
func TestAClockThatWasSetBackMakesNothingOld(t *testing.T) {
	now := time.Now()
	path := filepath.Join(t.TempDir(), completionFile)
	writeFile(t, path, goodCompletion)
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	for launched, want := range map[time.Time]bool{now.Add(time.Hour): true, now.Add(-time.Hour): true} {
		if got := (signs{launched: launched}).wrote(info, now); got != want {
			t.Errorf("launched at %s, read at %s: got %v, want %v", launched, now, got, want)
		}
	}
	if (signs{launched: now.Add(2 * time.Second)}).wrote(info, now.Add(time.Minute)) {
		t.Error("an older one is taken, although the clock is right")
	}
	s := signs{state: fm.AtWork, heard: now.Add(time.Hour), spoke: now.Add(time.Hour)}
	if s = s.fold(event{Name: "PostToolUse", At: now}); !s.heard.Equal(now) {
		t.Errorf("heard at %s, want %s", s.heard, now)
	}
	if s = s.fold(event{Name: "PostToolUse", At: now.Add(-time.Second)}); !s.heard.Equal(now) {
		t.Errorf("a hook that was a little slow: heard at %s, want %s", s.heard, now)
	}
}
