package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

// chaos kills what it finds, and breaks what can be mended.
func (s *soak) chaos(ctx context.Context) {
	deeds := slices.Concat(
		slices.Repeat([]func(context.Context){s.kills("supervisor")}, 4),
		slices.Repeat([]func(context.Context){s.kills("guard")}, 2),
		slices.Repeat([]func(context.Context){s.killsAgent}, 3),
		slices.Repeat([]func(context.Context){s.catches("hook")}, 2),
		slices.Repeat([]func(context.Context){s.catches("git")}, 3),
		[]func(context.Context){s.killsBoth, s.killsTerminal, s.freezes, s.freezes, s.leavesLock, s.leavesLock, s.removesTree},
	)
	for ctx.Err() == nil {
		deeds[s.roll(len(deeds))](ctx)
		s.rest(ctx, time.Second)
	}
}

func (s *soak) pick(role string) (being, bool) {
	all := slices.DeleteFunc(s.beings(), func(p being) bool { return p.role != role })
	if len(all) == 0 {
		return being{}, false
	}
	return all[s.roll(len(all))], true
}

// killsAgent leaves agents whose attempt was ended from here twice alone: the next
// time would be what their task fails for, and most should come to an end.
func (s *soak) killsAgent(context.Context) {
	p, ok := s.pick("agent")
	if !ok {
		return
	}
	s.mu.Lock()
	enough := s.touched[p.run.Task] >= 2
	s.mu.Unlock()
	if !enough {
		s.end(p, syscall.SIGKILL)
	}
}

func (s *soak) killsBoth(ctx context.Context) {
	s.kills("guard")(ctx)
	s.kills("supervisor")(ctx)
}

func (s *soak) killsTerminal(context.Context) {
	pid := s.terminalPID()
	p, ok := s.being(pid)
	if !ok || s.recentlyFell() {
		return
	}
	p.role, p.run = "tmux server", fm.Run{}
	s.mu.Lock()
	s.falls = append(s.falls, time.Now())
	s.mu.Unlock()
	s.end(p, syscall.SIGKILL)
}

// recentlyFell spares a server that has hardly begun: what all its agents do
// would never come to an end.
func (s *soak) recentlyFell() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.falls)
	return n > 0 && time.Since(s.falls[n-1]) < 20*time.Second
}

func (s *soak) kills(role string) func(context.Context) {
	return func(context.Context) {
		if p, ok := s.pick(role); ok {
			s.end(p, syscall.SIGKILL)
		}
	}
}

// catches kills one of those that live for a moment only.
func (s *soak) catches(role string) func(context.Context) {
	return func(ctx context.Context) {
		end := time.Now().Add(3 * time.Second)
		for time.Now().Before(end) && ctx.Err() == nil {
			if p, ok := s.pick(role); ok {
				s.end(p, syscall.SIGKILL)
				return
			}
		}
	}
}

// freezes stops the supervisor for a while.
func (s *soak) freezes(ctx context.Context) {
	p, ok := s.pick("supervisor")
	if !ok || !s.end(p, syscall.SIGSTOP) {
		return
	}
	s.add("killed: supervisor", -1)
	s.add("frozen: supervisor", 1)
	s.rest(ctx, 3*time.Second)
	if now, ok := s.being(p.pid); ok && now.born == p.born {
		_ = syscall.Kill(p.pid, syscall.SIGCONT) // another deed may have killed it
	}
}

// leavesLock puts a lock there that a git left which died two minutes ago, or just
// now.
func (s *soak) leavesLock(context.Context) {
	common := filepath.Join(s.project.Root, ".git")
	places := []string{"config.lock", "packed-refs.lock", "index.lock"}
	if l, ok := s.some("pending", "completed", "merged"); ok {
		places = append(places, filepath.Join("refs", "heads", "subissue", string(l.id)+".lock"), filepath.Join("worktrees", "issue-"+string(l.id), "index.lock"))
	}
	path := filepath.Join(common, places[s.roll(len(places))])
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return // no such folder, or a git has it
	}
	_ = f.Close() // empty
	if s.roll(4) > 0 || s.order.last == 0 {
		old := time.Now().Add(-2 * time.Minute)
		_ = os.Chtimes(path, old, old) // it may be gone already
	}
	s.add("git locks left behind", 1)
}

// removesTree is rm -rf of the worktree of a task that nobody works on.
func (s *soak) removesTree(context.Context) {
	trees, err := os.ReadDir(filepath.Join(s.project.Root, ".worktrees"))
	if err != nil || len(trees) == 0 {
		return
	}
	tree := trees[s.roll(len(trees))].Name()
	id, ok := strings.CutPrefix(tree, "issue-")
	idle := slices.ContainsFunc(s.lines(), func(l viewLine) bool {
		return l.id == fm.TaskID(id) && slices.Contains([]string{"pending", "completed", "hold"}, l.status)
	})
	if !ok || !idle {
		return
	}
	s.touch(fm.TaskID(id)) // it may be begun in this moment
	if os.RemoveAll(filepath.Join(s.project.Root, ".worktrees", tree)) == nil {
		s.add("worktrees removed", 1)
	}
}

// mend ends the storm: nothing is broken from here on. Who finds that nobody
// works for him looks, and that is all.
func (s *soak) mend() {
	s.Helper()
	for _, p := range s.beings() {
		if p.role == "supervisor" {
			_ = syscall.Kill(p.pid, syscall.SIGCONT) // of one that was frozen
		}
	}
	s.mu.Lock()
	s.phases = append(s.phases, phaseMark{"mended", time.Now()})
	s.mu.Unlock()
	s.must("resume")
	s.mu.Lock()
	s.calmSince = time.Now()
	s.mu.Unlock()
}
