package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
	"github.com/founder-mode/fm/supervisor"
)

// A person is a terminal of somebody's own, in which fm attach runs.
type person struct{ *stage }

// attach has a person join worker-1.
func (s *stage) attach() person {
	s.Helper()
	p := person{s}
	p.tmux("-f", "/dev/null", "new-session", "-d", "-s", "p", "-x", "140", "-y", "40", "-c", s.project.Root, filepath.Join(binary, "fm")+" attach worker-1; echo came back; cat")
	s.Cleanup(func() { _ = p.command("kill-server").Run() }) // it may be gone
	s.until("the person to be attached", 20*time.Second, func() (any, bool) {
		for _, ss := range s.sight().Sessions {
			if ss.Worker == 1 && ss.Clients > 0 {
				return ss, true
			}
		}
		return p.shown(), false
	})
	return p
}

func (p person) command(args ...string) *exec.Cmd {
	cmd := exec.Command("tmux", append([]string{"-S", filepath.Join(p.dir, "person")}, args...)...)
	cmd.Env = p.environ
	return cmd
}

func (p person) tmux(args ...string) string {
	p.Helper()
	out, err := p.command(args...).CombinedOutput()
	if err != nil {
		p.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func (p person) shown() string { return p.tmux("capture-pane", "-p", "-t", "p") }

// types a text, and waits until it stands in the box.
func (p person) types(text string) {
	p.Helper()
	p.tmux("send-keys", "-t", "p", "-l", text)
	p.until("what was typed", 10*time.Second, func() (any, bool) {
		shown := p.shown()
		return shown, strings.Contains(shown, text)
	})
}

func (p person) leaves() {
	p.Helper()
	p.tmux("set", "-g", "prefix", "None") // theirs, so that it reaches fm's
	p.tmux("send-keys", "-t", "p", "C-b", "d")
	p.until("the person to have left", 10*time.Second, func() (any, bool) {
		shown := p.shown()
		return shown, strings.Contains(shown, "came back")
	})
}

// personIsLeftAlone: while a person types, the task may be done and the next
// one wait: the pane is not respawned, no key is pressed, and the half-typed
// line stays as it is. When the person has left the worker goes on. Caught:
// a respawn that took the session from under somebody's hands.
func personIsLeftAlone(t play) {
	release := make(chan struct{})
	s := newStage(t, fm.Config{Presence: fm.PresenceConfig{Grace: seconds(600)}, Health: fm.HealthConfig{Idle: tolerated}}, func(r messages.Request) messages.Reply {
		reply := solve(r)
		if !solved(r) {
			reply.Until = release
		}
		return reply
	}, withKey)
	parent, parts := s.parts(2)
	s.must("work", string(parent), "--workers", "1")
	s.is(fm.AtWork)
	pane := s.pids()[fm.Run{Task: parts[0], Attempt: 1}]
	p := s.attach()
	p.types("what I was about to say")
	s.worker("fm to notice the person", 20*time.Second, func(w supervisor.WorkerStatus) bool { return w.Person })
	s.outlasts(2 * tolerated)
	close(release)
	s.done(parts[0])
	s.until("a note in the person's status line", 20*time.Second, func() (any, bool) {
		shown := p.shown()
		return shown, strings.Contains(shown, "fm ")
	})
	s.looks(3)
	if got := s.pids()[fm.Run{Task: parts[0], Attempt: 1}]; got != pane {
		t.Errorf("the session's process was %d and is %d: it was taken from the person", pane, got)
	}
	if shown := p.shown(); !strings.Contains(shown, "what I was about to say") {
		t.Errorf("the person's line is gone:\n%s", shown)
	}
	if n := s.times("what I was about to say"); n > 0 {
		t.Error("the person's line was sent")
	}
	if next := s.task(parts[1]); next.Status == fm.Working && s.pids()[next.Run()] != 0 {
		t.Errorf("the next task was begun in the person's session: %+v", next)
	}
	p.leaves()
	s.done(parts[1])
}

// sentTextArrives: a text of 10 KB arrives whole, and two that are sent at
// once both arrive, each once. Caught: two pastes that ran into each other.
func sentTextArrives(t play) {
	release := make(chan struct{})
	s := newStage(t, fm.Config{}, func(r messages.Request) messages.Reply {
		select {
		case <-release:
			return solve(r)
		default:
			reply := messages.Bash("sleep 1")
			if r.Step() > 0 {
				reply = messages.Say("I wait.")
			}
			return reply
		}
	}, withKey)
	id := s.begin()
	s.until("the prompt to be taken", time.Minute, func() (any, bool) { return s.status(), len(s.said()) > 0 })
	long := "LONG-BEGIN " + strings.Repeat("word after word ", 640) + "LONG-END"
	s.must("send", "worker-1", long)
	s.arrived(long)
	var both sync.WaitGroup
	for i := range 2 {
		both.Go(func() {
			if out, err := s.fm("send", "worker-1", fmt.Sprintf("This is message MARK-%d of two.", i+1)); err != nil {
				t.Errorf("send %d: %v: %s", i+1, err, out)
			}
		})
	}
	both.Wait()
	s.arrived("This is message MARK-1 of two.")
	s.arrived("This is message MARK-2 of two.")
	close(release)
	s.must("send", "worker-1", "Please do it now.")
	s.done(id)
	for _, text := range []string{long, "message MARK-1 of two", "message MARK-2 of two"} {
		if n := strings.Count(s.conversation(), text); n != 1 {
			t.Errorf("%.40q stands %d times in the conversation, want once", text, n)
		}
	}
}

func (s *stage) arrived(text string) {
	s.Helper()
	s.until(fmt.Sprintf("%.40q to arrive", text), time.Minute, func() (any, bool) {
		return s.said(), strings.Contains(s.conversation(), text)
	})
}
