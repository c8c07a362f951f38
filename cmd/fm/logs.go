package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude"
	"github.com/founder-mode/fm/queue"
)

// logsCmd shows what happened in a worker's session, across its tasks and their
// attempts, or what the supervisor did.
type logsCmd struct {
	Name   string `arg:"" help:"worker-3, a task such as 456, or supervisor."`
	Follow bool   `short:"f" help:"Go on as more happens, until interrupted."`
	Since  string `placeholder:"WHEN" help:"Leave out what is older: 90m, 2d, 14:30, 2026-11-20 or 2026-11-20T14:30."`
	Raw    bool   `help:"Print the lines as they were written: JSON of Claude Code, or the supervisor's own."`
}

func (c *logsCmd) Run(ctx context.Context, a *app) error {
	form := logForm{raw: c.Raw, colours: a.coloured(a.stdout)}
	if c.Since != "" {
		var err error
		if form.since, err = parseSince(c.Since, time.Now()); err != nil {
			return err
		}
	}
	h, err := a.visit(ctx)
	if err != nil {
		return err
	}
	log, err := h.logOf(ctx, c.Name, form)
	if err != nil {
		return err
	}
	if !c.Follow {
		return log.write(ctx, h.stdout)
	}
	return h.followLog(ctx, log)
}

// logForm is how a log is shown.
type logForm struct {
	since   time.Time // zero for all
	raw     bool
	colours bool
}

// title makes a line stand out.
func (f logForm) title(text string) string {
	if f.colours {
		return "\x1b[" + string(bold) + "m" + text + noTints
	}
	return text
}

// log is something that grows.
type log interface {
	// write writes what has not been written yet.
	write(ctx context.Context, w io.Writer) error
	// folders are where a change may mean that there is more.
	folders() []string
}

// logOf finds the log that a user names.
func (h *house) logOf(ctx context.Context, name string, form logForm) (log, error) {
	if name == "supervisor" {
		return h.supervisorsLog(form), nil
	}
	agent, err := h.reader()
	if err != nil {
		return nil, err
	}
	q, err := h.openQueue(ctx)
	if err != nil {
		return nil, err
	}
	l := &sessionLog{house: h, queue: q, agent: agent, form: form}
	return l, l.of(ctx, name)
}

// of chooses whose log it is.
func (l *sessionLog) of(ctx context.Context, name string) error {
	entries, err := l.queue.History(ctx, "")
	if err != nil {
		return err
	}
	if strings.HasPrefix(name, "worker-") {
		w, err := fm.ParseWorkerID(name)
		if err != nil {
			return usage("%v", err)
		}
		last := fm.WorkerID(l.house.config.Workers)
		if wanted, err := l.house.wanted(); err == nil {
			last = max(last, fm.WorkerID(wanted.Workers))
		}
		for _, e := range entries {
			last = max(last, e.Task.Worker)
		}
		if w > last {
			return usage("%s has never worked here; there are worker-1 to %s, the tasks of fm queue show, and supervisor", w, last)
		}
		l.mine = func(e queue.Entry) bool { return e.Task.Worker == w }
		return nil
	}
	id, err := fm.ParseTaskID(name)
	_, known := l.queue.Snapshot().Task(id)
	switch meant := nearName(name); {
	case (err != nil || !known) && meant != "":
		return usage("there is no log of %s; did you mean: fm logs %s", fm.Line(name, 40), meant)
	case err != nil:
		return usage("%q: want worker-3, a task such as 456, or supervisor", name)
	case !known:
		return unqueued(id)
	}
	l.mine = func(e queue.Entry) bool { return e.Task.ID == id }
	return nil
}

// source gives the function that writes what has not been written yet.
func (h *house) source(ctx context.Context, name string) (func(context.Context, io.Writer) error, error) {
	l, err := h.logOf(ctx, name, logForm{})
	if err != nil {
		return nil, err
	}
	return l.write, nil
}

// followLog writes more as there is more.
func (h *house) followLog(ctx context.Context, l log) error {
	wake, hint := hints()
	watcher := h.lookout(hint, h.project.File("events"))
	watcher.Ignore(h.project.StatusFile())
	watcher.Ignore(h.statusDraft())
	inner, stop := context.WithCancel(ctx)
	watching := make(chan struct{})
	go func() { defer close(watching); _ = watcher.Run(inner) }() // hints only
	defer func() { stop(); <-watching }()
	slow := time.NewTicker(backstop)
	defer slow.Stop()
	for {
		err := l.write(ctx, h.stdout)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		for _, dir := range l.folders() {
			watcher.Add(dir)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-slow.C:
		}
	}
}

