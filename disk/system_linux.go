package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

func exchange(from, to string) error {
	return unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_EXCHANGE)
}

func moveNew(from, to string) error {
	return unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
}

func infoOf(st *unix.Stat_t) info {
	return info{
		dev: st.Dev, ino: st.Ino, size: st.Size, mtime: st.Mtim.Nano(),
		regular: st.Mode&unix.S_IFMT == unix.S_IFREG, perm: os.FileMode(st.Mode & 0o777),
	}
}
