package watch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// deadline is for a test that will fail; a good run never comes near.
const deadline = 20 * time.Second

// owner looks at one file whenever it is woken, and at no other time.
type owner struct {
	file string
	seen chan string // what the file held at each look; "" for no file
}

func own(t *testing.T, file string, alter ...func(*Watcher)) (*Watcher, *owner) {
	t.Helper()
	o := &owner{file: file, seen: make(chan string, 1000)}
	w := New(o.look)
	for _, f := range alter {
		f(w)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- w.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v, want the end of its context", err)
		}
	})
	return w, o
}

func (o *owner) look() {
	text, _ := os.ReadFile(o.file) // no file is a thing to see
	select {
	case o.seen <- string(text):
	default: // nobody waits that long for a look
	}
}

// await waits until the owner has seen want.
func (o *owner) await(t *testing.T, want string) {
	t.Helper()
	late := time.After(deadline)
	last := "nothing at all"
	for {
		select {
		case last = <-o.seen:
			if last == want {
				return
			}
		case <-late:
			t.Fatalf("the owner was never woken to see %q; it last saw %q", want, last)
		}
	}
}

// notices changes the file several times: a late hint of something earlier
// can show one of the changes by luck, and not all of them.
func (o *owner) notices(t *testing.T, name string) {
	t.Helper()
	for i := range 5 {
		text := name + " " + strconv.Itoa(i)
		write(t, o.file, text)
		o.await(t, text)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

// must fails the test if a step of its preparation failed.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestChangesWakeTheOwner(t *testing.T) {
	dir := t.TempDir()
	w, o := own(t, filepath.Join(dir, "queue.txt"))
	w.Add(dir)
	o.notices(t, "written")
}

// Caught: no hint in hold.
func TestWhatHappenedBeforeTheWatchIsLookedAt(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "queue.txt")
	write(t, file, "before")
	w, o := own(t, file)
	w.Add(dir)
	o.await(t, "before")
}

// A watch on the file would be deaf after the first replacement.
func TestReplacedFileStillWakes(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "queue.txt")
	w, o := own(t, file)
	w.Add(dir)
	for i := range 5 {
		text := "version " + strconv.Itoa(i)
		write(t, file+".new", text)
		must(t, os.Rename(file+".new", file))
		o.await(t, text)
	}
}

// Caught: heed that keeps the watch of a removed directory; anchor that does
// not watch an ancestor.
func TestDirectoryThatReturnsIsWatchedAgain(t *testing.T) {
	for _, step := range []struct {
		name string
		lose func(dir string) error
	}{
		{"removed", os.RemoveAll},
		{"moved away", func(dir string) error { return os.Rename(dir, dir+".old") }},
		{"removed with its parent", func(dir string) error { return os.RemoveAll(filepath.Dir(dir)) }},
	} {
		t.Run(step.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "issues", "456")
			mkdir(t, dir)
			w, o := own(t, filepath.Join(dir, "COMPLETION.md"))
			w.Add(dir)
			o.notices(t, "at first")
			must(t, step.lose(dir))
			o.await(t, "")
			mkdir(t, dir)
			o.notices(t, "returned")
			must(t, os.RemoveAll(dir)) // nobody looks between these two
			mkdir(t, dir)
			o.notices(t, "returned at once")
		})
	}
}

func TestDirectoryThatIsYetToComeIsWatched(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "a", "b", "c")
	w, o := own(t, filepath.Join(dir, "f"))
	w.Add(dir)
	mkdir(t, dir)
	o.notices(t, "came")
	if got := w.Degraded(); got != "" {
		t.Errorf("Degraded() = %q while everything is watched", got)
	}
}

// A file where a directory should be is waited out, never watched.
func TestOnlyDirectoriesAreWatched(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	write(t, dir, "a file")
	l := lookout{w: New(func() {})}
	t.Cleanup(l.close)
	l.w.Add(dir)
	l.settle()
	if _, ok := l.held[dir]; ok || len(l.held) != 1 {
		t.Errorf("held %v, want the parent of the file alone", l.held)
	}
}

// Nothing announces that an ancestor was renamed: only the slow look finds it.
// Caught: Run without dropStale.
func TestRenamedAncestorIsFoundByTheSlowLook(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "a", "b")
	mkdir(t, dir)
	w, o := own(t, filepath.Join(dir, "f"), func(w *Watcher) { w.retry = 10 * time.Millisecond })
	w.Add(dir)
	o.notices(t, "at first")
	must(t, os.Rename(filepath.Join(root, "a"), filepath.Join(root, "gone")))
	mkdir(t, dir)
	o.await(t, "")
	o.notices(t, "in the new one")
}

