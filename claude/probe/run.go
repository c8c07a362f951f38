package probe

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// How long is waited. A thing that happened is noticed within notice, or never.
const (
	startLimit = 20 * time.Second // for the CLI to start
	stepLimit  = 12 * time.Second // for what it does next
	notice     = 5 * time.Second
)

// A step leads to one thing that fm must notice.
type step struct {
	detector string
	limit    time.Duration
	begin    func(ctx context.Context) error // brings it about; nil when the step before did
	happened func() bool                     // says whether it did, in truth
	sees     func(look) (evidence string, ok bool)
}

// A look is what fm knows at a moment.
type look struct {
	report fm.Report
	status string // of the session file
	screen fm.Screen
	shown  string
	ended  bool // its process has
}

// Run leads the CLI through a worker's life and returns what was found, in the
// order of that life; tell gets each finding as it comes. The error is that of
// ctx, or one of the terminal's; what was not tried by then is found blind, and
// says so. It types into its own sessions only.
func (p *Probe) Run(ctx context.Context, t Terminal, tell func(Finding)) ([]Finding, error) {
	var found []Finding
	var failed error
	patience := startLimit
	for _, s := range p.steps(t) {
		f := Finding{Detector: s.detector, Evidence: "not tried"}
		if failed == nil {
			s.limit = min(s.limit, patience)
			f, failed = p.take(ctx, t, s)
		}
		if !f.Sees && !s.happened() {
			patience = notice // the rest builds on it
		}
		found = append(found, f)
		tell(f)
	}
	return found, failed
}

// take brings about what the step is about, and watches for it.
func (p *Probe) take(ctx context.Context, t Terminal, s step) (Finding, error) {
	f := Finding{Detector: s.detector}
	began := time.Now()
	if s.begin != nil {
		err := s.begin(ctx)
		if errors.Is(err, fm.ErrGone) { // it has ended
			f.Evidence = fm.Line(err.Error(), 200)
			return f, nil
		}
		if err != nil {
			return f, fmt.Errorf("probe %s: %w", s.detector, err)
		}
	}
	limit := time.NewTimer(s.limit)
	defer limit.Stop()
	var late <-chan time.Time
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		l := p.look(ctx, t, s.detector)
		f.Took = time.Since(began)
		if f.Evidence, f.Sees = s.sees(l); f.Sees {
			return f, nil
		}
		if l.ended && !s.happened() {
			f.Evidence = "the agent has ended; " + lastLine(l.shown)
			return f, nil
		}
		if late == nil && s.happened() {
			timer := time.NewTimer(notice)
			defer timer.Stop()
			late = timer.C
		}
		select {
		case <-ctx.Done():
			f.Evidence = "interrupted"
			return f, ctx.Err()
		case <-late:
			f.Evidence = "it happened unseen: " + f.Evidence
			return f, nil
		case <-limit.C:
			f.Evidence = "it did not happen: " + f.Evidence + "; " + lastLine(l.shown)
			return f, nil
		case <-tick.C:
		}
	}
}

// look asks every source. What one of them cannot say is a detector that is
// blind, and no failure of the probe.
func (p *Probe) look(ctx context.Context, t Terminal, detector string) look {
	w, run := worker(detector)
	var l look
	l.report, _ = p.agent.Report(ctx, run, p.tree(run.Task))
	l.status, _ = p.agent.Status(ctx, run)
	if shown, err := t.Screens(ctx, []fm.WorkerID{w}); err == nil {
		text, live := shown[w]
		l.shown, l.ended = text, !live
		l.screen = p.agent.Screen(text)
	}
	if l.ended {
		l.shown, _ = t.Capture(ctx, w, 0)
	}
	return l
}

func worker(detector string) (fm.WorkerID, fm.Run) {
	if detector == "limit" {
		return 2, fm.Run{Task: second, Attempt: 1}
	}
	return 1, fm.Run{Task: first, Attempt: 1}
}

func (p *Probe) tree(id fm.TaskID) string { return filepath.Join(p.dir, worktree(id)) }

// start starts, or resumes, the agent of a detector's session.
func (p *Probe) start(ctx context.Context, t Terminal, detector string, env map[string]string) error {
	if err := p.agent.Accept(ctx); err != nil {
		return err
	}
	w, run := worker(detector)
	cmd, err := p.agent.Launch(ctx, fm.Brief{
		Task:  fm.Task{ID: run.Task, Attempt: run.Attempt, Worker: w, Branch: (fm.Task{ID: run.Task}).Head(), Title: "A probe of fm doctor"},
		Issue: fm.Issue{ID: fm.IssueID(run.Task), Title: "A probe of fm doctor"},
		Dir:   p.tree(run.Task), Base: "main",
	})
	if err != nil {
		return err
	}
	cmd.Env = env
	return t.Start(ctx, w, run, cmd)
}

// lastLine quotes the last line that says something.
func lastLine(shown string) string {
	for _, line := range slices.Backward(strings.Split(shown, "\n")) {
		if text := strings.Trim(line, " ─│╭╮╰╯❯\u00a0"); text != "" {
			return fmt.Sprintf("its screen ends in %q", fm.Line(text, 80))
		}
	}
	return "its screen is empty"
}
