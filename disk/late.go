package disk

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// lateFor is how long a displaced version is watched. A shell's `>>` opens the
// file and writes at once; an editor may take longer to write than to open.
const lateFor = 2 * time.Second

// held is a version of the view that is kept open.
type held struct {
	f     file
	id    info   // as it was when seen was read
	seen  []byte // what is known of its text
	until time.Time
	name  string // where it stands; "" when somebody else put it away
	left  bool   // by a process that is dead
}

// maxNamed is how many displaced versions keep a name, for whoever comes after this
// process. To older ones nobody has written for as many writes of fm's.
const maxNamed = 4

// displace watches a version that is no longer the view. An unfinished line at
// its end does not count as seen.
func (v *View) displace(h held, now time.Time) {
	h.seen = h.seen[:bytes.LastIndexByte(h.seen, '\n')+1]
	h.id.size = -1 // look at least once
	h.until = now.Add(lateFor)
	v.old = append(v.old, h)
	named := 0
	for i := len(v.old) - 1; i >= 0; i-- {
		if old := &v.old[i]; !old.left && old.name != "" {
			if named++; named > maxNamed {
				v.unname(old)
			}
		}
	}
}

// unname takes a version's name away.
func (v *View) unname(h *held) {
	if i, err := v.sys.stat(h.name); h.name != "" && err == nil && i.same(h.id) {
		_ = v.sys.remove(h.name) // a left-over is swept later
	}
	h.name = ""
}

// Late returns lines that were written to displaced versions of the view, each
// once: complete ones as they come, an unfinished one when the version is
// given up, two seconds after it was displaced. It also takes over what dead
// processes displaced, and returns each such version as left: how far they came with
// it is not known. An error means that a version could not be read; it is
// looked at again.
//
// A version keeps its name until there was nothing new in it when it was given up:
// so what a process was told, and took along when it was killed, another one finds.
func (v *View) Late(ctx context.Context, now time.Time) (late []byte, left [][]byte, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	errs := v.sweep(now)
	var kept []held
	for _, h := range v.old {
		over := !now.Before(h.until) || now.Before(h.until.Add(-lateFor))
		text, err := h.news()
		if err != nil && !over {
			errs = errors.Join(errs, err)
			kept = append(kept, h)
			continue
		}
		if whole := bytes.LastIndexByte(text, '\n') + 1; !over && whole < len(text) {
			text = text[:whole]
			h.id.size = -1 // look again for the rest
		}
		if len(text) == 0 && over {
			v.release(h)
			continue
		}
		kept = append(kept, h.with(text))
		switch {
		case len(text) == 0:
		case h.left:
			left = append(left, ended(text))
		default:
			late = append(late, ended(text)...)
		}
	}
	v.old = kept
	return late, left, errs
}

// with counts a text as seen.
func (h held) with(text []byte) held {
	h.seen = append(slices.Clip(h.seen), text...)
	return h
}

// ended is text with a line break at its end.
func ended(text []byte) []byte {
	if text[len(text)-1] == '\n' {
		return text
	}
	return append(slices.Clip(text), '\n')
}

// news reads what stands in the file beyond what was seen: all of it, if the
// file was written anew in place.
func (h *held) news() ([]byte, error) {
	i, err := h.f.info()
	if err != nil {
		return nil, err
	}
	if i.size == h.id.size && i.mtime == h.id.mtime {
		return nil, nil
	}
	text, err := readFrom(h.f, 0)
	if err != nil {
		return nil, err
	}
	h.id = i
	if rest, ok := bytes.CutPrefix(text, h.seen); ok {
		return rest, nil
	}
	h.seen = nil
	return text, nil
}

// release gives a displaced version up.
func (v *View) release(h held) {
	v.unname(&h)
	_ = h.f.Close() // only read
}

// sweep takes over the displaced views of dead processes and removes what they
// left half-written. At first it also takes over those that bear the pid that is
// ours now, as it happens in a container; later they are another View's.
func (v *View) sweep(now time.Time) error {
	i, err := v.sys.stat(v.tmp)
	if err != nil || i.mtime == v.swept {
		return nil //nolint:nilerr // without the folder there is nothing to sweep
	}
	names, err := v.sys.list(v.tmp)
	if err != nil {
		return err
	}
	for _, name := range names {
		stem, rest, _ := strings.Cut(name, ".")
		pid, _, _ := strings.Cut(rest, ".")
		path := filepath.Join(v.tmp, name)
		switch n, err := strconv.Atoi(pid); {
		case err != nil:
		case n == v.pid && stem == viewName && v.swept == 0 && !v.holds(path), n != v.pid && !alive(n):
			v.adopt(stem, path, now)
		}
	}
	v.swept = i.mtime
	return nil
}

// holds says whether a version is watched already.
func (v *View) holds(path string) bool {
	at, err := v.sys.stat(path)
	return err == nil && slices.ContainsFunc(v.old, func(h held) bool { return h.id.same(at) })
}

func (v *View) adopt(stem, path string, now time.Time) {
	if stem != viewName {
		_ = v.sys.remove(path) // tried again when the folder changes
		return
	}
	f, err := v.sys.open(path, os.O_RDONLY, 0)
	if err != nil {
		return // another process was faster
	}
	h := held{f: f, name: v.spare(v.tmp), left: true}
	if h.id, err = f.info(); err == nil {
		err = v.sys.move(path, h.name, replacing)
	}
	if err != nil {
		_ = f.Close() // another process was faster
		return
	}
	v.displace(h, now)
}

// spare is a name in a folder for temporary files that is this process's own, and
// at which nothing stands.
func (v *View) spare(dir string) string {
	for {
		v.spares++
		path := filepath.Join(dir, viewName+"."+strconv.Itoa(v.pid)+"."+strconv.Itoa(v.spares))
		if _, err := v.sys.stat(path); err != nil {
			return path
		}
	}
}

func alive(pid int) bool { return !errors.Is(unix.Kill(pid, 0), unix.ESRCH) }
