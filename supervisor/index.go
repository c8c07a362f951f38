package supervisor

import (
	"github.com/founder-mode/fm"
)

// index finds in the state what reconcile asks for again and again, so that a
// step costs one pass over the queue and the sessions.
type index struct {
	run     map[fm.Run]fm.Session
	slot    map[fm.WorkerID]fm.Session
	live    map[fm.TaskID]bool     // any attempt of it has a live session
	claims  map[fm.WorkerID]fm.Run // of working tasks
	handled map[fm.WorkerID]bool   // an effect on the session is under way
}

func newIndex(s *State) index {
	n := len(s.Sight.Sessions)
	x := index{
		run: make(map[fm.Run]fm.Session, n), slot: make(map[fm.WorkerID]fm.Session, n), live: make(map[fm.TaskID]bool, n),
		claims: make(map[fm.WorkerID]fm.Run, n), handled: map[fm.WorkerID]bool{},
	}
	for _, ss := range s.Sight.Sessions {
		x.slot[ss.Worker] = ss
		if old, ok := x.run[ss.Run]; !ok || !old.Alive {
			x.run[ss.Run] = ss
		}
		if ss.Alive {
			x.live[ss.Run.Task] = true
		}
	}
	for t := range s.inHand {
		if t.Status == fm.Working && t.Worker != 0 {
			x.claims[t.Worker] = t.Run()
		}
	}
	for _, eff := range s.Busy {
		if w := workerOf(eff); w != 0 {
			x.handled[w] = true
		}
	}
	return x
}

// workerOf names the worker whose session an effect works on; 0 for none.
func workerOf(eff Effect) fm.WorkerID {
	switch eff := eff.(type) {
	case Start:
		return eff.Worker
	case Stop:
		return eff.Worker
	case Close:
		return eff.Worker
	case Tell:
		return eff.Worker
	case Warn:
		return eff.Worker
	case Record, Revive, Verify, Publish, Merge, Rebase, Rerun, Look, Scan, Stock, Clear, Tidy, CloseParent, Exit, Note, Explain:
	}
	return 0
}
