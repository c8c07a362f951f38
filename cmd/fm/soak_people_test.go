package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// people edit the queue and give orders.
func (s *soak) people(ctx context.Context) {
	deeds := []func(context.Context){
		s.editsQuickly, s.editsQuickly, s.editsSlowly, s.seds, s.seds, s.ranks, s.sets, s.pauses, s.crews, s.configures, s.reads, s.reads, s.callsOff,
	}
	for ctx.Err() == nil {
		deeds[s.roll(len(deeds))](ctx)
		s.rest(ctx, time.Second)
	}
}

func (s *soak) editsQuickly(ctx context.Context) { s.edits(ctx, "an editor", time.Millisecond) }

// editsSlowly writes a copy that has become old.
func (s *soak) editsSlowly(ctx context.Context) {
	s.edits(ctx, "an editor, of a stale copy", 3*time.Second)
}

// edits is what an editor does: it reads the file, and puts another in its place,
// with one more comment and another priority.
func (s *soak) edits(ctx context.Context, how string, takes time.Duration) {
	s.pen.Lock()
	defer s.pen.Unlock()
	text, err := os.ReadFile(s.project.Queue())
	if err != nil {
		s.broken("", "queue.txt cannot be read: %v", err)
		return
	}
	s.rest(ctx, takes)
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	s.mu.Lock()
	remark := fmt.Sprintf("# remember %d", len(s.remarks)+1)
	s.remarks = append(s.remarks, remark)
	s.mu.Unlock()
	at := 1 + s.roll(len(lines))
	lines = slices.Insert(lines, at, remark)
	for i, line := range lines {
		if rest, ok := strings.CutPrefix(line, "3|"); ok && strings.Contains(line, "|pending|") && s.roll(3) == 0 {
			lines[i] = "2|" + rest
		}
	}
	draft := filepath.Join(s.dir, "draft")
	err = os.WriteFile(draft, []byte(strings.Join(lines, "\n")+"\n"), 0o644)
	if err == nil {
		err = os.Rename(draft, s.project.Queue())
	}
	if err != nil {
		s.broken("", "edit queue.txt: %v", err)
	}
	s.add("edits: "+how, 1)
}

// seds is sed -i, as the seed of all this had it.
func (s *soak) seds(ctx context.Context) {
	l, ok := s.some("pending")
	if !ok {
		return
	}
	s.pen.Lock()
	defer s.pen.Unlock()
	cmd := exec.CommandContext(ctx, "sed", "-i", fmt.Sprintf(`s/^[1-4]|\([^|]*|%s|pending|\)/%d|\1/`, l.id, 1+s.roll(4)), s.project.Queue())
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil && ctx.Err() == nil {
		s.broken(l.id, "sed: %v: %s", err, out)
	}
	s.add("edits: sed -i", 1)
}

func (s *soak) ranks(ctx context.Context) {
	if l, ok := s.some("pending"); ok {
		_, _ = s.once(context.WithoutCancel(ctx), "queue", "priority", string(l.id), []string{"critical", "high", "normal", "low"}[s.roll(4)]) // it may be over
		s.add("orders", 1)
	}
}

// sets puts a task aside, and takes it back later.
func (s *soak) sets(ctx context.Context) {
	l, ok := s.some("pending", "working", "completed")
	if !ok {
		return
	}
	s.touch(l.id)
	_, _ = s.once(context.WithoutCancel(ctx), "queue", "hold", string(l.id)) // it may be over
	s.rest(ctx, 2*time.Second)
	s.hand(ctx, "queue", "show")
	if held, ok := s.some("hold"); ok {
		s.touch(held.id)
		_, _ = s.once(context.WithoutCancel(ctx), "queue", "retry", string(held.id)) // the end of all takes care of those that stay
	}
	s.add("orders", 2)
}

// callsOff is rare: what is called off is not done.
func (s *soak) callsOff(ctx context.Context) {
	l, ok := s.some("pending", "working")
	if !ok || s.roll(3) > 0 {
		return
	}
	s.mu.Lock()
	s.off[l.id] = true
	s.mu.Unlock()
	s.touch(l.id)
	_, _ = s.once(context.WithoutCancel(ctx), "queue", "cancel", string(l.id)) // it may be over
	s.add("orders", 1)
}

func (s *soak) pauses(ctx context.Context) {
	s.hand(ctx, "pause")
	s.rest(ctx, time.Second)
	s.hand(ctx, "resume")
	s.add("orders", 2)
}

func (s *soak) crews(ctx context.Context) {
	s.hand(ctx, "workers", "add", "1")
	s.rest(ctx, 4*time.Second)
	s.hand(ctx, "workers", "remove", "1")
	s.add("orders", 2)
}

// configures changes the settings: the supervisor begins anew within its process.
func (s *soak) configures(context.Context) {
	s.write(s.project.ConfigFile(), s.config(5+s.roll(3)))
	s.add("settings changed", 1)
}

func (s *soak) reads(ctx context.Context) {
	for _, words := range [][]string{{"status"}, {"queue"}, {"report"}, {"inbox"}} {
		if s.roll(2) == 0 {
			_, _ = s.once(ctx, words...) // a person looks, and that is all
		}
	}
}

// answers what agents ask.
func (s *soak) answers(ctx context.Context) {
	for ctx.Err() == nil {
		for _, w := range s.status().Workers {
			if w.Question.Kind == "" {
				continue
			}
			_, _ = s.once(ctx, "inbox") // what is answered is what was read there
			if _, err := s.once(ctx, "answer", fmt.Sprint("worker-", int(w.Worker)), "--option", "1"); err == nil {
				s.add("answers", 1)
			}
		}
		s.rest(ctx, time.Second)
	}
}

