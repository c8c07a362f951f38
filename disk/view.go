package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// MaxView is the most of queue.txt that is read, in bytes.
const MaxView = 64 << 20

// View is a file that people and their tools write at any moment, without a
// lock. Its methods may be called concurrently; Swap only under [Gate].
type View struct {
	sys  system
	path string // may be a symbolic link
	tmp  string
	pid  int

	mu     sync.Mutex
	cur    held   // the version that was read or written last
	old    []held // versions that were displaced
	swept  int64  // mtime of tmp when it was swept last; 0 when it was not yet
	spares int    // names that were given to versions
}

// Stamp changes whenever the file changes. A missing file has the stamp "".
func (v *View) Stamp(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	i, err := v.sys.stat(v.path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return i.stamp(), err
}

// stamp leaves the time of the inode's own change out: a rename sets it.
func (i info) stamp() string {
	return strconv.FormatUint(i.dev, 36) + "." + strconv.FormatUint(i.ino, 36) + "." +
		strconv.FormatInt(i.size, 36) + "." + strconv.FormatInt(i.mtime, 36)
}

// Read returns the text and the stamp it had. The error is fs.ErrNotExist when
// there is no file, and wraps [fm.ErrRefused] for one that cannot be a queue;
// then it comes with the stamp. Any other error comes without, so that nobody
// takes the text for read.
func (v *View) Read(ctx context.Context, now time.Time) (text []byte, stamp string, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	f, err := v.sys.open(v.path, os.O_RDONLY, 0)
	if err != nil {
		return nil, "", err
	}
	i, err := f.info()
	if err != nil {
		return nil, "", errors.Join(err, f.Close())
	}
	if err := fits(i); err != nil {
		return nil, i.stamp(), errors.Join(err, f.Close())
	}
	if text, err = readFrom(f, 0); err != nil {
		return nil, "", errors.Join(err, f.Close())
	}
	v.hold(held{f: f, id: i, seen: text}, now)
	return text, i.stamp(), nil
}

func fits(i info) error {
	if !i.regular {
		return fmt.Errorf("%w: not a regular file", fm.ErrRefused)
	}
	if i.size > MaxView {
		return fmt.Errorf("%w: %d bytes: want at most %d", fm.ErrRefused, i.size, MaxView)
	}
	return nil
}

// hold keeps the present version open. The one before, if it is another file,
// was displaced by somebody's rename, and may still be appended to.
func (v *View) hold(next held, now time.Time) {
	switch {
	case v.cur.f == nil:
	case v.cur.id.same(next.id):
		_ = v.cur.f.Close() // only read
	default:
		v.displace(v.cur, now)
	}
	v.cur = next
}

// Swap puts data in the file's place, atomically and durably, and returns the
// text that it displaced, which may be newer than what was read last; nil when
// there was none. Late lines of it come from [View.Late]. A symbolic link
// stays, and the file it leads to is replaced.
//
// When the file was displaced but an error is returned, [View.Late] tells all
// of its text.
func (v *View) Swap(ctx context.Context, now time.Time, data []byte) (displaced []byte, stamp string, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	written := failpoint.Step("queue.write")
	s, err := v.prepare(data)
	written()
	if err != nil {
		return nil, "", fmt.Errorf("prepare: %w", err)
	}
	done := failpoint.Step("queue.exchange")
	took, err := s.exchange(v.sys)
	done()
	if err != nil {
		return nil, "", errors.Join(fmt.Errorf("exchange: %w", err), s.f.Close(), v.sys.remove(s.temp))
	}
	defer failpoint.Step("queue.sync")()
	err = syncDir(v.sys, filepath.Dir(s.target))
	if took {
		displaced, err = v.inspect(s, now, err)
	}
	v.hold(held{f: s.f, id: s.id, seen: data}, now)
	if err != nil {
		return nil, "", err
	}
	return displaced, s.id.stamp(), nil
}

// inspect reads the displaced file, which stands at s.temp, and keeps it open.
// With an error before, nothing of it counts as seen.
func (v *View) inspect(s swap, now time.Time, before error) ([]byte, error) {
	f, err := v.sys.open(s.temp, os.O_RDONLY, 0)
	if err != nil {
		kept, keepErr := v.keepName(s.temp)
		return nil, errors.Join(before, fmt.Errorf("displaced file is kept as %s: %w", kept, err), keepErr)
	}
	h := held{f: f, name: s.temp}
	h.id, err = f.info()
	if err == nil {
		h.seen, err = readFrom(f, 0)
	}
	if v.cur.f != nil && v.cur.id.same(h.id) {
		_ = v.cur.f.Close() // only read; h is the same file
		v.cur = held{}
	}
	text := h.seen
	if err = errors.Join(before, err); err != nil {
		h.seen = nil
	}
	v.displace(h, now)
	if text == nil {
		text = []byte{}
	}
	return text, err
}

// Keep puts data aside as NAME.N beside the view, and returns that name.
func (v *View) Keep(ctx context.Context, name string, data []byte) (string, error) {
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		kept := name + "." + strconv.Itoa(n)
		path := filepath.Join(filepath.Dir(v.path), kept)
		f, err := v.sys.open(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		defer failpoint.Step("queue.keep")()
		if err = write(f, data); err == nil {
			err = f.Sync()
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return "", errors.Join(err, v.sys.remove(path)) // ours, and not whole
		}
		return kept, syncDir(v.sys, filepath.Dir(v.path))
	}
}

// keepName gives a file a name beside the view that nothing sweeps.
func (v *View) keepName(path string) (string, error) {
	for n := 1; ; n++ {
		kept := v.path + ".displaced." + strconv.Itoa(n)
		if err := v.sys.move(path, kept, linking); !errors.Is(err, fs.ErrExist) {
			return filepath.Base(kept), err
		}
	}
}
