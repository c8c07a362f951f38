package claude

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// processes lists the live processes of this user that carry the mark, but for
// the caller and its ancestors. The caller closes them.
func processes(ctx context.Context, m mark) ([]process, error) {
	dirs, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	spared := ancestors(os.Getpid())
	var found []process
	for _, d := range dirs {
		pid, err := strconv.Atoi(d.Name())
		if err != nil || spared[pid] || !carries(pid, m) {
			continue
		}
		fd, err := unix.PidfdOpen(pid, 0)
		if errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			closeAll(found)
			return nil, fmt.Errorf("hold process %d: %w", pid, err)
		}
		p := pidfd(fd)
		if !carries(pid, m) { // the number went to another process in between
			p.close()
			continue
		}
		found = append(found, p)
	}
	return found, ctx.Err()
}

func closeAll(found []process) {
	for _, p := range found {
		p.close()
	}
}

// carries is false for what cannot be read: another user's, or gone. The
// environment of a zombie is empty.
func carries(pid int, m mark) bool {
	path := filepath.Join("/proc", strconv.Itoa(pid))
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != os.Geteuid() {
		return false
	}
	environ, err := os.ReadFile(filepath.Join(path, "environ"))
	return err == nil && m.in(entries(environ))
}

func ancestors(pid int) map[int]bool {
	line := map[int]bool{}
	for pid > 1 && !line[pid] {
		line[pid] = true
		pid = parent(pid)
	}
	return line
}

// parent reads the fourth field of proc_pid_stat(5). The second one is in
// parentheses and can hold anything.
func parent(pid int) int {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text[max(0, strings.LastIndexByte(string(text), ')')):]), ")")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return 0
	}
	n, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return n
}

// pidfd holds a process by pidfd_open(2): its number may be given away, the
// descriptor never means another one.
type pidfd int

func (p pidfd) signal(how force) error {
	sig := unix.SIGTERM
	if how == compel {
		sig = unix.SIGKILL
	}
	err := unix.PidfdSendSignal(int(p), sig, nil, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}

func (p pidfd) wait(ctx context.Context) error {
	for {
		fds := []unix.PollFd{{Fd: int32(p), Events: unix.POLLIN}}
		// In slices, because poll knows no context.
		n, err := unix.Poll(fds, 20)
		switch {
		case n > 0:
			return nil
		case err != nil && !errors.Is(err, unix.EINTR):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}

func (p pidfd) close() { _ = unix.Close(int(p)) }
