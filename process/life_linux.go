package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm"
)

// Alive says whether the process runs, a zombie counting as dead. With
// startTime, as [StartTime] gave it, a later process with the same pid is not
// taken for it; "" accepts any.
func Alive(pid int, startTime string) bool {
	st, err := readStat(pid)
	return err == nil && st.state != 'Z' && st.state != 'X' && (startTime == "" || st.start == startTime)
}

// StartTime tells processes apart that had the same pid within one boot: field
// 22 of /proc/pid/stat (proc(5)), in ticks since the boot. Compare it, do not
// compute with it. It is [fm.ErrGone] when there is no such process.
func StartTime(pid int) (string, error) {
	st, err := readStat(pid)
	return st.start, err
}

type stat struct {
	state byte
	start string
}

func readStat(pid int) (stat, error) {
	if pid <= 0 {
		return stat{}, fmt.Errorf("process %d: %w", pid, fm.ErrGone)
	}
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, unix.ESRCH):
		return stat{}, fmt.Errorf("process %d: %w", pid, fm.ErrGone)
	case err != nil:
		return stat{}, fmt.Errorf("process %d: %w", pid, err)
	}
	st, ok := parseStat(string(b))
	if !ok {
		return stat{}, fmt.Errorf("process %d: unreadable stat %q", pid, b)
	}
	return st, nil
}

// parseStat reads a line of /proc/pid/stat. The second field is the program's
// name in parentheses, which may itself hold spaces and parentheses.
func parseStat(line string) (stat, bool) {
	i := strings.LastIndexByte(line, ')')
	if i < 0 {
		return stat{}, false
	}
	fields := strings.Fields(line[i+1:]) // from field 3 on
	if len(fields) < 20 || len(fields[0]) != 1 {
		return stat{}, false
	}
	return stat{state: fields[0][0], start: fields[19]}, true
}

// awaitExit returns when a child of ours has ended, and leaves it to be reaped.
func awaitExit(pid int) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return // any other error is for the reaper to meet again
		}
	}
}

// waitEvent waits on a pidfd (pidfd_open(2)), which takes no thread while it
// waits. It is not done where there are no pidfds, or none left.
func waitEvent(ctx context.Context, pid int) (done bool, err error) {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if errors.Is(err, unix.ESRCH) {
		return true, nil
	}
	if err != nil {
		return false, nil // no pidfd is no error: the caller polls
	}
	f := os.NewFile(uintptr(fd), "pidfd")
	defer func() { _ = f.Close() }() // only ever read from
	conn, err := f.SyscallConn()
	if err != nil || f.SetReadDeadline(time.Time{}) != nil {
		return false, nil // the runtime cannot wait on it: the caller polls
	}
	stop := context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Unix(1, 0)) }) // wakes Read
	defer stop()
	err = conn.Read(gone)
	switch {
	case err == nil:
		return true, nil
	case ctx.Err() != nil:
		return true, fmt.Errorf("wait for process %d: %w", pid, context.Cause(ctx))
	}
	return false, nil
}

// gone says whether the process of a pidfd has ended.
func gone(fd uintptr) bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	return n > 0 && err == nil
}
