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
// behind their command line, but for those that the system protects.
func processes(ctx context.Context, m mark) ([]process, error) {
	all, err := others(ctx)
	var found []process
	for _, l := range all {
		if l.carries(m) {
			found = append(found, byNumber{l.pid, m})
		}
	}
	return found, err
}

// others are the user's processes but for this one and those that it was started
// by.
func others(ctx context.Context) ([]listing, error) {
	all, err := listed(ctx, "-x")
	if err != nil {
		return nil, err
	}
	parents := map[int]int{}
	for _, l := range all {
		parents[l.pid] = l.parent
	}
	spared := map[int]bool{}
	for pid := os.Getpid(); pid > 1 && !spared[pid]; pid = parents[pid] {
		spared[pid] = true
	}
	return slices.DeleteFunc(all, func(l listing) bool { return spared[l.pid] }), nil
}

type listing struct {
	pid, parent int
	text        string // command line and environment, parted by blanks
}

func listed(ctx context.Context, which ...string) ([]listing, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/ps", append(which, "-ww", "-E", "-o", "pid=,ppid=,command=")...)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var all []listing
	for line := range strings.Lines(string(out)) {
		var l listing
		if n, err := fmt.Sscan(line, &l.pid, &l.parent); n == 2 && err == nil {
			l.text = strings.TrimSpace(line)
			all = append(all, l)
		}
	}
	return all, nil
}

// carries also finds the mark of a project whose path holds blanks, which ps
// does not quote.
func (l listing) carries(m mark) bool {
	words := strings.Fields(l.text)
	for _, name := range []string{"FM_PROJECT", verifyMark} {
		if entry := name + "=" + m.project; strings.Contains(l.text+" ", " "+entry+" ") {
			words = append(words, entry)
		}
	}
	return m.in(words)
}

// byNumber is a process known by its number. That can be given to another
// process, so that it is looked up again before each signal. A gap of milliseconds stays, which only pidfds close.
type byNumber struct {
	pid  int
	mark mark
}

func (n byNumber) signal(how force) error {
	now, err := listed(context.Background(), "-p", strconv.Itoa(n.pid))
	var none *exec.ExitError
	switch {
	case errors.As(err, &none), err == nil && (len(now) == 0 || !now[0].carries(n.mark)):
		return nil // there is no such process any more
	case err != nil:
		return err
	}
	sig := syscall.SIGTERM
	if how == compel {
		sig = syscall.SIGKILL
	}
	if err := syscall.Kill(n.pid, sig); !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

func (n byNumber) wait(ctx context.Context) error {
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

func (n byNumber) close() {}
