package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// endAll ends what was started for a test in a temporary folder, and returns
// the ids of what does not end within a minute. Supervisor and guard bring each
// other back, and on a busy machine a process takes a while to die, so it goes
// on until two looks have seen nothing.
func endAll(tmp string) (left []int) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for quiet := 0; quiet < 2 && ctx.Err() == nil; quiet++ {
		if left = processesOf(tmp); len(left) > 0 {
			quiet = -1
		}
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may be gone
		}
		<-tick.C
	}
	// Where there is no /proc, the servers at least.
	sockets, _ := filepath.Glob(filepath.Join(tmp, "tmux-*", "*")) // the pattern is ours
	for _, socket := range sockets {
		_ = exec.CommandContext(ctx, "tmux", "-S", socket, "kill-server").Run() // mostly gone
	}
	return left
}

// processesOf lists the processes that belong to a folder: their command line or
// environment names it, or they work there. One that is just about to run
// another program has only the last.
func processesOf(tmp string) (pids []int) {
	procs, _ := filepath.Glob("/proc/[0-9]*") // the pattern is good
	for _, proc := range procs {
		pid, err := strconv.Atoi(filepath.Base(proc))
		if err != nil || pid == os.Getpid() {
			continue
		}
		cwd, _ := os.Readlink(filepath.Join(proc, "cwd")) // it may be gone, and is none of ours if it cannot be read
		words, _ := os.ReadFile(filepath.Join(proc, "cmdline"))
		environ, _ := os.ReadFile(filepath.Join(proc, "environ"))
		if cwd == tmp || strings.HasPrefix(cwd, tmp+"/") || bytes.Contains(words, []byte(tmp+"/")) || bytes.Contains(environ, []byte("="+tmp+"/")) || bytes.Contains(environ, []byte("="+tmp+"\x00")) {
			pids = append(pids, pid)
		}
	}
	return pids
}
