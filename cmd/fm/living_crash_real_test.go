package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
	"github.com/founder-mode/fm/process"
)

// killedInACommand: an agent that was killed in the middle of a command goes
// on in its own conversation, without an attempt spent, and the command that
// it left behind is gone. Caught: an orphan that went on writing beside its
// successor.
func killedInACommand(number syscall.Signal) func(play) {
	return func(t play) {
		s := newStage(t, fm.Config{}, func(r messages.Request) messages.Reply {
			if strings.Contains(r.Prompt(), "You were interrupted") || solved(r) {
				return solve(r)
			}
			return messages.Bash("echo $$ > tool.mark; trap '' HUP; while :; do sleep 0.2; done")
		}, withKey)
		id := s.begin()
		tool := s.pid(id, "tool.mark")
		born, err := process.StartTime(tool)
		if err != nil {
			t.Fatal(err)
		}
		s.until("the conversation on disk", 20*time.Second, func() (any, bool) {
			found, _ := filepath.Glob(filepath.Join(s.dir, "home", ".claude", "projects", "*", "*.jsonl")) // the pattern is good
			for _, path := range found {
				if text, _ := os.ReadFile(path); strings.Contains(string(text), "tool.mark") {
					return "", true
				}
			}
			return found, false
		})
		before := s.pids()[fm.Run{Task: id, Attempt: 1}]
		if err := syscall.Kill(before, number); err != nil {
			t.Fatal(err)
		}
		s.done(id)
		if process.Alive(tool, born) {
			t.Errorf("the command of the killed agent, process %d, still runs", tool)
		}
		if text := s.conversation(); !strings.Contains(text, "You work alone in a git worktree") {
			t.Errorf("the conversation was lost:\n%s", text)
		}
	}
}

// pid reads a number that the agent's command wrote.
func (s *stage) pid(id fm.TaskID, name string) (pid int) {
	s.Helper()
	s.until(name, time.Minute, func() (any, bool) {
		text, err := os.ReadFile(filepath.Join(s.tree(id), name))
		if err == nil {
			pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
		}
		return s.status(), err == nil
	})
	return pid
}
