package git

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// scratchName is what the folders begin with that are needed for an instant only.
const scratchName = "fm-scratch-"

// scratch is such a folder. As long as its process lives it is locked; that is how
// another process knows what one that was killed left behind, which in a folder in
// memory would stay there until the machine is restarted.
type scratch struct {
	dir  string
	held *os.File
}

// newScratch makes one below parent, and removes what nobody needs any more.
func newScratch(parent string) (*scratch, error) {
	left, _ := filepath.Glob(filepath.Join(globEscape(parent), scratchName+"*")) // a bad pattern is an empty answer
	for _, dir := range left {
		if s, err := hold(dir); err == nil {
			s.remove()
		}
	}
	for {
		dir, err := os.MkdirTemp(parent, scratchName)
		if err != nil {
			return nil, fmt.Errorf("make scratch folder: %w", err)
		}
		s, err := hold(dir)
		if err == nil && isFolder(dir) {
			return s, nil
		}
		if s != nil {
			s.remove()
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("hold scratch folder: %w", err), os.Remove(dir))
		}
		// Somebody who swept took it for a dead one's: once more.
	}
}

// hold locks a folder, if nobody else does.
func hold(dir string) (*scratch, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &scratch{dir: dir, held: f}, nil
}

// remove removes the folder. What cannot be removed, the next one tries again.
func (s *scratch) remove() {
	_ = os.RemoveAll(s.dir)
	_ = s.held.Close() // it was only held
}
