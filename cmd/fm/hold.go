package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// holdCmd keeps a worker's session for a person, until it is released.
type holdCmd struct {
	Worker string `arg:"" help:"worker-3, or 3."`
}

func (c *holdCmd) Run(ctx context.Context, a *app) error {
	h, id, err := a.worker(ctx, c.Worker)
	if err != nil {
		return err
	}
	again := false
	_, err = h.want(ctx, func(w *supervisor.Wanted) {
		if again = held(*w, id); !again {
			w.Hands = withHand(w.Hands, supervisor.Hand{Worker: id, Held: true, At: time.Now()})
		}
	})
	if err != nil {
		return err
	}
	word := "held"
	if again {
		word = "held already"
	}
	fmt.Fprintf(h.stdout, "✓ %s is %s: fm presses no key there and ends nothing. Its agent goes on. Hand it back with: fm release %[1]s\n", id, word)
	h.remind()
	return nil
}

// releaseCmd hands a worker's session back to fm: one that was held, and one
// that a person typed in a moment ago.
type releaseCmd struct {
	Worker string `arg:"" help:"worker-3, or 3."`
}

func (c *releaseCmd) Run(ctx context.Context, a *app) error {
	h, id, err := a.worker(ctx, c.Worker)
	if err != nil {
		return err
	}
	_, err = h.want(ctx, func(w *supervisor.Wanted) {
		w.Hands = withHand(w.Hands, supervisor.Hand{Worker: id, At: time.Now()})
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(h.stdout, "✓ %s is in fm's hands: what its agent needs is typed there again, and when its task is over the next one begins\n", id)
	h.remind()
	return nil
}

// worker finds a worker of the project by its name or number.
func (a *app) worker(ctx context.Context, word string) (*house, fm.WorkerID, error) {
	id, err := fm.ParseWorkerID(word)
	if err != nil {
		return nil, 0, usage("%v", err)
	}
	h, err := a.visit(ctx)
	if err != nil {
		return nil, 0, err
	}
	w, err := h.wanted()
	if err != nil {
		return nil, 0, err
	}
	s, _ := h.lastStatus() // one that is being removed may still work
	works := slices.ContainsFunc(s.Workers, func(ws supervisor.WorkerStatus) bool { return ws.Worker == id })
	if int(id) > w.Workers && !works {
		return nil, 0, usage("there is no %s: there are %s; see: fm workers", id, fm.Count(w.Workers, "worker"))
	}
	return h, id, nil
}

func held(w supervisor.Wanted, id fm.WorkerID) bool {
	return slices.ContainsFunc(w.Hands, func(h supervisor.Hand) bool { return h.Worker == id && h.Held })
}

// withHand gives hands of its own: others look at the old ones.
func withHand(hands []supervisor.Hand, h supervisor.Hand) []supervisor.Hand {
	fresh := []supervisor.Hand{h}
	for _, old := range hands {
		if old.Worker != h.Worker {
			fresh = append(fresh, old)
		}
	}
	return fresh
}
