package supervisor

import (
	"fmt"
	"hash/fnv"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// vacate gives back what a task was worked on in.
func (w *world) vacate(id fm.TaskID) {
	delete(w.trees, id)
	if w.main == id {
		w.main, w.kept = "", false
	}
}

func (w *world) clear(eff Clear) Event {
	id := eff.Task.ID
	for _, p := range w.panes {
		if p.run.Task == id && w.alive(p.run) {
			return EffectFailed{Effect: eff, Kind: Transient, Err: "it runs"}
		}
	}
	for r := range w.agents { // reap
		if r.Task == id {
			w.kill(r)
		}
	}
	w.vacate(id)
	return SiteCleared{Run: eff.Task.Run()}
}

// stamp tells the branches' states apart; "" where nobody looks at them.
func (w *world) stamp() string {
	stamp := ""
	for _, t := range w.tasks {
		if w.radar {
			stamp += fmt.Sprint(w.git.sha(t.ID), w.git[t.ID].hard, " ")
		}
	}
	return stamp
}

// conflicts are between some commits and some others, by chance.
func (w *world) conflicts(sites []fm.Site) []fm.Conflict {
	var found []fm.Conflict
	meet := func(a, b fm.TaskID, one int) {
		h := fnv.New32a()
		_, _ = fmt.Fprint(h, w.git.sha(a), " ", w.git.sha(b)) // never fails
		if n := int(h.Sum32() >> 8); n%one == 0 {
			found = append(found, fm.Conflict{Tasks: [2]fm.TaskID{a, b}, Files: [][]string{{"a.go"}, {"a.go", "b.go"}, {"b.go"}}[n/one%3]})
		}
	}
	for i, a := range sites {
		if w.git[a.Task].count == 0 {
			continue
		}
		if w.git[a.Task].hard {
			meet(a.Task, "", 2)
		}
		for _, b := range sites[i+1:] {
			if w.git[b.Task].count > 0 {
				meet(a.Task, b.Task, 2)
			}
		}
	}
	return found
}

// warns takes note of the conflicts that an agent is to be told of: of each once.
func (w *world) warns(was fm.Task, c queue.Change) {
	if c.Op != queue.OpWarn {
		return
	}
	words := newWords(was, c.Task, conflictKey)
	for _, word := range words {
		w.once("%s is told of the conflict %s", was.ID, word)
	}
	if len(words) == 0 {
		w.broken("%s is told of no conflict", was.ID)
	}
	w.notes[was.ID]++
}

func (w *world) warn(eff Warn) Event {
	fail := func(kind FailureKind, why string) Event { return EffectFailed{Effect: eff, Kind: kind, Err: why} }
	p, a := w.panes[eff.Worker], w.agents[eff.Run]
	switch {
	case p == nil || p.run != eff.Run || !w.alive(p.run):
		return fail(NotFound, "gone")
	case w.person(eff.Worker):
		return fail(Transient, "a person types")
	case a.rep.State == fm.Waiting, a.rep.State == fm.Limited:
		return fail(Refused, "a dialog is open")
	case a.rep.State == fm.AtPrompt && w.troubled():
		w.strike(a)
	case a.rep.State == fm.AtPrompt && !a.deaf: // it takes it for a new task
		a.rep.State, a.rep.Since, a.rep.Heard, a.rep.Trouble = fm.AtWork, w.now, w.now, ""
	}
	if w.notes[eff.Run.Task]--; w.notes[eff.Run.Task] < 0 {
		w.broken("%s is told of a conflict, and a crash would forget it", eff.Run)
	}
	return Warned{Worker: eff.Worker, Run: eff.Run}
}