// coloured says whether text for w may have colours.
func (a *app) coloured(w io.Writer) bool {
	rows, _ := size(w)
	return rows > 0 && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
}

// sessionLog reads the conversations of those claims that are its own, and what
// became of each.
type sessionLog struct {
	house *house
	queue *queue.Queue
	agent *claude.Claude
	form  logForm
	mine  func(queue.Entry) bool

	seq   uint64 // of the ledger as it was read last
	known map[fm.Run]bool
	open  []*openRun // that may still grow
	last  fm.Run     // whose heading was written last
	bare  bool       // it was said that nothing has happened yet
}

// openRun is a run that may still grow.
type openRun struct {
	claim queue.Entry
	at    claude.Place
	news  []queue.Entry // what became of it, not written yet
}

// mayGrow is how many runs are read again: an agent says its last words when the
// next one has begun already.
const mayGrow = 2

func (l *sessionLog) write(ctx context.Context, w io.Writer) error {
	if err := l.findRuns(ctx); err != nil {
		return err
	}
	for _, run := range l.open {
		if err := l.writeRun(ctx, run, w); err != nil {
			return err
		}
	}
	l.open = l.open[max(0, len(l.open)-mayGrow):]
	if len(l.known) == 0 && !l.bare && !l.form.raw {
		l.bare = true
		fmt.Fprintln(w, "Nothing has happened there yet.")
	}
	return nil
}

func (l *sessionLog) writeRun(ctx context.Context, run *openRun, w io.Writer) (err error) {
	headed := &heading{to: w, write: func() { l.head(run, w) }}
	passage := claude.Passage{After: run.at, Since: l.form.since, Raw: l.form.raw}
	if run.at, err = l.agent.Readable(ctx, run.claim.Task.Run(), passage, headed); err != nil {
		return err
	}
	for _, e := range run.news {
		if !l.form.raw && !e.At.Before(l.form.since) {
			fmt.Fprintf(headed, "%s ■ %s\n", e.At.Local().Format(time.TimeOnly), recorded(e).line())
		}
	}
	run.news = nil
	return nil
}

// head says whose what follows is, unless that is known from above.
func (l *sessionLog) head(run *openRun, w io.Writer) {
	t := run.claim.Task
	if l.form.raw || l.last == t.Run() {
		return
	}
	if l.last.Task != "" {
		fmt.Fprintln(w)
	}
	l.last = t.Run()
	text := fmt.Sprintf("── %s %s · attempt %d · %s · %s", t.ID.Ref(), fm.Line(t.Title, 60), t.Attempt, t.Worker, run.claim.At.Local().Format("2006-01-02 15:04:05"))
	fmt.Fprintln(w, l.form.title(text))
}

// findRuns reads the ledger when it has grown: each claim began a run.
func (l *sessionLog) findRuns(ctx context.Context) error {
	snap, err := l.queue.Refresh(ctx, time.Now())
	if err != nil || l.known != nil && snap.Seq == l.seq {
		return err
	}
	entries, err := l.queue.History(ctx, "")
	if err != nil {
		return err
	}
	if l.known == nil {
		l.known = map[fm.Run]bool{}
	}
	byRun := map[fm.Run]*openRun{}
	for _, run := range l.open {
		byRun[run.claim.Task.Run()] = run
	}
	for _, e := range entries {
		run := e.Task.Run()
		switch {
		case e.Op == queue.OpClaim && !l.known[run] && l.mine(e):
			l.known[run] = true
			byRun[run] = &openRun{claim: e}
			l.open = append(l.open, byRun[run])
		case e.Seq > l.seq && e.Op != queue.OpClaim && e.Op != queue.OpSpend && byRun[run] != nil:
			byRun[run].news = append(byRun[run].news, e)
		}
	}
	l.seq = snap.Seq
	return nil
}

func (l *sessionLog) folders() []string {
	var dirs []string
	for _, run := range l.open {
		if file := run.at.File(); file != "" {
			dirs = append(dirs, filepath.Dir(file))
		}
	}
	return dirs
}

// heading is written before the first text, if there is any.
type heading struct {
	to    io.Writer
	write func()
}

func (h *heading) Write(p []byte) (int, error) {
	if len(p) > 0 {
		h.write()
	}
	return h.to.Write(p)
}
