package claude

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

const (
	completionFile = "COMPLETION.md"
	// settled is how long a COMPLETION.md must stay as it is before it counts
	// as finished.
	settled = 200 * time.Millisecond
)

// Completion reads the attempt's COMPLETION.md in the worktree dir. Errors wrap
// [fm.ErrGone] when there is none that this attempt can have written, and
// [fm.ErrNotCompletion] when it is not a regular file, too large, or cannot be
// read as one. It never follows a link and never blocks on a pipe.
func (c *Claude) Completion(ctx context.Context, run fm.Run, dir string) (fm.Completion, error) {
	s, err := c.signs(ctx, run)
	if err != nil {
		return fm.Completion{}, err
	}
	text, info, err := readCompletion(dir)
	if err != nil {
		return fm.Completion{}, fmt.Errorf("read %s of %s: %w", completionFile, run, err)
	}
	if !s.wrote(info, time.Now()) {
		return fm.Completion{}, fmt.Errorf("read %s of %s: %w: it is older than the attempt", completionFile, run, fm.ErrGone)
	}
	done, err := fm.ParseCompletion(text)
	if err != nil {
		return fm.Completion{}, fmt.Errorf("read %s of %s: %w", completionFile, run, err)
	}
	return done, nil
}

// wrote says whether the file is as young as the attempt. Launch removed what
// was there before, so that this catches only what was moved back; file
// systems with whole seconds must pass, and so must what was written after the
// clock had been set back to before the launch.
func (s signs) wrote(info fs.FileInfo, now time.Time) bool {
	return !s.launched.IsZero() && (now.Before(s.launched) || !info.ModTime().Before(s.launched.Truncate(time.Second)))
}

func readCompletion(dir string) (string, fs.FileInfo, error) {
	// A FIFO would block a plain open for ever, and a link could point anywhere.
	f, err := os.OpenFile(filepath.Join(dir, completionFile), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, fm.ErrGone
	case errors.Is(err, syscall.ELOOP), errors.Is(err, syscall.EMLINK), errors.Is(err, syscall.ENXIO):
		return "", nil, fmt.Errorf("%w: not a regular file", fm.ErrNotCompletion)
	case err != nil:
		return "", nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	info, err := f.Stat()
	if err != nil {
		return "", nil, err
	}
	if !info.Mode().IsRegular() {
		return "", nil, fmt.Errorf("%w: not a regular file", fm.ErrNotCompletion)
	}
	text, err := io.ReadAll(io.LimitReader(f, fm.MaxCompletion+1))
	return string(text), info, err
}

// stamp tells two states of a COMPLETION.md apart. Its zero value is no file.
type stamp struct {
	mtime time.Time
	size  int64
}

// lookCompletion stamps what this attempt can have written, also what is no
// regular file: [Claude.Completion] tells the agent so.
func lookCompletion(dir string, s signs, now time.Time) stamp {
	if dir == "" {
		return stamp{}
	}
	info, err := os.Lstat(filepath.Join(dir, completionFile))
	if err != nil || !s.wrote(info, now) {
		return stamp{}
	}
	return stamp{mtime: info.ModTime(), size: info.Size()}
}
