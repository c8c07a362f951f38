package main

import (
	"cmp"
	"context"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
	"github.com/founder-mode/fm/tmux"
	"github.com/founder-mode/fm/ui"
)

// presence is a worker that has a session, and what it does there.
type presence struct {
	worker fm.WorkerID
	what   string
	asks   string // the question that it waits for a person with; "" for none
	works  bool
}

// presences gives the workers that can be attached to: those with a question
// first, then those that work.
func (h *house) presences(ctx context.Context, terminal *tmux.Server) ([]presence, error) {
	sight, err := terminal.Observe(ctx)
	if err != nil {
		return nil, err
	}
	if len(sight.Sessions) == 0 {
		return nil, noSessions()
	}
	q, err := h.openQueue(ctx)
	if err != nil {
		return nil, err
	}
	s, err := h.status(ctx)
	if err != nil {
		return nil, err
	}
	box, err := h.inbox(ctx, s, q.Snapshot())
	if err != nil {
		return nil, err
	}
	var all []presence
	for _, ss := range sight.Sessions {
		all = append(all, presenceOf(ss, s, q.Snapshot(), box))
	}
	rank := func(p presence) int {
		switch {
		case p.asks != "":
			return 0
		case p.works:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b presence) int { return cmp.Compare(rank(a), rank(b)) })
	return all, nil
}

// presenceOf says what goes on in a session: as the supervisor has it, and where
// none runs, as the queue does.
func presenceOf(ss fm.Session, s supervisor.Status, snap queue.Snapshot, box inbox) presence {
	p := presence{worker: ss.Worker, what: "Idle"}
	if t, ok := snap.Task(ss.Run.Task); ok && ss.Alive && t.Run() == ss.Run && t.Status == fm.Working {
		p.works, p.what = true, "Working on "+t.ID.Ref()
	}
	title := ""
	if t, ok := snap.Task(ss.Run.Task); ok && p.works {
		title = t.Title
	}
	for _, ws := range s.Workers {
		if ws.Worker == ss.Worker {
			p.what, p.works = workerText(ws, time.Now()), ws.Task != ""
		}
	}
	for _, q := range box.Questions {
		if q.Worker == ss.Worker {
			p.asks, p.what, title = asks(fm.Question{Kind: q.Kind, Text: q.Text}), "Waiting on "+q.Task.Ref(), q.Title
		}
	}
	if title != "" {
		p.what += " · " + fm.Line(title, 120)
	}
	return p
}

// choice has the user pick one of them.
func (h *house) choice(ctx context.Context, there []presence) (string, error) {
	palette, err := h.palette()
	if err != nil {
		return nobody, usage("no list can be drawn on this terminal; name the worker: fm attach %s", there[0].worker)
	}
	o := ui.PickOptions{Title: "Attach to a worker", Verb: "attach", Palette: palette}
	for _, p := range there {
		name := p.worker.String()
		o.Choices = append(o.Choices, ui.Choice{Key: strings.TrimPrefix(name, "worker-"), Name: name, What: p.what, Asks: p.asks})
	}
	i, err := ui.Pick(ctx, o)
	if err != nil || i < 0 {
		return nobody, err
	}
	return there[i].worker.String(), nil
}

// after gives the worker with a question that comes behind one, round after
// round.
func after(last fm.WorkerID, there []presence) (fm.WorkerID, bool) {
	var ask []fm.WorkerID
	for _, p := range there {
		if p.asks != "" {
			ask = append(ask, p.worker)
		}
	}
	if len(ask) == 0 {
		return 0, false
	}
	slices.Sort(ask)
	if i := slices.IndexFunc(ask, func(w fm.WorkerID) bool { return w > last }); i >= 0 {
		return ask[i], true
	}
	return ask[0], true
}

// visitedFile names the worker that somebody attached to last. Whoever asks for
// the next one goes on from there.
func (h *house) visitedFile() string { return h.project.File("visited") }

// goesTo keeps it. Where that cannot be written, the round begins anew.
func (h *house) goesTo(name string) {
	if _, err := fm.ParseWorkerID(name); err == nil {
		_ = disk.WriteFile(h.visitedFile(), []byte(name+"\n"), 0o600) // as above
	}
}

// wasAt is 0 before the first.
func (h *house) wasAt() fm.WorkerID {
	text, err := os.ReadFile(h.visitedFile())
	if err != nil {
		return 0
	}
	w, _ := fm.ParseWorkerID(strings.TrimSpace(string(text))) // 0, when it is not readable
	return w
}
