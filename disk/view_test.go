package disk

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"golang.org/x/sys/unix"
)

func openReal(t *testing.T) (*Files, string) {
	t.Helper()
	dir := t.TempDir()
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f, filepath.Join(dir, "queue.txt")
}

func save(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (v *View) mustSwap(t *testing.T, now time.Time, text string) string {
	t.Helper()
	displaced, stamp, err := v.Swap(t.Context(), now, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if at, err := v.Stamp(t.Context()); err != nil || at != stamp {
		t.Fatalf("stamp %q after the swap told %q, %v", at, stamp, err)
	}
	return string(displaced)
}

func (v *View) mustLate(t *testing.T, now time.Time) string {
	t.Helper()
	late, left, err := v.Late(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	return string(late) + string(bytes.Join(left, nil))
}

// Caught: the displaced file read once only; the unfinished line counted as
// seen.
func TestLateLinesComeBack(t *testing.T) {
	f, name := openReal(t)
	v, now := f.View, begin()
	save(t, name, "one\nunfin")
	slow, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	if got := v.mustSwap(t, now, "new\n"); got != "one\nunfin" {
		t.Errorf("displaced %q", got)
	}
	if got := v.mustLate(t, now); got != "" {
		t.Errorf("late %q, want nothing yet", got)
	}
	for _, step := range []struct{ write, want string }{{"ished\n", "unfinished\n"}, {"two\nthr", "two\n"}, {"", ""}, {"ee", ""}} {
		if _, err := slow.WriteString(step.write); err != nil {
			t.Fatal(err)
		}
		if got := v.mustLate(t, now.Add(time.Second)); got != step.want {
			t.Errorf("after %q late %q, want %q", step.write, got, step.want)
		}
	}
	if got := v.mustLate(t, now.Add(2*time.Second)); got != "three\n" {
		t.Errorf("at the end late %q, want the unfinished line", got)
	}
	if got := v.mustLate(t, now.Add(2*time.Second)); got != "" {
		t.Errorf("behind the end late %q, want nothing", got)
	}
	if len(v.old) != 0 {
		t.Errorf("%d displaced versions are still open", len(v.old))
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(name), "tmp", "*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
	if read(t, name) != "new\n" {
		t.Errorf("view %q", read(t, name))
	}
}

// Caught: a displaced file that nobody writes to any more not looked at.
func TestUnfinishedLineOfADisplacedViewIsTold(t *testing.T) {
	f, name := openReal(t)
	save(t, name, "one\nunfin")
	f.View.mustSwap(t, begin(), "new\n")
	if got := f.View.mustLate(t, begin().Add(2*time.Second)); got != "unfin\n" {
		t.Errorf("late %q, want the unfinished line", got)
	}
}

func TestLateTellsAFileThatWasWrittenAnewInPlace(t *testing.T) {
	f, name := openReal(t)
	v := f.View
	save(t, name, "one\ntwo\n")
	editor, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = editor.Close() }()
	v.mustSwap(t, begin(), "new\n")
	if err := editor.Truncate(0); err != nil {
		t.Fatal(err)
	}
	if _, err := editor.WriteString("uno\ntwo\nthree\n"); err != nil {
		t.Fatal(err)
	}
	if got := v.mustLate(t, begin()); got != "uno\ntwo\nthree\n" {
		t.Errorf("late %q, want all of the new text", got)
	}
}

// A rename by somebody else displaces the version that fm read last; a writer
// may still hold that one open.
func TestLateLinesOfAVersionThatAnEditorReplaced(t *testing.T) {
	f, name := openReal(t)
	save(t, name, "one\n")
	if _, _, err := f.View.Read(t.Context(), begin()); err != nil {
		t.Fatal(err)
	}
	slow, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	save(t, name+".sed", "uno\n")
	if err := os.Rename(name+".sed", name); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.View.Read(t.Context(), begin()); err != nil {
		t.Fatal(err)
	}
	if _, err := slow.WriteString("two\n"); err != nil {
		t.Fatal(err)
	}
	if got := f.View.mustLate(t, begin()); got != "two\n" {
		t.Errorf("late %q", got)
	}
}

// Caught: the sweep that only removes.
func TestViewDisplacedByADeadProcessIsTakenOver(t *testing.T) {
	f, name := openReal(t)
	tmp := filepath.Join(filepath.Dir(name), "tmp")
	dead := 1 << 22 // beyond any pid_max
	save(t, filepath.Join(tmp, viewName+"."+strconv.Itoa(dead)), "one\ntw")
	save(t, filepath.Join(tmp, newName+"."+strconv.Itoa(dead)), "half of a n")
	living := filepath.Join(tmp, newName+"."+strconv.Itoa(os.Getppid()))
	save(t, living, "in progress")
	if got := f.View.mustLate(t, begin()); got != "one\n" {
		t.Errorf("late %q, want the whole lines of the displaced view", got)
	}
	if got := f.View.mustLate(t, begin().Add(2*time.Second)); got != "tw\n" {
		t.Errorf("late %q, want the rest", got)
	}
	f.View.mustLate(t, begin().Add(2*time.Second))
	left, _ := filepath.Glob(filepath.Join(tmp, "*"))
	if len(left) != 1 || left[0] != living {
		t.Errorf("left over %v, want only that of a living process", left)
	}
}

// In a container the next supervisor often has the pid of the one that died.
// Caught: the rename over it; what this process itself displaced, told twice.
func TestViewDisplacedByADeadProcessWithOurPidIsTakenOver(t *testing.T) {
	f, name := openReal(t)
	save(t, filepath.Join(filepath.Dir(name), "tmp", viewName+"."+strconv.Itoa(os.Getpid())), "one\n")
	f.View.mustSwap(t, begin(), "two\n")
	if got := f.View.mustSwap(t, begin(), "three\n"); got != "two\n" {
		t.Errorf("displaced %q", got)
	}
	f.View.mustSwap(t, begin(), "four\n")
	if got := f.View.mustLate(t, begin()); got != "one\n" {
		t.Errorf("late %q, want what the dead process displaced", got)
	}
}

// A process that took over what a dead one displaced is killed before it has made
// use of it. Caught: the name taken away by whoever takes over; a version given up
// in the moment in which it was told.
func TestWhatWasTakenOverOutlivesWhoTookIt(t *testing.T) {
	f, name := openReal(t)
	dir := filepath.Dir(name)
	dead := 1 << 22 // beyond any pid_max
	save(t, filepath.Join(dir, "tmp", viewName+"."+strconv.Itoa(dead)), "one\n")
	for taker := range 3 {
		if got := open(actual{}, dir, dead+1+taker).View.mustLate(t, begin()); got != "one\n" {
			t.Errorf("process %d: late %q, want what the first displaced", taker, got)
		}
	}
	f.View.mustLate(t, begin())
	if got := f.View.mustLate(t, begin().Add(2*time.Second)); got != "" {
		t.Errorf("late %q, want each line once", got)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "tmp", "*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

// Somebody appends to a version that was displaced twice over, and fm is killed.
// Caught: a version without a name of its own, which was gone with its process.
func TestEachDisplacedVersionOutlivesItsProcess(t *testing.T) {
	f, name := openReal(t)
	save(t, name, "one\n")
	slow, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	killed := open(actual{}, filepath.Dir(name), 1<<22).View
	killed.mustSwap(t, begin(), "two\n")
	killed.mustSwap(t, begin(), "three\n")
	if _, err := slow.WriteString("late\n"); err != nil {
		t.Fatal(err)
	}
	if got := f.View.mustLate(t, begin()); !strings.Contains(got, "late\n") {
		t.Errorf("late %q, want what was appended", got)
	}
}

func TestLinkStaysAndItsTargetIsReplaced(t *testing.T) {
	f, name := openReal(t)
	away := filepath.Join(t.TempDir(), "my-queue.txt")
	if err := os.Symlink(away, name); err != nil {
		t.Fatal(err)
	}
	f.View.mustSwap(t, begin(), "one\n") // the target is missing
	save(t, away, "two\n")
	if got := f.View.mustSwap(t, begin(), "three\n"); got != "two\n" || read(t, away) != "three\n" {
		t.Errorf("displaced %q, target %q", got, read(t, away))
	}
	if i, err := os.Lstat(name); err != nil || i.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", i, err)
	}
	i, err := os.Stat(away)
	if err != nil || i.Mode().Perm() != 0o600 && i.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v", i.Mode(), err)
	}
}

func TestModeOfTheViewStays(t *testing.T) {
	f, name := openReal(t)
	save(t, name, "one\n") // 0600
	f.View.mustSwap(t, begin(), "two\n")
	if i, err := os.Stat(name); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", i.Mode(), err)
	}
}

// Caught: os.ReadFile, which waits for ever on a FIFO.
func TestWhatIsNoFileIsRefused(t *testing.T) {
	f, name := openReal(t)
	if _, _, err := f.View.Read(t.Context(), begin()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: got %v, want ErrNotExist", err)
	}
	if err := unix.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.View.Read(t.Context(), begin()); !errors.Is(err, fm.ErrRefused) {
		t.Errorf("FIFO: got %v, want ErrRefused", err)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	save(t, name, "")
	if err := os.Truncate(name, MaxView+1); err != nil {
		t.Fatal(err)
	}
	if _, stamp, err := f.View.Read(t.Context(), begin()); !errors.Is(err, fm.ErrRefused) || stamp == "" {
		t.Errorf("65 MiB: got %v with stamp %q, want ErrRefused with one", err, stamp)
	}
}

// plain is a file system without an exchange, such as NFS.
type plain struct{ actual }

func (p plain) move(from, to string, how moveKind) error {
	if how == exchanging || how == creating {
		return &os.LinkError{Op: "renameat2", Old: from, New: to, Err: unix.EINVAL}
	}
	return p.actual.move(from, to, how)
}

func TestSwapWithoutExchange(t *testing.T) {
	f, name := openReal(t)
	f.View.sys = plain{}
	f.View.mustSwap(t, begin(), "one\n")
	f2, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f2.Close() }()
	if got := f.View.mustSwap(t, begin(), "two\n"); got != "one\n" || read(t, name) != "two\n" {
		t.Errorf("displaced %q, view %q", got, read(t, name))
	}
	if _, err := f2.WriteString("late\n"); err != nil {
		t.Fatal(err)
	}
	if got := f.View.mustLate(t, begin()); got != "late\n" {
		t.Errorf("late %q", got)
	}
}

func TestKeepNeverOverwrites(t *testing.T) {
	f, name := openReal(t)
	for n, text := range []string{"a", "b"} {
		kept, err := f.View.Keep(t.Context(), "queue.damaged", []byte(text))
		if want := "queue.damaged." + strconv.Itoa(n+1); err != nil || kept != want {
			t.Errorf("kept as %q, %v; want %q", kept, err, want)
		}
		if got := read(t, filepath.Join(filepath.Dir(name), kept)); got != text {
			t.Errorf("kept %q, want %q", got, text)
		}
	}
}

func TestLogTellsThatItWasReplaced(t *testing.T) {
	one, name := openReal(t)
	dir := filepath.Dir(name)
	two, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	_, gen, err := one.Log.Read(ctx, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(one.Log.Append(ctx, []byte("abc")), one.Log.Sync(ctx)); err != nil {
		t.Fatal(err)
	}
	if data, now, err := one.Log.Read(ctx, gen, 1); err != nil || now != gen || string(data) != "bc" {
		t.Errorf("read %q of generation %d, %v; want bc of %d", data, now, err, gen)
	}
	for range 20 { // an inode number that was given away again must not deceive
		if err := two.Log.Replace(ctx, []byte("xyz"), ""); err != nil {
			t.Fatal(err)
		}
	}
	data, now, err := one.Log.Read(ctx, gen, 3)
	if err != nil || now == gen || string(data) != "xyz" {
		t.Errorf("after Replace read %q of generation %d, %v", data, now, err)
	}
	if err := two.Log.Replace(ctx, []byte("q"), "damaged"); err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(dir, "ledger.damaged.1")); got != "xyz" {
		t.Errorf("kept %q", got)
	}
	if err := os.Truncate(filepath.Join(dir, "ledger"), 0); err != nil {
		t.Fatal(err)
	}
	_, now, _ = one.Log.Read(ctx, 0, 0)
	if data, again, err := one.Log.Read(ctx, now, 1); err != nil || again == now || len(data) != 0 {
		t.Errorf("a log cut behind our back: %q, generation %d, %v", data, again, err)
	}
}

func TestWriteFileLeavesNothingBeside(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "state.json")
	for _, text := range []string{"{}", `{"workers":3}`} {
		if err := WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := read(t, name); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 {
		t.Errorf("beside it: %v", entries)
	}
	if err := WriteFile(filepath.Join(dir, "no", "where"), nil, 0o600); err == nil || !strings.Contains(err.Error(), "where") {
		t.Errorf("got %v, want an error that names the file", err)
	}
}
