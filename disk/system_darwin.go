package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

func exchange(from, to string) error { return unix.RenamexNp(from, to, unix.RENAME_SWAP) }

func moveNew(from, to string) error { return unix.RenamexNp(from, to, unix.RENAME_EXCL) }

func infoOf(st *unix.Stat_t) info {
	return info{
		dev: uint64(st.Dev), ino: st.Ino, size: st.Size, mtime: st.Mtim.Nano(),
		regular: st.Mode&unix.S_IFMT == unix.S_IFREG, perm: os.FileMode(st.Mode & 0o777),
	}
}
