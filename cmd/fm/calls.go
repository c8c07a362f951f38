package main

import (
	"fmt"
	"io"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// calls tells who stays with --wait what a person should know while it lasts,
// each once: questions, and why nothing new is begun.
type calls struct {
	out    io.Writer
	asking map[fm.WorkerID]string
	gate   string
}

func (c *calls) tell(s supervisor.Status, now time.Time) {
	asking := map[fm.WorkerID]string{}
	for _, ws := range s.Workers {
		if q := ws.Question; ws.State == string(fm.Waiting) && q.Kind != "" {
			asking[ws.Worker] = asks(q)
			if c.asking[ws.Worker] != asking[ws.Worker] {
				fmt.Fprintf(c.out, "? %s %s: %s waits for you: %s; see: fm inbox\n", ws.Task.Ref(), fm.Line(ws.Title, 60), ws.Worker, asks(q))
			}
		}
	}
	c.asking = asking
	switch s.Gate.Why {
	case c.gate:
	case "":
		fmt.Fprintln(c.out, "▶ It goes on")
	default:
		fmt.Fprintln(c.out, gateLine(s.Gate, now))
	}
	c.gate = s.Gate.Why
}
