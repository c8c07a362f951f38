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
	names, _ := filepath.Glob("/proc/[0-9]*/comm") // no error: the pattern is right
	for _, name := range names {
		comm, err := os.ReadFile(name)
		if err != nil || string(bytes.TrimSpace(comm)) != "tmux: server" {
			continue
		}
		dir := filepath.Dir(name)
		cmdline, err := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || !servesSocket(bytes.Split(cmdline, []byte{0}), socket) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && !ended(pid) {
			return pid, true
		}
	}
	return 0, false
}

func servesSocket(words [][]byte, socket string) bool {
	i := slices.IndexFunc(words, func(w []byte) bool { return string(w) == "-S" })
	return i >= 0 && i+1 < len(words) && string(words[i+1]) == socket
}
