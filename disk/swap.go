package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// Names of the files in the folder for temporary files, before ".PID" and, for a
// view, ".N": each displaced one stands for itself as long as it is watched.
const (
	newName  = "new"   // a view that is being written
	viewName = "queue" // a view ready for the exchange, or the displaced one
)

// swap is one replacement of the view.
type swap struct {
	target string // what the view's path leads to
	temp   string // the new version; after the exchange the displaced one
	f      file   // the new version
	id     info
}

// prepare writes the new version beside the view, durably. Its name says that
// it is complete: a new version that was cut short by a crash has another.
func (v *View) prepare(data []byte) (swap, error) {
	target, err := resolve(v.path)
	if err != nil {
		return swap{}, err
	}
	dir := v.tmp
	if filepath.Dir(target) != filepath.Dir(v.path) {
		// The view is a link to another folder, perhaps on another disk.
		dir = filepath.Join(filepath.Dir(target), ".fm-tmp")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return swap{}, err
		}
	}
	perm := os.FileMode(0o644)
	if i, err := v.sys.stat(target); err == nil {
		perm = i.perm
	}
	fresh := filepath.Join(dir, newName+"."+strconv.Itoa(v.pid))
	s := swap{target: target, temp: v.spare(dir)}
	if s.f, err = create(v.sys, fresh, data, perm); err != nil {
		return swap{}, err
	}
	s.id, err = s.f.info()
	if err == nil {
		err = v.sys.move(fresh, s.temp, replacing)
	}
	if err != nil {
		return swap{}, errors.Join(err, s.f.Close(), v.sys.remove(fresh))
	}
	return s, nil
}

// resolve follows the view's path to the file it leads to, which need not
// exist.
func resolve(path string) (string, error) {
	link, err := os.Readlink(path)
	if err != nil {
		return path, nil //nolint:nilerr // no link, perhaps no file: the path is the target
	}
	target, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return target, err
	}
	if !filepath.IsAbs(link) {
		link = filepath.Join(filepath.Dir(path), link)
	}
	return link, nil
}

// exchange puts the new version in the view's place. It says whether there
// was a version before; that one is at s.temp then.
func (s *swap) exchange(sys system) (took bool, err error) {
	for {
		err := sys.move(s.temp, s.target, exchanging)
		switch {
		case err == nil:
			return true, nil
		case unsupported(err):
			return s.relink(sys)
		case !errors.Is(err, fs.ErrNotExist):
			return false, err
		}
		err = sys.move(s.temp, s.target, creating)
		if !errors.Is(err, fs.ErrExist) {
			return false, err
		}
	}
}

// relink is for file systems without an exchange, such as NFS: the old version
// gets a second name before it is replaced. A rename by somebody else between
// the two steps is lost.
func (s *swap) relink(sys system) (took bool, err error) {
	old := s.temp + ".old"
	if err := sys.remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	err = sys.move(s.target, old, linking)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	took = err == nil
	if err := sys.move(s.temp, s.target, replacing); err != nil {
		return false, err
	}
	if took {
		err = sys.move(old, s.temp, replacing)
		return true, err
	}
	return false, nil
}

func unsupported(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTSUP)
}
