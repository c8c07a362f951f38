package git

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// owned looks through /proc. Processes of other users cannot be read: see
// [readableOwner].
func owned(path string, age time.Duration, folders []string) bool {
	procs, err := os.ReadDir("/proc")
	if err != nil {
		return true
	}
	path = filepath.Join(unlinked(filepath.Dir(path)), filepath.Base(path))
	folders = slices.Clone(folders)
	for i, f := range folders {
		folders[i] = unlinked(f)
	}
	for _, e := range procs {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		proc := filepath.Join("/proc", e.Name())
		if name, err := os.ReadFile(filepath.Join(proc, "comm")); err == nil && strings.HasPrefix(string(name), "git") && !late(pid, age) {
			cwd, err := os.Readlink(filepath.Join(proc, "cwd"))
			for _, f := range folders {
				if err == nil && (cwd == f || within(cwd, f)) {
					return true
				}
			}
		}
		if opens(proc, path) {
			return true
		}
	}
	return false
}

// unlinked gives a path as /proc tells it, without symbolic links; as it is where
// there is nothing.
func unlinked(path string) string {
	if found, err := filepath.EvalSymlinks(path); err == nil {
		return found
	}
	return path
}

func opens(proc, path string) bool {
	fds, err := os.ReadDir(filepath.Join(proc, "fd"))
	if err != nil {
		return false
	}
	for _, fd := range fds {
		if to, err := os.Readlink(filepath.Join(proc, "fd", fd.Name())); err == nil && to == path {
			return true
		}
	}
	return false
}

// late says whether a process runs under this one and was started after a lock of
// this age was taken: such as a fetch of ours, of which there is often one. Of
// others nothing is concluded: the clock that stamps files goes on while a machine
// is suspended, and the one by which processes age may not.
func late(pid int, age time.Duration) bool {
	const coarse = 100 * time.Millisecond // both clocks tick
	old, ok := running(pid)
	return ok && old+coarse < age && below(pid, os.Getpid())
}

// running says for how long a process has run, by the 22nd field of
// proc_pid_stat(5) and by proc_uptime(5).
func running(pid int) (time.Duration, bool) {
	const perSecond = 100 // USER_HZ, of every Linux that Go runs on
	fields := statOf(pid)
	uptime, err := os.ReadFile("/proc/uptime")
	if err != nil || len(fields) < 20 {
		return 0, false
	}
	began, err := strconv.ParseInt(fields[19], 10, 64)
	if err != nil {
		return 0, false
	}
	first, _, _ := strings.Cut(string(uptime), " ")
	now, err := strconv.ParseFloat(first, 64)
	return time.Duration(now*float64(time.Second)) - time.Duration(began)*(time.Second/perSecond), err == nil
}

// below says whether a process is a descendant of another one.
func below(pid, ancestor int) bool {
	for range 100 { // no line is longer
		fields := statOf(pid)
		if len(fields) < 2 {
			return false
		}
		var err error
		if pid, err = strconv.Atoi(fields[1]); err != nil || pid <= 1 {
			return false
		}
		if pid == ancestor {
			return true
		}
	}
	return false
}

// statOf gives the fields of proc_pid_stat(5) from the third one on, those behind
// the name; none for a process that is gone.
func statOf(pid int) []string {
	text, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
}
