package watch

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	retryEvery = 60 * time.Second      // between looks for watches that are missing or stale
	quiet      = 20 * time.Millisecond // between two calls of wake
)

// Watcher watches directories, each without those below it. Its methods may be
// called concurrently and never block.
//
// Directories and not files, because a file that is replaced takes its watch
// along and leaves the watcher deaf.
type Watcher struct {
	wake  func()
	open  func() (*fsnotify.Watcher, error)
	retry time.Duration
	poke  chan struct{} // holds one: the set of directories changed

	mu      sync.Mutex
	dirs    map[string]bool // guarded by mu: the directories asked for
	own     map[string]bool // guarded by mu: what the owner writes himself
	trouble string          // guarded by mu: what [Watcher.Degraded] gives
}

// New makes a watcher of nothing. Wake is called from [Watcher.Run], at once
// for the first of a burst of changes and then at most every 20 ms; while it
// runs, no other hint is lost.
func New(wake func()) *Watcher {
	return &Watcher{
		wake:  wake,
		open:  fsnotify.NewWatcher,
		retry: retryEvery,
		poke:  make(chan struct{}, 1),
		dirs:  map[string]bool{},
		own:   map[string]bool{},
	}
}

// Add asks for hints about what is directly in dir, an absolute path. It need
// not exist: its coming, going and coming back are noticed. Once the watch
// stands, wake is called, so that what happened before is looked at.
func (w *Watcher) Add(dir string) {
	w.mu.Lock()
	w.dirs[filepath.Clean(dir)] = true
	w.mu.Unlock()
	select {
	case w.poke <- struct{}{}:
	default: // one poke is enough for any number of changes
	}
}

// Ignore asks for no hints about a path in a watched directory, because the
// owner writes it himself: after each look, say, which would be the next hint.
func (w *Watcher) Ignore(path string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.own[filepath.Clean(path)] = true
}

func (w *Watcher) ignores(path string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.own[path]
}

// Degraded says why changes are seen only by the owner's slow look at present,
// in words for a person, or "" when every directory is watched.
func (w *Watcher) Degraded() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.trouble
}

func (w *Watcher) degrade(why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trouble = why
}

// wanted gives the directories asked for, in order.
func (w *Watcher) wanted() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	dirs := make([]string, 0, len(w.dirs))
	for d := range w.dirs {
		dirs = append(dirs, d)
	}
	slices.Sort(dirs)
	return dirs
}

// Run watches until ctx ends and returns its error. What the system refuses is
// no error: it shows in [Watcher.Degraded] and is tried again every minute.
// Call it once.
func (w *Watcher) Run(ctx context.Context) error {
	l := lookout{w: w}
	defer l.close()
	tick := time.NewTicker(w.retry)
	defer tick.Stop()
	l.settle()
	for {
		events, errs := l.sources()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.poke:
			l.settle()
		case <-tick.C:
			l.dropStale()
			l.settle()
		case <-l.calm:
			l.rest()
		case ev := <-events:
			l.heed(ev)
		case err := <-errs:
			l.lose(err)
		}
	}
}
