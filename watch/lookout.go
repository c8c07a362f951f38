package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// lookout holds the watches that stand. [Watcher.Run] owns it.
//
// A directory that does not exist is stood in for by its nearest ancestor that
// does, so that its coming is noticed.
type lookout struct {
	w       *Watcher
	fsn     *fsnotify.Watcher      // nil while the system gives none
	held    map[string]fs.FileInfo // by path: what was there when it was watched
	calm    <-chan time.Time       // fires when wake may be called again; nil when it may be
	hinted  bool                   // a hint came since wake was last called
	trouble string                 // the first since settle began
}

// sources gives the channels of the system's watcher; nil ones, which block,
// while there is none.
func (l *lookout) sources() (<-chan fsnotify.Event, <-chan error) {
	if l.fsn == nil {
		return nil, nil
	}
	return l.fsn.Events, l.fsn.Errors
}

// settle makes the watches that stand those that are wanted.
func (l *lookout) settle() {
	l.trouble = ""
	defer func() { l.w.degrade(l.trouble) }()
	dirs := l.w.wanted()
	if len(dirs) > 0 && !l.ready() {
		return
	}
	keep := make(map[string]bool, len(dirs))
	for _, dir := range dirs {
		keep[l.anchor(dir)] = true
	}
	for path := range l.held {
		if !keep[path] {
			l.drop(path)
		}
	}
}

// ready opens the system's watcher if there is none.
func (l *lookout) ready() bool {
	if l.fsn != nil {
		return true
	}
	fsn, err := l.w.open()
	if err != nil {
		l.fail("watch files", err)
		return false
	}
	l.fsn, l.held = fsn, map[string]fs.FileInfo{}
	return true
}

// anchor watches dir, or its nearest ancestor that exists, and returns which;
// "" for none.
func (l *lookout) anchor(dir string) string {
	for range 10 { // against a directory that comes and goes for ever
		at, below := dir, ""
		for !l.hold(at) {
			up := filepath.Dir(at)
			if up == at {
				return ""
			}
			at, below = up, at
		}
		if below == "" {
			return at
		}
		if info, err := os.Stat(below); err != nil || !info.IsDir() {
			return at
		}
		// It came between the look at it and the watch on its parent.
	}
	return ""
}

// hold watches one path, and says false when something that is not there yet
// has to be waited for further up.
func (l *lookout) hold(path string) bool {
	if _, ok := l.held[path]; ok {
		return true
	}
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		return false
	}
	if err == nil {
		err = l.fsn.Add(path)
	}
	switch {
	case err == nil:
		l.held[path] = info
		l.hint() // what happened before the watch stood is looked at
		return true
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return false
	}
	l.fail("watch "+path, err)
	return true // waiting further up would not help
}

// drop ends one watch, which may have ended by itself.
func (l *lookout) drop(path string) {
	_ = l.fsn.Remove(path)
	delete(l.held, path)
}

// dropStale drops the watches on what is no longer at its path, as after the
// renaming of an ancestor, which nothing announces.
func (l *lookout) dropStale() {
	for path, was := range l.held {
		if now, err := os.Stat(path); err != nil || !os.SameFile(was, now) {
			l.drop(path)
		}
	}
}

// heed takes an event. Only its name matters, except that the going of a
// watched directory ends its watch.
func (l *lookout) heed(ev fsnotify.Event) {
	if _, ok := l.held[ev.Name]; ok && ev.Has(fsnotify.Remove|fsnotify.Rename) {
		l.drop(ev.Name)
	}
	hint, unsettled := false, false
	for _, dir := range l.w.wanted() {
		_, held := l.held[dir]
		hint = hint || ev.Name == dir || filepath.Dir(ev.Name) == dir
		unsettled = unsettled || !held && within(dir, ev.Name)
	}
	if unsettled {
		l.settle()
	}
	if hint && !l.w.ignores(ev.Name) {
		l.hint()
	}
}

// within says whether path is dir or below it.
func within(path, dir string) bool {
	rest, ok := strings.CutPrefix(path, dir)
	return ok && (rest == "" || rest[0] == filepath.Separator)
}

// lose takes an error of the system's watcher.
func (l *lookout) lose(err error) {
	if !errors.Is(err, fsnotify.ErrEventOverflow) {
		l.close() // until the next retry
		l.w.degrade(describe("watch files", err))
	}
	l.hint() // events may be missing
}

func (l *lookout) close() {
	if l.fsn != nil {
		_ = l.fsn.Close() // nothing was written
	}
	l.fsn, l.held = nil, nil
}

// hint calls wake, now or when the quiet after the last call is over.
func (l *lookout) hint() {
	l.hinted = true
	if l.calm == nil {
		l.rest()
	}
}

// rest ends the quiet, or begins it anew with a call of wake.
func (l *lookout) rest() {
	l.calm = nil
	if l.hinted {
		l.hinted = false
		l.calm = time.After(quiet)
		l.w.wake()
	}
}

func (l *lookout) fail(what string, err error) {
	if l.trouble == "" {
		l.trouble = describe(what, err)
	}
}

// describe names what is used up, because "no space left on device" sends
// people to look at their disk.
func describe(what string, err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return what + ": the user's inotify watches are used up (fs.inotify.max_user_watches)"
	case errors.Is(err, syscall.EMFILE):
		return what + ": the user's inotify instances or this process's open files are used up (fs.inotify.max_user_instances, ulimit -n)"
	}
	return fmt.Sprintf("%s: %v", what, err)
}
