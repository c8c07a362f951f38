package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

// being is a process that belongs to the project.
type being struct {
	pid, parent int
	born        string // in ticks since the machine started
	role        string // agent, supervisor, guard, hook, command, git or tmux
	run         fm.Run // whose mark it carries
}

func (p being) name() string { return fmt.Sprintf("%d@%s", p.pid, p.born) }

// beings lists the processes of the project.
func (s *soak) beings() []being {
	entries, _ := os.ReadDir("/proc")
	var found []being
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if p, ok := s.being(pid); ok {
			found = append(found, p)
		}
	}
	return found
}

// being looks at one process. What ends meanwhile is none.
func (s *soak) being(pid int) (being, bool) {
	proc := fmt.Sprintf("/proc/%d/", pid)
	line, err := os.ReadFile(proc + "cmdline")
	if err != nil || len(line) == 0 {
		return being{}, false
	}
	argv := strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
	program := filepath.Base(argv[0])
	if !slices.Contains([]string{"fm", "git", "tmux"}, program) && !strings.HasPrefix(program, "tmux") {
		return being{}, false
	}
	environ, err := os.ReadFile(proc + "environ")
	stat, also := os.ReadFile(proc + "stat")
	if err != nil || also != nil || !bytes.Contains(environ, []byte("TMPDIR="+s.dir+"\x00")) {
		return being{}, false
	}
	p := being{pid: pid, run: markOf(environ)}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 || string(fields[0]) == "Z" {
		return being{}, false
	}
	p.parent, _ = strconv.Atoi(string(fields[1])) // a number, see proc_pid_stat(5)
	p.born = string(fields[19])
	p.role = roleOf(program, argv, p.run)
	return p, true
}

// markOf reads whose process it is.
func markOf(environ []byte) fm.Run {
	var run fm.Run
	for entry := range bytes.SplitSeq(environ, []byte{0}) {
		if value, ok := bytes.CutPrefix(entry, []byte("FM_TASK=")); ok {
			run.Task = fm.TaskID(value)
		}
		if value, ok := bytes.CutPrefix(entry, []byte("FM_ATTEMPT=")); ok {
			run.Attempt, _ = strconv.Atoi(string(value)) // fm wrote it
		}
	}
	return run
}

func roleOf(program string, argv []string, run fm.Run) string {
	switch {
	case program == "git":
		return "git"
	case program != "fm":
		return "tmux"
	case slices.Contains(argv, "supervise"):
		return "supervisor"
	case slices.Contains(argv, "guard"):
		return "guard"
	case slices.Contains(argv, "hook"):
		return "hook"
	case slices.Contains(argv, "scripted-agent") && run.Task != "" && !slices.Contains(argv, "-p"):
		return "agent"
	}
	return "command"
}

// end kills a process, unless its number is another one's meanwhile, and takes
// note of it.
func (s *soak) end(p being, how syscall.Signal) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now, ok := s.being(p.pid); !ok || now.born != p.born {
		return false
	}
	if how == syscall.SIGKILL {
		s.killed[p.name()] = true
		if p.run.Task != "" {
			s.touched[p.run.Task]++
			if p.role != "agent" {
				s.shaken[p.run.Task] = true
			}
		}
	}
	if syscall.Kill(p.pid, how) != nil {
		return false
	}
	s.counts["killed: "+p.role]++
	return true
}

// agedLife is the life of an agent's process, as far as it was seen.
type agedLife struct {
	being
	first, last time.Time
}

// watchProcesses looks at the agents five times a second.
func (s *soak) watchProcesses(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		s.lookAtProcesses(s.beings(), time.Now())
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *soak) lookAtProcesses(all []being, now time.Time) {
	s.mu.Lock()
	agents := map[fm.TaskID][]being{}
	supervisors := 0
	for _, p := range all {
		switch p.role {
		case "supervisor":
			supervisors++ // one more begins, finds the lock taken, and ends
		case "agent":
			// A child that has not become another program yet looks like its parent.
			if slices.ContainsFunc(all, func(o being) bool { return o.pid == p.parent && o.role == "agent" }) {
				continue
			}
			agents[p.run.Task] = append(agents[p.run.Task], p)
			s.sawAgent(p, now)
		}
	}
	s.counts["looks"]++
	pairs := map[string]bool{}
	var doubles []violation
	for id, living := range agents {
		if len(living) < 2 {
			continue
		}
		pair := living[0].name() + " " + living[1].name()
		pairs[pair] = true
		if s.pairs[pair] { // twice in a row: neither of them was just ending
			doubles = append(doubles, violation{id, fmt.Sprintf("two agents live: %+v", living)})
		}
	}
	s.pairs = pairs
	s.mu.Unlock()
	for _, d := range doubles {
		s.broken(d.task, "%s", d.what)
	}
}

// sawAgent takes note of a life. The caller holds the lock.
func (s *soak) sawAgent(p being, now time.Time) {
	lives := s.lives[p.run]
	if n := len(lives); n > 0 && lives[n-1].name() == p.name() {
		lives[n-1].last = now
		return
	}
	s.lives[p.run] = append(lives, &agedLife{being: p, first: now, last: now})
}

// excused says why an agent's process may have ended before its attempt; "" for
// no reason at all.
func (s *soak) excused(ctx context.Context, l *agedLife) string {
	if s.killed[l.name()] {
		return "killed"
	}
	for _, at := range s.falls {
		if l.first.Before(at.Add(time.Second)) && l.last.After(at.Add(-time.Second)) && l.last.Before(at.Add(time.Minute)) {
			return "its terminal server was killed"
		}
	}
	switch s.kindOf(ctx, l.run.Task) {
	case "crashing", "hanging":
		if l.run.Attempt == 1 {
			return "by its scenario"
		}
	}
	return ""
}

// kindOf gives the kind of a task by its title.
func (s *soak) kindOf(ctx context.Context, id fm.TaskID) string {
	if kind, ok := s.issues[id]; ok {
		return kind
	}
	issue, err := s.tracker.Issue(context.WithoutCancel(ctx), fm.IssueID(id))
	if err != nil {
		return ""
	}
	for kind := range soakKinds() {
		if strings.Contains(issue.Title, kind) {
			return kind
		}
	}
	return ""
}

// terminalPID is the process of the tmux server; 0 for none.
func (s *soak) terminalPID() int {
	out, err := (&stage{bench: s.bench}).command("display-message", "-p", "#{pid}").Output()
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		return 0
	}
	return pid
}
