package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// Files are the files of a queue.
type Files struct {
	Log  *Log
	View *View
	Lock *Gate
}

// Open prepares the files of a queue in dir, which is created if need be:
// dir/ledger, dir/queue.txt and dir/ledger.lock. It touches none of them.
func Open(dir string) (*Files, error) {
	tmp := filepath.Join(dir, "tmp")
	if err := os.MkdirAll(tmp, 0o755); err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	return open(actual{}, dir, os.Getpid()), nil
}

func open(sys system, dir string, pid int) *Files {
	tmp := filepath.Join(dir, "tmp")
	name := strconv.Itoa(pid)
	return &Files{
		Log:  &Log{sys: sys, path: filepath.Join(dir, "ledger"), temp: filepath.Join(tmp, "ledger."+name)},
		View: &View{sys: sys, path: filepath.Join(dir, "queue.txt"), tmp: tmp, pid: pid},
		Lock: newGate(filepath.Join(dir, "ledger.lock")),
	}
}

// WriteFile replaces the file at path by data, whole or not at all, and
// durably: after a power cut the old text or the new one is there. Other
// programs' open handles keep the old one. Use it for files that nobody
// appends to.
func WriteFile(path string, data []byte, perm os.FileMode) error {
	temp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+strconv.Itoa(os.Getpid())+".tmp")
	if err := replace(actual{}, path, temp, data, perm); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func replace(sys system, path, temp string, data []byte, perm os.FileMode) error {
	f, err := create(sys, temp, data, perm)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return errors.Join(err, sys.remove(temp))
	}
	if err := sys.move(temp, path, replacing); err != nil {
		return errors.Join(err, sys.remove(temp))
	}
	return syncDir(sys, filepath.Dir(path))
}

// create makes a new file with data that is durable, but for its name. A left
// over file of that name is unlinked, never written to: it may be the view
// that was displaced last, and somebody may be appending to it.
func create(sys system, name string, data []byte, perm os.FileMode) (file, error) {
	if err := sys.remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := sys.open(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, err
	}
	if err = write(f, data); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), sys.remove(name))
	}
	return f, nil
}

func write(f file, data []byte) error {
	n, err := f.Write(data)
	if err == nil && n < len(data) {
		err = io.ErrShortWrite
	}
	return err
}

// syncDir makes the names in a folder durable.
func syncDir(sys system, dir string) error {
	d, err := sys.open(dir, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// readFrom reads an open file from offset to its end.
func readFrom(f file, offset int64) ([]byte, error) {
	i, err := f.info()
	if err != nil || i.size <= offset {
		return nil, err
	}
	data := make([]byte, i.size-offset)
	n, err := f.ReadAt(data, offset)
	if errors.Is(err, io.EOF) { // it was truncated since
		err = nil
	}
	return data[:n], err
}
