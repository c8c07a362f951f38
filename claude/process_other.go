//go:build !linux

package claude

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// processes asks ps, which shows the environment of the user's own processes
// behind their command line, but for those that the system protects. Before a
// signal it asks again, because without pidfds a number can change its owner.
func processes(ctx context.Context, m mark) ([]process, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/ps", "-xww", "-E", "-o", "pid=,ppid=,command=")
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	parents := map[int]int{}
	var pids []int
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		pid, err1 := strconv.Atoi(fields[0])
		ppid, err2 := strconv.Atoi(fields[1])
		if err1 != nil || err2 != nil {
			continue
		}
		parents[pid] = ppid
		if m.in(fields[2:]) || m.shown(line) {
			pids = append(pids, pid)
		}
	}
	for pid := os.Getpid(); pid > 1; pid = parents[pid] {
		pids = slices.DeleteFunc(pids, func(p int) bool { return p == pid })
	}
	var found []process
	for _, pid := range pids {
		found = append(found, number{pid, m})
	}
	return found, nil
}

// shown finds the mark of a project whose path holds white space, which ps
// does not quote.
func (m mark) shown(line string) bool {
	spaced := strings.TrimRight(line, "\n") + " "
	if !strings.Contains(spaced, " FM_PROJECT="+m.project+" ") {
		return false
	}
	entries := append(strings.Fields(line), "FM_PROJECT="+m.project)
	return m.in(entries)
}

type number struct {
	pid  int
	mark mark
}

func (n number) signal(how force) error {
	sig := syscall.SIGTERM
	if how == compel {
		sig = syscall.SIGKILL
	}
	err := syscall.Kill(n.pid, sig)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

func (n number) wait(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if errors.Is(syscall.Kill(n.pid, 0), syscall.ESRCH) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (n number) close() {}
