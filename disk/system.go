package disk

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// system is the part of the operating system that the durability of files
// hangs on. The tests put one in its place that can lose power.
type system interface {
	open(name string, flag int, perm os.FileMode) (file, error)
	move(from, to string, how moveKind) error
	remove(name string) error
	stat(name string) (info, error)
	list(dir string) ([]string, error)
}

// file is an open file or folder.
type file interface {
	io.ReaderAt
	io.WriteCloser
	Sync() error
	Truncate(size int64) error
	info() (info, error)
}

// moveKind is a way to rename.
type moveKind int

const (
	replacing  moveKind = iota // rename(2)
	exchanging                 // renameat2(2) RENAME_EXCHANGE: both names must exist
	creating                   // renameat2(2) RENAME_NOREPLACE: to must not exist
	linking                    // link(2): from stays
)

// info is what tells versions of a file apart.
type info struct {
	dev, ino uint64
	size     int64
	mtime    int64 // nanoseconds
	regular  bool
	perm     os.FileMode
}

func (i info) same(j info) bool { return i.dev == j.dev && i.ino == j.ino }

// actual is the operating system itself.
type actual struct{}

type realFile struct{ *os.File }

func (actual) open(name string, flag int, perm os.FileMode) (file, error) {
	// Without O_NONBLOCK, opening a FIFO that somebody put there waits for ever.
	f, err := os.OpenFile(name, flag|unix.O_CLOEXEC|unix.O_NONBLOCK, perm)
	if err != nil {
		return nil, err
	}
	return realFile{f}, nil
}

func (actual) move(from, to string, how moveKind) error {
	var err error
	switch how {
	case replacing:
		return os.Rename(from, to)
	case linking:
		return os.Link(from, to)
	case exchanging:
		err = exchange(from, to)
	case creating:
		err = moveNew(from, to)
	}
	if err != nil {
		return &os.LinkError{Op: "renameat2", Old: from, New: to, Err: err}
	}
	return nil
}

func (actual) remove(name string) error { return os.Remove(name) }

func (actual) stat(name string) (info, error) {
	var st unix.Stat_t
	if err := unix.Stat(name, &st); err != nil {
		return info{}, &os.PathError{Op: "stat", Path: name, Err: err}
	}
	return infoOf(&st), nil
}

func (actual) list(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

func (f realFile) info() (info, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return info{}, &os.PathError{Op: "fstat", Path: f.Name(), Err: err}
	}
	return infoOf(&st), nil
}
