package supervisor

import (
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// merged clears up after a merged task, once no process works in its folder.
func (d *decision) merged(t fm.Task) {
	if queue.Tidying(t) && !d.index.live[t.ID] && d.state.Sighted == Seen {
		d.order(Tidy{Task: t})
	}
}

// drained ends the supervisor when it was asked to drain and nothing is left
// to be finished.
func (d *decision) drained() {
	s := d.state
	if s.Wanted.Stop != StopDrain || len(d.changes) > 0 || d.busy() {
		return
	}
	for t := range s.inHand {
		if d.holdsUp(t) {
			return
		}
	}
	if d.emptied() {
		d.order(Exit{})
	}
}

// busy says whether anything but a note or a scan is under way.
func (d *decision) busy() bool {
	for _, eff := range d.state.Busy {
		if _, note := eff.(Note); note {
			continue
		}
		if _, scan := eff.(Scan); !scan {
			return true
		}
	}
	return false
}

// holdsUp says whether a drain waits for the task. What only the outside world
// delays is left to the next supervisor: a publication that keeps failing has
// its intent in the queue, and merging and tidying follow from the status. What
// fm can do about a pull request now is under way when this is asked.
func (d *decision) holdsUp(t fm.Task) bool {
	tried := func(key string) int { return d.state.Waits[key].Count }
	left := !d.index.live[t.ID] // else a person is in its session
	switch {
	case queue.Publishing(t):
		return tried(taskKey(t.ID)) < drainTries
	case t.Status == fm.Working:
		return true
	case queue.Holds(t):
		return left && tried(givenBack(t)) < drainTries
	case queue.Tidying(t):
		return left && tried(taskKey(t.ID)) == 0
	case queue.Clearing(t):
		return left && tried(clearKey(t.ID)) == 0
	}
	return false
}

// drainTries is how often a publication is tried before a drain ends without it,
// and giving back the main checkout before any end does: that is its user's when
// nobody works in it.
const drainTries = 3

// givenBack is the key of the effect that gives the main checkout back after a
// task that is not worked on.
func givenBack(t fm.Task) string {
	if queue.Tidying(t) {
		return taskKey(t.ID)
	}
	return clearKey(t.ID)
}

// halt gives every task back, stops its agent and keeps its work, and gives the
// main checkout back to its user. It does not wait for people. The giving back comes first: an agent that we stop has not
// failed, whatever happens to us or to the user's wish before it is gone.
func (d *decision) halt() {
	s := d.state
	left := 0
	for t := range s.inHand {
		switch {
		case t.Status != fm.Working:
		case d.touched[t.ID]:
			left++
		case queue.Publishing(t): // short, and already promised
			d.order(Publish{Task: t})
			if s.Waits[taskKey(t.ID)].Count == 0 {
				left++
			}
		case s.Sighted == Seen:
			d.record(queue.Release(t, "stopped by the user", s.At))
			left++
		default:
			left++
		}
		left += d.handBack(t)
	}
	if len(d.changes) > 0 || s.Sighted == Unseen {
		return
	}
	if left += d.haltSessions(); left == 0 && !d.bound() && d.emptied() {
		d.order(Exit{})
	}
}

// handBack gives back the main checkout that a task has on which nobody works any
// more, and counts it as long as that may succeed.
func (d *decision) handBack(t fm.Task) int {
	if t.Status == fm.Working || !queue.Holds(t) {
		return 0
	}
	if d.touched[t.ID] {
		return 1
	}
	d.clear(t)
	d.merged(t)
	if d.state.Waits[givenBack(t)].Count >= drainTries {
		return 0
	}
	return 1
}

// haltSessions stops what is alive, and counts it.
func (d *decision) haltSessions() int {
	s, alive := d.state, 0
	for _, ss := range s.Sight.Sessions {
		t, known := s.Queue.Task(ss.Run.Task)
		if !known || !ss.Alive {
			continue
		}
		alive++
		if !d.index.handled[ss.Worker] {
			d.order(Stop{Worker: ss.Worker, Run: ss.Run, Keep: t.Site(), Halt: true})
		}
	}
	return alive
}

// bound says whether something is under way that an end has to wait for. A
// check may take long, and is worth nothing once its agent was stopped.
func (d *decision) bound() bool {
	for _, eff := range d.state.Busy {
		switch eff.(type) {
		case Verify, Look, Scan, Warn, Note, Explain:
		case Record, Revive, Start, Stop, Close, Tell, Publish, Merge, Rebase, Rerun, Stock, Clear, Tidy, CloseParent, Exit:
			return true
		}
	}
	return false
}

// recent drops finishes older than a day.
func recent(all []Finish, at time.Time) []Finish {
	var out []Finish
	for _, f := range all {
		if at.Sub(f.At) < 24*time.Hour {
			out = append(out, f)
		}
	}
	return out
}
