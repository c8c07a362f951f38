package supervisor

import (
	"cmp"
	"slices"

	"github.com/founder-mode/fm"
)

// Survivors lists the workers whose agents live on while no supervisor runs, by
// what a look at the terminal, the queue and the agents' signs showed. It is
// pure. Sessions without a task, or with an attempt that is over, are left out:
// nobody waits for those.
func Survivors(s State) []WorkerStatus {
	alive := []WorkerStatus{}
	for _, ss := range s.Sight.Sessions {
		t, ok := s.Queue.Task(ss.Run.Task)
		if ok && ss.Alive && t.Status == fm.Working && t.Worker == ss.Worker && t.Run() == ss.Run {
			alive = append(alive, s.worker(ss.Worker, t))
		}
	}
	slices.SortFunc(alive, func(a, b WorkerStatus) int { return cmp.Compare(a.Worker, b.Worker) })
	return alive
}
