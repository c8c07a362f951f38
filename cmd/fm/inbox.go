package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// inboxCmd shows what waits for a person.
type inboxCmd struct {
	JSON bool `name:"json" help:"Print it as JSON."`
}

func (c *inboxCmd) Run(ctx context.Context, a *app) error {
	h, _, snap, err := a.visitQueue(ctx)
	if err != nil {
		return err
	}
	s, err := h.status(ctx)
	if err != nil {
		return err
	}
	box, err := h.inbox(ctx, s, snap)
	if err != nil {
		return err
	}
	h.showQuestions(func(all shownQuestions) {
		clear(all)
		for _, q := range box.Questions {
			all[q.Worker] = shownQuestion{Run: q.run, Kind: q.Kind, Text: q.whole}
		}
	})
	if c.JSON {
		return json.NewEncoder(h.stdout).Encode(box)
	}
	box.print(h.stdout, time.Now())
	h.remind()
	return nil
}

// inbox is the answer of fm inbox --json.
type inbox struct {
	Gate      supervisor.Gate `json:"gate,omitzero"` // why nothing new is begun
	Questions []asked         `json:"questions"`
	Blocked   []stopped       `json:"blocked"`
}

// asked is a question that an agent waits with.
type asked struct {
	Worker  fm.WorkerID     `json:"worker"`
	Task    fm.TaskID       `json:"task"`
	Title   string          `json:"title"`
	Kind    fm.QuestionKind `json:"kind"`
	Text    string          `json:"text"`
	Options []string        `json:"options,omitempty"`
	Since   time.Time       `json:"since,omitzero"`
	Answer  string          `json:"answer"` // how to

	run   fm.Run
	whole string // Text, uncut
}

// stopped is a task that a person has to do something for.
type stopped struct {
	Task  fm.TaskID `json:"task"`
	Title string    `json:"title"`
	Note  string    `json:"note"`
	Since time.Time `json:"since"`
}

// inbox gives what waits for a person.
func (h *house) inbox(ctx context.Context, s supervisor.Status, snap queue.Snapshot) (inbox, error) {
	box := inbox{Gate: s.Gate, Questions: []asked{}, Blocked: []stopped{}}
	open, err := h.questions(ctx, s, snap)
	for _, q := range open {
		box.Questions = append(box.Questions, q.asked())
	}
	for _, t := range snap.Tasks {
		if t.Status == fm.Blocked {
			box.Blocked = append(box.Blocked, stopped{Task: t.ID, Title: fm.Line(t.Title, 120), Note: fm.Line(t.Note, 600), Since: t.Since})
		}
	}
	return box, err
}

// questions asks the agents themselves what they wait for: what the supervisor
// has seen may have been answered since.
func (h *house) questions(ctx context.Context, s supervisor.Status, snap queue.Snapshot) ([]question, error) {
	agent, err := h.reader()
	if err != nil {
		return nil, err
	}
	seen := map[fm.TaskID]supervisor.WorkerStatus{}
	for _, ws := range s.Workers {
		seen[ws.Task] = ws
	}
	var open []question
	for _, t := range snap.Tasks {
		if t.Status != fm.Working {
			continue
		}
		rep, err := agent.Report(ctx, t.Run(), h.worktree(t))
		switch {
		case err == nil && rep.State == fm.Waiting:
			open = append(open, question{task: t, what: rep.Question, since: rep.Since})
		case seen[t.ID].State == string(fm.Waiting): // what only the pane shows, or what was answered since
			open = append(open, question{task: t, since: rep.Since})
		}
	}
	if terminal, err := h.terminal(ctx, func() {}); err == nil { // else without what only the panes show
		h.lookAt(ctx, terminal, agent, open)
	}
	return slices.DeleteFunc(open, func(q question) bool { return q.what.Kind == "" }), nil
}

// question is one on its way into the inbox.
type question struct {
	task  fm.Task
	what  fm.Question
	since time.Time
}

func (q question) asked() asked {
	return asked{
		Worker: q.task.Worker, Task: q.task.ID, Title: fm.Line(q.task.Title, 120), Kind: q.what.Kind, Text: fm.Line(q.what.Text, 600),
		Options: lines(q.what.Options), Since: q.since, Answer: howTo(q.task.Worker, q.what), run: q.task.Run(), whole: q.what.Text,
	}
}

// fuller adds to a question what another source knows of it.
func fuller(a, b fm.Question) fm.Question {
	switch {
	case a.Kind == "":
		return b
	case a.Kind == b.Kind && len(a.Options) == 0:
		a.Options = b.Options
	}
	return a
}

// lookAt reads from the panes what only they show: mostly the options. What
// cannot be seen is shown without.
func (h *house) lookAt(ctx context.Context, terminal supervisor.Keyboard, agent supervisor.Agent, open []question) {
	var workers []fm.WorkerID
	for _, q := range open {
		if len(q.what.Options) == 0 {
			workers = append(workers, q.task.Worker)
		}
	}
	if len(workers) == 0 {
		return
	}
	shown, err := terminal.Screens(ctx, workers)
	if err != nil {
		return
	}
	for i, q := range open {
		open[i].what = fuller(q.what, agent.Screen(shown[q.task.Worker]).Dialog)
	}
}

func lines(options []string) []string {
	var all []string
	for _, o := range options {
		all = append(all, fm.Line(o, 200))
	}
	return all
}

// asks gives a question in one line: its kind, and the words.
func asks(q fm.Question) string {
	kind, text := q.Kind, fm.Line(q.Text, 300)
	switch {
	case kind == "":
		return or(text, "a dialog is open")
	case text == "":
		return string(kind)
	}
	return string(kind) + ": " + text
}

// howTo says how a question is answered.
func howTo(w fm.WorkerID, q fm.Question) string {
	switch q.Kind {
	case fm.AsksPermission, fm.AsksQuestion, fm.AsksPlan:
		return fmt.Sprintf(`Answer with: fm answer %s --option N, or: fm answer %[1]s "TEXT"`, w)
	case fm.AsksLimit, fm.AsksDialog:
	}
	return "Join it: fm attach " + w.String()
}

func (b inbox) print(w io.Writer, now time.Time) {
	if b.Gate.Why != "" {
		fmt.Fprintln(w, gateLine(b.Gate, now))
	}
	if len(b.Questions)+len(b.Blocked) == 0 && !b.Gate.Person {
		fmt.Fprintln(w, "Nobody waits for you.")
	}
	for _, q := range b.Questions {
		q.print(w, now)
	}
	if len(b.Blocked) == 0 {
		return
	}
	fmt.Fprintln(w, "NEEDS A PERSON")
	for _, t := range b.Blocked {
		fmt.Fprintf(w, "  %s %s: %s\n", t.Task.Ref(), fm.Line(t.Title, 44), fm.Line(t.Note, 200))
	}
	fmt.Fprintln(w, "  More: fm why TASK    Again: fm queue retry TASK")
}

func (q asked) print(w io.Writer, now time.Time) {
	since := ""
	if !q.Since.IsZero() {
		since = ", for " + fm.Span(now.Sub(q.Since))
	}
	fmt.Fprintf(w, "%s on %s %s%s\n  %s\n", q.Worker, q.Task.Ref(), fm.Line(q.Title, 60), since, asks(fm.Question{Kind: q.Kind, Text: q.Text}))
	for i, o := range q.Options {
		fmt.Fprintf(w, "    %d. %s\n", i+1, strings.TrimSpace(o))
	}
	fmt.Fprintf(w, "  %s\n\n", q.Answer)
}
