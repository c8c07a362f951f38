package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// segment is what the status line of a terminal shows of a project. It holds
// numbers and marks of ours alone: tmux gives "#" in it a meaning.
//
//	fm 3/4 ?1 ✗2 ✓12 ⏸
//
// Three of four workers are at work, one waits for an answer, two tasks need
// somebody, twelve are done, and nothing new is begun. Whoever refreshes it every
// few seconds wants it to cost nothing: it neither asks git nor reads the queue.
//
// Where no supervisor says who waits while tasks are at work, the agents are
// asked.
func (a *app) segment(ctx context.Context) string {
	root, ok := plainRoot(a.dir)
	h := &house{app: a, project: fm.Project{Root: root}}
	if !ok || !h.used() {
		return ""
	}
	s, err := h.glimpse()
	if _, alive := h.supervisorPID(); !alive || err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.off = true
		s.Workers = h.living(ctx, s.Counts[fm.Working])
	}
	return s.String() + "\n"
}

// line prints the segment of the folder that fm was started in, without the
// grammar, which takes longer to build than all of it.
func (a app) line(ctx context.Context) int {
	dir, err := os.Getwd()
	if err != nil {
		return exitOK // there is nothing to show
	}
	a.dir = dir
	_, err = fmt.Fprint(a.stdout, a.segment(ctx))
	return concluded(a.stderr, err)
}

// glimpse is the part of status.json that a segment shows.
type glimpse struct {
	Wanted  supervisor.Wanted
	Workers []glimpsed
	Counts  map[fm.Status]int
	Gate    struct{ Why string }
	off     bool // there is no supervisor
}

type glimpsed struct {
	State string
	Task  fm.TaskID
}

// living is what status says of the workers whose agents live on.
func (h *house) living(ctx context.Context, working int) []glimpsed {
	if working == 0 {
		return nil
	}
	s, err := h.house(ctx, h.project.Root).status(ctx)
	if err != nil {
		return nil // the segment has no room for it
	}
	var all []glimpsed
	for _, ws := range s.Workers {
		all = append(all, glimpsed{State: ws.State, Task: ws.Task})
	}
	return all
}

func (h *house) glimpse() (glimpse, error) {
	var g glimpse
	text, err := os.ReadFile(h.project.StatusFile())
	if err != nil {
		return g, err
	}
	return g, json.Unmarshal(text, &g)
}

func (g glimpse) String() string {
	active, asking := 0, 0
	for _, ws := range g.Workers {
		if ws.Task != "" {
			active++
		}
		if ws.State == string(fm.Waiting) {
			asking++
		}
	}
	words := []string{"fm", fmt.Sprintf("%d/%d", active, g.Wanted.Workers)}
	if g.off {
		words = []string{"fm", "off"}
	}
	for _, part := range []struct {
		mark string
		n    int
	}{
		{"?", asking}, {"✗", g.Counts[fm.Failed] + g.Counts[fm.Blocked]}, {"✓", g.Counts[fm.Completed] + g.Counts[fm.Merged]},
	} {
		if part.n > 0 {
			words = append(words, fmt.Sprintf("%s%d", part.mark, part.n))
		}
	}
	if !g.off && (g.Wanted.Paused || g.Gate.Why != "") {
		words = append(words, "⏸")
	}
	return strings.Join(words, " ")
}