// visitors attach to workers and type.
func (s *soak) visitors(ctx context.Context) {
	for n := 1; ctx.Err() == nil; n++ {
		workers := s.status().Workers
		busy := slices.DeleteFunc(workers, func(w supervisor.WorkerStatus) bool { return w.Task == "" })
		if len(busy) > 0 {
			s.visit(ctx, n, busy[s.roll(len(busy))])
		}
		s.rest(ctx, 3*time.Second)
	}
}

// visitor is a person in a terminal of his own, in which fm attach runs.
type visitor struct {
	*soak
	socket string
	text   string // typed so far
	worker fm.WorkerID
	run    fm.Run
}

// visit attaches to a worker, types half a line, looks at it for some seconds,
// and leaves. Half of the visitors leave what they have typed behind.
func (s *soak) visit(ctx context.Context, n int, w supervisor.WorkerStatus) {
	v := &visitor{soak: s, socket: filepath.Join(s.dir, fmt.Sprint("v", n)), worker: w.Worker, run: fm.Run{Task: w.Task, Attempt: w.Attempt}}
	defer func() { _, _ = v.tmux(ctx, "kill-server") }() // it may be gone
	if _, err := v.tmux(ctx, "-f", "/dev/null", "new-session", "-d", "-s", "p", "-x", "200", "-y", "41", "-c", s.project.Root,
		filepath.Join(binary, "fm")+fmt.Sprintf(" attach worker-%d; echo came back; exec cat", int(w.Worker))); err != nil {
		s.broken("", "a visitor has no terminal: %v", err)
		return
	}
	if _, err := v.tmux(ctx, "set", "-g", "prefix", "None"); err != nil {
		s.broken("", "a visitor has no terminal: %v", err)
		return
	}
	if !v.arrives(ctx) {
		s.add("visits that found nobody", 1)
		return
	}
	s.add("visits", 1)
	v.types(ctx, n)
}

func (v *visitor) tmux(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tmux", append([]string{"-S", v.socket}, args...)...)
	cmd.Env, cmd.WaitDelay = v.environ, 5*time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (v *visitor) screen(ctx context.Context) string {
	out, err := v.tmux(ctx, "capture-pane", "-p", "-t", "p")
	if err != nil {
		return ""
	}
	return out
}

// arrives waits until the worker is to be seen, with its agent in it.
func (v *visitor) arrives(ctx context.Context) bool {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && ctx.Err() == nil; v.rest(ctx, 200*time.Millisecond) {
		shown := v.screen(ctx)
		if strings.Contains(shown, "came back") {
			return false
		}
		if strings.Contains(shown, fmt.Sprintf("worker-%d", int(v.worker))) && strings.Contains(shown, "❯") {
			return v.agent() != nil
		}
	}
	return false
}

// agent is the life of the agent that the visitor came to; nil when it is over.
func (v *visitor) agent() *agedLife {
	v.mu.Lock()
	defer v.mu.Unlock()
	lives := v.lives[v.run]
	if len(lives) == 0 || time.Since(lives[len(lives)-1].last) > time.Second {
		return nil
	}
	return lives[len(lives)-1]
}

// types a line, word after word, and looks whether it stands there.
func (v *visitor) types(ctx context.Context, n int) {
	agent := v.agent()
	v.mu.Lock()
	v.said = append(v.said, fmt.Sprintf("visitor %d thinks", n))
	v.mu.Unlock()
	for _, word := range []string{fmt.Sprintf("visitor %d", n), " thinks", " that it", " might be", " better", " to"} {
		before := v.text
		if _, err := v.tmux(ctx, "send-keys", "-t", "p", "-l", word); err != nil {
			return
		}
		if v.text += word; !v.stands(ctx) {
			if before != "" && v.disturbed(ctx, agent) {
				v.broken(v.run.Task, "the line of who typed in worker-%d is not %q (it was %q before); the terminal shows:\n%s", int(v.worker), v.text, before, v.screen(ctx))
			}
			return
		}
		if before == "" && !v.noticed(ctx) {
			return // who is not seen yet may be disturbed
		}
		v.rest(ctx, 700*time.Millisecond)
	}
	if v.roll(2) == 0 {
		_, _ = v.tmux(ctx, "send-keys", "-t", "p", "C-u") // whether it is gone is nobody's business
		v.add("lines left behind", -1)
	}
	v.add("lines left behind", 1)
	_, _ = v.tmux(ctx, "send-keys", "-t", "p", "F12") // the terminal goes in any case
}

// noticed waits until the supervisor has seen that somebody types there, at the
// agent that the visitor came to.
func (v *visitor) noticed(ctx context.Context) bool {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && ctx.Err() == nil; v.rest(ctx, 100*time.Millisecond) {
		for _, w := range v.status().Workers {
			if w.Worker == v.worker && w.Person {
				return w.Task == v.run.Task && w.Attempt == v.run.Attempt && strings.Contains(v.screen(ctx), v.text)
			}
		}
	}
	return false
}

// stands waits for what was typed to be shown.
func (v *visitor) stands(ctx context.Context) bool {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && ctx.Err() == nil; v.rest(ctx, 150*time.Millisecond) {
		if strings.Contains(v.screen(ctx), v.text) {
			return true
		}
	}
	return ctx.Err() != nil
}

// disturbed says whether it was fm that took a visitor's line away: not a death of
// what shows it, nor a dialog of the agent's own, which has no line.
func (v *visitor) disturbed(ctx context.Context, agent *agedLife) bool {
	shown := v.screen(ctx)
	if ctx.Err() != nil || strings.Contains(shown, "came back") || strings.Contains(shown, "Esc to cancel") {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if agent == nil || v.excused(ctx, agent) != "" || v.off[v.run.Task] || v.touched[v.run.Task] > 0 {
		return false
	}
	return true
}
