package tmux

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// signal sends to the process group that the process leads, else to the
// process alone.
func (p *process) signal(sig syscall.Signal) error {
	to := p.pid
	if group, err := syscall.Getpgid(p.pid); err == nil && group == p.pid {
		to = -p.pid
	}
	if err := syscall.Kill(to, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal process %d: %w", p.pid, err)
	}
	return nil
}

// wait returns when the process has ended, or with the context's error; the
// handle is closed then.
func (p *process) wait(ctx context.Context) error {
	defer context.AfterFunc(ctx, p.close)()
	err := p.done()
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("wait for process %d: %w", p.pid, ctx.Err())
	}
	return err
}

// lostServer looks for a process that serves our socket path although nobody
// answers there. It goes by /proc alone, so that no other process is ever
// signalled; without /proc there is none.
func lostServer(socket string) (pid int, found bool) {
	parents := map[int]int{}
	names, _ := filepath.Glob("/proc/[0-9]*/comm") // no error: the pattern is right
	for _, name := range names {
		dir := filepath.Dir(name)
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && servesSocket(dir, socket) && !ended(pid) {
			parents[pid] = parentOf(dir)
		}
	}
	// A child that the server has just forked looks the same until its exec.
	for pid, parent := range parents {
		if _, child := parents[parent]; !child {
			return pid, true
		}
	}
	return 0, false
}

func servesSocket(dir, socket string) bool {
	comm, err := os.ReadFile(filepath.Join(dir, "comm"))
	if err != nil || string(bytes.TrimSpace(comm)) != "tmux: server" {
		return false
	}
	cmdline, err := os.ReadFile(filepath.Join(dir, "cmdline"))
	words := strings.Split(string(cmdline), "\x00")
	i := slices.Index(words, "-S")
	return err == nil && i >= 0 && i+1 < len(words) && words[i+1] == socket
}

// parentOf reads the fourth field of stat, proc_pid_stat(5); 0 when unknown.
func parentOf(dir string) int {
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1]) // 0, by promise
	return parent
}
