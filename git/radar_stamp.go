package git

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/founder-mode/fm"
)

// Stamp differs from an earlier one of the same sites after a branch of them, or
// the base as last seen, has moved. It may differ without that, as after git
// pack-refs. It is "" when there are no sites, or nothing can be read.
//
// It starts no process. It reads the refs' own files, 41 bytes for each branch,
// since no time stamp tells two changes within one tick of the clock apart; of
// the file with the packed refs, which may be large, it takes the state.
func (r *Repo) Stamp(sites []fm.Site) string {
	if len(sites) == 0 {
		return ""
	}
	s := stamp{sum: sha256.New()}
	for _, at := range sites {
		if p, err := r.place(at); err == nil {
			s.content(filepath.Join(r.common, filepath.FromSlash(p.ref())))
		}
	}
	s.content(filepath.Join(r.common, r.tracking()))
	s.state(filepath.Join(r.common, "packed-refs"))
	s.content(filepath.Join(r.common, "reftable", "tables.list")) // each change of a ref names another table in it
	if !s.some {
		return ""
	}
	return hex.EncodeToString(s.sum.Sum(nil)[:16])
}

// stamp takes in what tells one state of the refs from another.
type stamp struct {
	sum  hash.Hash
	some bool // something could be read
	buf  [512]byte
}

// content takes in a small file, without what [os.ReadFile] does around the
// system calls: that takes longer than they do.
func (s *stamp) content(name string) {
	fd, err := syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if err != nil {
		s.failed(name, err)
		return
	}
	defer func() { _ = syscall.Close(fd) }() // it was only read
	for {
		n, err := syscall.Read(fd, s.buf[:])
		if err != nil {
			s.failed(name, err)
			return
		}
		if n == 0 {
			break
		}
		_, _ = s.sum.Write(s.buf[:n]) // never fails
		s.some = true
	}
	_, _ = s.sum.Write([]byte(name + "\x00"))
}

// state takes in what a file looks like from outside; git replaces it as a
// whole.
func (s *stamp) state(name string) {
	info, err := os.Stat(name)
	if err != nil {
		s.failed(name, err)
		return
	}
	inode := uint64(0)
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		inode = st.Ino
	}
	_, _ = fmt.Fprintf(s.sum, "%d %d %d %s\x00", info.ModTime().UnixNano(), info.Size(), inode, name)
	s.some = true
}

// failed takes in that a file cannot be read; one that is not there is as if
// it had never been.
func (s *stamp) failed(name string, err error) {
	if !errors.Is(err, fs.ErrNotExist) {
		_, _ = fmt.Fprintf(s.sum, "%s: %v\x00", name, err)
	}
}
