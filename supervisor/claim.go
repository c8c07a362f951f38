package supervisor

import (
	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// claim gives ready tasks to free workers. It only records: the start follows
// from the queue that is read back, so no session exists before its claim is
// durable.
func (d *decision) claim() {
	s := d.state
	if s.Wanted.Paused || s.Wanted.Stop != "" || s.Sight.Generation == "" || s.gate() != (Gate{}) {
		return
	}
	free := d.freeWorkers()
	if len(free) == 0 {
		return
	}
	ready := d.claimable(len(free))
	n := len(ready)
	n = s.Breaker.allows(n, s.At)
	if n > 0 && s.Breaker.open(s.At) {
		s.Breaker.Probe = s.At
	}
	for i := range n {
		d.record(queue.Claim(ready[i], free[i], s.At))
		d.claimed[free[i]] = true
	}
}

// freeWorkers lists the slots that may take a task, lowest first. While workers
// that are no longer wanted finish what they have, fewer may.
func (d *decision) freeWorkers() []fm.WorkerID {
	s := d.state
	limit := s.Wanted.Workers - len(d.index.claims)
	var free []fm.WorkerID
	for w := fm.WorkerID(1); int(w) <= s.Wanted.Workers && len(free) < limit; w++ {
		if _, taken := d.index.claims[w]; !taken && d.free(w) {
			free = append(free, w)
		}
	}
	return free
}

// claimable lists the best ready tasks of which no process is left.
func (d *decision) claimable(limit int) []fm.Task {
	s := d.state
	pick := d.picking(limit)
	for _, t := range queue.Ready(s.Queue.Tasks, s.At) {
		if d.touched[t.ID] || !s.idle(taskKey(t.ID)) || d.index.live[t.ID] || d.spentUp(t) {
			continue
		}
		if !pick.offer(t) {
			break
		}
	}
	return pick.done()
}

// strays stops sessions whose task no longer wants them. What carries no mark,
// or the mark of a task that the queue does not know, is never touched.
func (d *decision) strays() {
	s := d.state
	for _, ss := range s.Sight.Sessions {
		t, known := s.Queue.Task(ss.Run.Task)
		switch {
		case !known || !ss.Alive || d.touched[t.ID] || d.claimed[ss.Worker] || d.index.handled[ss.Worker]:
			continue
		case t.Status == fm.Working && t.Run() == ss.Run:
			continue
		case s.present(ss) || d.replaced(ss.Worker):
			continue
		}
		keep := t.Site()
		if t.Run() == ss.Run && (t.Status == fm.Completed || t.Status == fm.Merged) {
			keep = fm.Site{} // Tidy keeps what is left
		}
		d.act(Stop{Worker: ss.Worker, Run: ss.Run, Keep: keep}, "its task does not want it any more", string(t.Status))
	}
}

// replaced says whether a start on the worker is about to replace its process.
func (d *decision) replaced(w fm.WorkerID) bool {
	r, ok := d.index.claims[w]
	return ok && !d.index.live[r.Task] && d.free(w)
}

// surplus closes the sessions of workers that are no longer wanted, once they
// have nothing to do.
func (d *decision) surplus() {
	s := d.state
	for _, ss := range s.Sight.Sessions {
		if int(ss.Worker) <= s.Wanted.Workers || ss.Alive || s.present(ss) || d.index.handled[ss.Worker] {
			continue
		}
		t, known := s.Queue.Task(ss.Run.Task)
		if !known || t.Status == fm.Working && t.Run() == ss.Run && !queue.Owed(t) {
			continue
		}
		d.order(Close{Worker: ss.Worker})
	}
}

// revive brings back a terminal server that is needed and does not run, and a
// guard that does not, on which the next supervisor depends.
func (d *decision) revive() {
	s := d.state
	if s.Sight.Generation != "" && !s.Sight.Unguarded {
		return
	}
	if s.Wanted.Stop == "" || d.anyWorking() {
		d.order(Revive{})
	}
}

func (d *decision) anyWorking() bool { return len(d.index.claims) > 0 }
