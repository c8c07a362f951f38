package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
)

// generate adds work as long as there is not much of it.
func (s *soak) generate(ctx context.Context) {
	for ctx.Err() == nil {
		waiting := 0
		for _, l := range s.lines() {
			if l.status == "pending" || l.status == "working" {
				waiting++
			}
		}
		if waiting >= s.order.workers*2 {
			s.rest(ctx, 300*time.Millisecond)
			continue
		}
		switch s.roll(5) {
		case 0:
			s.hand(ctx, "add", string(s.bundle(ctx)))
		case 1:
			s.hand(ctx, "work", string(s.bundle(ctx)))
		case 2:
			s.hand(ctx, "fix", string(s.issueOf(ctx, s.kind())), "--detach", "--on-overlap", "proceed")
		default:
			s.echo(ctx)
		}
		s.rest(ctx, 300*time.Millisecond)
	}
}

// bundle makes an issue that is split into three.
func (s *soak) bundle(ctx context.Context) fm.IssueID {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts["issues"]++
	issue, err := s.tracker.Add(context.WithoutCancel(ctx), fmt.Sprintf("A bundle, number %d", s.counts["issues"]), "In parts.")
	if err != nil {
		s.Errorf("add an issue: %v", err)
		return ""
	}
	s.bundles[issue.ID] = true
	s.counts["tasks added"] += 3
	return issue.ID
}

// issueOf makes an issue that is a task itself.
func (s *soak) issueOf(ctx context.Context, kind string) fm.IssueID {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts["issues"]++
	issue, err := s.tracker.Add(context.WithoutCancel(ctx), fmt.Sprintf("A %s thing, number %d", kind, s.counts["issues"]), "Do it.")
	if err != nil {
		s.Errorf("add an issue: %v", err)
		return ""
	}
	s.issues[fm.TaskID(issue.ID)] = kind
	s.counts["tasks added"]++
	return issue.ID
}

// kind draws one, by how often there are such. What takes a minute by its nature
// is for those who have one.
func (s *soak) kind() string {
	var all []string
	kinds := soakKinds()
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		if kind != "hanging" || s.order.last > 0 {
			all = append(all, slices.Repeat([]string{kind}, kinds[kind])...)
		}
	}
	return all[s.roll(len(all))]
}

// hand gives an order until it was taken: who finds it interrupted repeats it.
func (s *soak) hand(ctx context.Context, words ...string) {
	for try := range 60 {
		out, err := s.once(context.WithoutCancel(ctx), words...)
		if err == nil {
			s.add("fm "+words[0], 1)
			return
		}
		if try == 59 {
			s.broken("", "fm %s is not taken: %v\n%s", strings.Join(words, " "), err, out)
		}
		s.rest(ctx, 200*time.Millisecond)
	}
}

// once runs a command. In a storm it is sometimes killed in the middle.
func (s *soak) once(ctx context.Context, words ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(binary, "fm"), words...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = s.project.Root, s.environ, 5*time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return "", err
	}
	if s.stormy() && s.roll(8) == 0 {
		pid := cmd.Process.Pid
		timer := time.AfterFunc(time.Duration(s.roll(250))*time.Millisecond, func() {
			if syscall.Kill(pid, syscall.SIGKILL) == nil { // not waited for yet, so it is nobody else's
				s.add("killed: command", 1)
			}
		})
		defer timer.Stop()
	}
	err := cmd.Wait()
	return out.String(), err
}

// stormy says whether things are killed now.
func (s *soak) stormy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.phases) == 1
}

// echo adds a line to the queue, as from a shell.
func (s *soak) echo(ctx context.Context) {
	id := s.issueOf(ctx, s.kind())
	s.pen.Lock()
	defer s.pen.Unlock()
	f, err := os.OpenFile(s.project.Queue(), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err == nil {
		_, err = fmt.Fprintf(f, "%d||%s|pending||\n", 1+s.roll(4), id)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		s.broken(fm.TaskID(id), "echo >> queue.txt: %v", err)
	}
	s.add("edits: echo >>", 1)
}

// viewLine is a line of queue.txt, as a person reads it.
type viewLine struct {
	id             fm.TaskID
	parent, status string
	text           string
}

// lines reads the view.
func (s *soak) lines() []viewLine {
	text, err := os.ReadFile(s.project.Queue())
	if err != nil {
		return nil
	}
	var lines []viewLine
	for line := range strings.SplitSeq(string(text), "\n") {
		if cut := strings.Split(line, "|"); len(cut) >= 5 && !strings.HasPrefix(line, "#") {
			lines = append(lines, viewLine{fm.TaskID(cut[2]), cut[1], cut[3], line})
		}
	}
	return lines
}

// some draws a line that has one of the statuses.
func (s *soak) some(status ...string) (viewLine, bool) {
	lines := slices.DeleteFunc(s.lines(), func(l viewLine) bool { return !slices.Contains(status, l.status) })
	if len(lines) == 0 {
		return viewLine{}, false
	}
	return lines[s.roll(len(lines))], true
}
