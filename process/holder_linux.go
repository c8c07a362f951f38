package process

import (
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// LockHolder finds who holds the flock(2) on a file; 0 for nobody, and for one
// in another container. It takes no lock itself, so that it is in nobody's way.
// A holder that is stopped (SIGSTOP) holds everybody up.
func LockHolder(path string) (pid int, stopped bool) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	text, err := os.ReadFile("/proc/locks")
	if !ok || err != nil {
		return 0, false
	}
	pid = holderIn(string(text), unix.Major(st.Dev), unix.Minor(st.Dev), st.Ino)
	at, err := readStat(pid)
	return pid, err == nil && at.state == 'T'
}

// holderIn reads proc_locks(5): "1: FLOCK ADVISORY WRITE 708 08:01:1234 0 EOF",
// with the device in hexadecimal. Who waits has "->" behind the number.
func holderIn(locks string, major, minor uint32, inode uint64) int {
	for line := range strings.Lines(locks) {
		f := strings.Fields(line)
		if len(f) < 6 || f[1] != "FLOCK" {
			continue
		}
		at := strings.Split(f[5], ":")
		if len(at) != 3 {
			continue
		}
		a, errA := strconv.ParseUint(at[0], 16, 32)
		b, errB := strconv.ParseUint(at[1], 16, 32)
		n, errN := strconv.ParseUint(at[2], 10, 64)
		pid, errP := strconv.Atoi(f[4])
		if errA == nil && errB == nil && errN == nil && errP == nil && uint32(a) == major && uint32(b) == minor && n == inode && pid > 0 {
			return pid
		}
	}
	return 0
}