// Caught: a settle that drops nothing.
func TestAncestorIsWatchedNoLongerThanItStandsIn(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "a", "b")
	l := lookout{w: New(func() {})}
	t.Cleanup(l.close)
	l.w.Add(dir)
	l.settle()
	if got := l.fsn.WatchList(); len(got) != 1 || got[0] != root {
		t.Fatalf("watches %v stand, want only %s", got, root)
	}
	mkdir(t, dir)
	l.settle()
	if got := l.fsn.WatchList(); len(got) != 1 || got[0] != dir {
		t.Errorf("watches %v stand, want only %s", got, dir)
	}
}

// What happens beside a directory that is waited for is no business of its
// owner.
func TestNeighboursOfAMissingDirectoryDoNotWake(t *testing.T) {
	root := t.TempDir()
	wakes := 0
	l := lookout{w: New(func() { wakes++ })}
	t.Cleanup(l.close)
	l.w.Add(filepath.Join(root, "a", "b"))
	l.settle()
	l.hinted, l.calm, wakes = false, nil, 0
	for _, name := range []string{"ab", "b", "a.old"} {
		l.heed(fsnotify.Event{Name: filepath.Join(root, name), Op: fsnotify.Create})
	}
	if wakes != 0 {
		t.Errorf("woke %d times for its neighbours", wakes)
	}
}

// An owner that shows what he saw in a watched directory would look for ever.
func TestWhatTheOwnerWritesHimselfDoesNotWakeHim(t *testing.T) {
	dir := t.TempDir()
	wakes := 0
	l := lookout{w: New(func() { wakes++ })}
	t.Cleanup(l.close)
	l.w.Add(dir)
	l.w.Ignore(filepath.Join(dir, "status.json"))
	l.settle()
	l.hinted, l.calm, wakes = false, nil, 0
	l.heed(fsnotify.Event{Name: filepath.Join(dir, "status.json"), Op: fsnotify.Create})
	if wakes != 0 {
		t.Errorf("woke %d times for what he wrote himself", wakes)
	}
	l.heed(fsnotify.Event{Name: filepath.Join(dir, "queue.txt"), Op: fsnotify.Create})
	if wakes != 1 {
		t.Errorf("woke %d times for what others wrote beside it, want once", wakes)
	}
}

// Caught: hint that calls wake each time; rest that forgets what came in the
// quiet.
func TestBurstIsOneWakeAndOneMore(t *testing.T) {
	wakes := 0
	l := lookout{w: New(func() { wakes++ })}
	for range 1000 {
		l.hint()
	}
	if wakes != 1 {
		t.Fatalf("a burst woke %d times at its start, want once", wakes)
	}
	l.rest()
	if wakes != 2 {
		t.Fatalf("woke %d times when the quiet was over, want 2: the burst went on", wakes)
	}
	l.rest()
	if wakes != 2 || l.calm != nil {
		t.Errorf("woke %d times with nothing new, want 2 and no quiet", wakes)
	}
}

// Fault: F9.
func TestOverflowWakesAndKeepsTheWatches(t *testing.T) {
	wakes := 0
	l := lookout{w: New(func() { wakes++ })}
	t.Cleanup(l.close)
	l.w.Add(t.TempDir())
	l.settle()
	l.calm, wakes = nil, 0
	l.lose(fsnotify.ErrEventOverflow)
	if wakes != 1 || l.fsn == nil || l.w.Degraded() != "" {
		t.Errorf("after an overflow: %d wakes, watcher %v, degraded %q; want 1 wake and all as it was", wakes, l.fsn, l.w.Degraded())
	}
}

// Caught: lose that goes on reading a broken watcher.
func TestBrokenWatcherIsReplaced(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "f")
	made := make(chan *fsnotify.Watcher, 10)
	w, o := own(t, file, func(w *Watcher) {
		w.retry = 10 * time.Millisecond
		w.open = func() (*fsnotify.Watcher, error) {
			fsn, err := fsnotify.NewWatcher()
			made <- fsn
			return fsn, err
		}
	})
	w.Add(dir)
	o.notices(t, "at first")
	(<-made).Errors <- errors.New("input/output error")
	<-made
	o.notices(t, "with the second")
}

// The owner may learn of a directory while he looks, in the goroutine of Run.
// Caught: an unbuffered poke.
func TestDirectoryAddedWhileLookingIsWatched(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	w, o := own(t, filepath.Join(b, "f"), func(w *Watcher) {
		look := w.wake
		w.wake = func() {
			w.Add(b)
			look()
		}
	})
	w.Add(a)
	o.notices(t, "in the second")
}

// Caught: Add that sends without a default.
func TestAddNeverWaits(t *testing.T) {
	w := New(func() {})
	for i := range 1000 {
		w.Add(filepath.Join("/nowhere", strconv.Itoa(i)))
	}
	if got := w.wanted(); len(got) != 1000 {
		t.Errorf("wants %d directories, want 1000", len(got))
	}
}
