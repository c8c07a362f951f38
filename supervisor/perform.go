package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

// Limits of effects. They bound a hang; work that is merely slow fits well.
const (
	shortLimit = time.Minute
	longLimit  = 10 * time.Minute
	// verifyLimit bounds the verifier's own limit, which is a setting.
	verifyLimit = 6 * time.Hour
)

// perform carries out one effect in a goroutine; its result is an event.
func (s *Supervisor) perform(ctx context.Context, eff Effect) {
	s.work.Go(func() { s.send(ctx, s.result(ctx, eff)) })
}

// result runs the effect and turns an error, or a panic of an adapter, into an
// event.
func (s *Supervisor) result(ctx context.Context, eff Effect) (ev Event) {
	limit := shortLimit
	switch eff.(type) {
	case Verify:
		limit = verifyLimit
	case Start, Publish, Merge, Rebase, Rerun, Look, Scan, Stock, Clear, Tidy, CloseParent: // some wait for their turn to write
		limit = longLimit
	case Record, Revive, Stop, Close, Tell, Warn, Exit, Note, Explain:
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			ev = EffectFailed{Effect: eff, Kind: Transient, Err: fmt.Sprintf("panic: %v", p)}
		}
	}()
	ev, err := s.try(ctx, eff)
	if err != nil {
		return EffectFailed{Effect: eff, Kind: kind(err), Err: fm.Reason(err)}
	}
	return ev
}

func (s *Supervisor) try(ctx context.Context, eff Effect) (Event, error) {
	switch eff := eff.(type) {
	case Revive:
		return Revived{}, s.o.Revive(ctx)
	case Start:
		title, err := s.start(ctx, eff)
		return Started{Worker: eff.Worker, Run: eff.Task.Run(), Title: title}, err
	case Stop:
		return Stopped{Worker: eff.Worker, Run: eff.Run}, s.stop(ctx, eff)
	case Close:
		return Closed(eff), s.close(ctx, eff)
	case Tell:
		return Told{Worker: eff.Worker, Run: eff.Run}, s.tell(ctx, eff)
	case Verify:
		v, err := s.verify(ctx, eff)
		return Verified{Run: eff.Task.Run(), Verdict: v}, err
	case Tidy:
		remark, err := s.tidy(ctx, eff.Task)
		return Tidied{Run: eff.Task.Run(), Remark: remark}, err
	case Clear:
		remark, err := s.clear(ctx, eff.Task)
		return SiteCleared{Run: eff.Task.Run(), Remark: remark}, err
	case Scan:
		found, err := s.o.Radar.Conflicts(ctx, eff.Sites)
		return Scanned{Stamp: eff.Stamp, Sites: eff.Sites, Conflicts: found}, err
	case Stock:
		return Stocked(eff), s.o.Reserve.Stock(ctx, eff.Count)
	case Warn:
		return Warned{Worker: eff.Worker, Run: eff.Run}, s.tell(ctx, Tell{Worker: eff.Worker, Run: eff.Run, Site: eff.Site, Text: eff.Text})
	case CloseParent:
		return ParentClosed{Parent: eff.Parent}, s.closeParent(ctx, eff)
	case Note:
		return Noted(eff), s.o.Terminal.Note(ctx, eff.Worker, eff.Text)
	case Publish, Merge, Rebase, Rerun, Look:
		return s.tryPull(ctx, eff)
	case Record, Exit, Explain:
	}
	panic("supervisor: Record, Exit and Explain are the loop's own")
}

// tryPull tries what is about a pull request.
func (s *Supervisor) tryPull(ctx context.Context, eff Effect) (Event, error) {
	switch eff := eff.(type) { //nolint:gochecksumtype // the others are no business of the forge
	case Publish:
		pull, summary, err := s.publish(ctx, eff.Task)
		s.tellReserve(pull)
		return Published{Run: eff.Task.Run(), Pull: pull, Summary: summary}, err
	case Merge:
		pull, err := s.merge(ctx, eff)
		s.tellReserve(pull)
		return PullMerged{Run: eff.Task.Run(), Pull: pull}, err
	case Rebase:
		sha, err := s.rebase(ctx, eff.Task)
		return Rebased{Run: eff.Task.Run(), SHA: sha}, err
	case Rerun:
		return ChecksRerun{Run: eff.Task.Run()}, s.o.Forge.Rerun(ctx, eff.Task.Pull, eff.Checks)
	case Look:
		pulls, err := s.o.Forge.Look(ctx, numbers(eff.Offers))
		s.tellReserve(pulls...)
		return PullsSeen{Offers: eff.Offers, Pulls: pulls}, err
	}
	panic(fmt.Sprintf("supervisor: %T is about no pull request", eff))
}

// tellReserve tells that the base has moved, before anybody begins with what
// waited for that.
func (s *Supervisor) tellReserve(pulls ...fm.PullRequest) {
	merged := func(p fm.PullRequest) bool { return p.State == fm.PullMerged }
	if s.o.Reserve != nil && slices.ContainsFunc(pulls, merged) {
		s.o.Reserve.Moved()
	}
}

// start brings the run's process to life, unless it lives already: every
// process of an older life of the task goes first. It gives the issue's title
// where it read that.
func (s *Supervisor) start(ctx context.Context, eff Start) (title string, err error) {
	t, run := eff.Task, eff.Task.Run()
	sight, err := s.o.Terminal.Observe(ctx)
	if err != nil {
		return "", err
	}
	for _, ss := range sight.Sessions {
		if ss.Run == run && ss.Alive {
			return "", nil
		}
	}
	if err := s.o.Agent.Reap(ctx, t.ID, t.Attempt); err != nil {
		return "", err
	}
	brief, err := s.brief(ctx, t)
	if err != nil {
		return "", err
	}
	cmd, err := s.o.Agent.Launch(ctx, brief)
	if err != nil {
		return "", err
	}
	if err := s.tellBegun(ctx, t); err != nil {
		return "", err
	}
	// Preparing may have taken minutes.
	switch _, person, err := s.slot(ctx, eff.Worker); {
	case err != nil:
		return "", err
	case person:
		return "", fmt.Errorf("start %s: %s is in the hands of a person", run, eff.Worker)
	}
	return fm.Line(brief.Issue.Title, 200), s.o.Terminal.Start(ctx, eff.Worker, run, cmd)
}

// stop ends the run's process and what it started. What the worker has begun
// since is another's, and where a person came since the look it waits.
func (s *Supervisor) stop(ctx context.Context, eff Stop) error {
	ss, person, err := s.slot(ctx, eff.Worker)
	if err != nil {
		return err
	}
	if ss.Run == eff.Run {
		if person && !eff.Halt {
			return fmt.Errorf("stop %s: %s is in the hands of a person", eff.Run, eff.Worker)
		}
		if err := s.o.Terminal.Stop(ctx, eff.Worker); err != nil {
			return err
		}
		if err := s.o.Agent.Reap(ctx, eff.Run.Task, eff.Run.Attempt); err != nil {
			return err
		}
	}
	if eff.Keep == (fm.Site{}) {
		return nil
	}
	_, err = s.o.Workspace.Preserve(ctx, eff.Keep)
	return err
}

// tellBegun says at the tracker that work on a task's issue has begun, and so on
// its parent.
func (s *Supervisor) tellBegun(ctx context.Context, t fm.Task) error {
	for _, id := range []fm.IssueID{t.Parent, fm.IssueID(t.ID)} {
		if id == "" {
			continue
		}
		if err := s.courtesy(ctx, s.o.Tracker.Begin(ctx, id)); err != nil {
			return err
		}
	}
	return nil
}

// courtesy logs what a tracker would not be told. Work goes on without it; only
// what may still succeed is tried again, with all the rest.
func (s *Supervisor) courtesy(ctx context.Context, err error) error {
	if err == nil || kind(err) == Transient {
		return err
	}
	s.o.Log.LogAttrs(ctx, slog.LevelWarn, "the tracker was not told", slog.String(keyError, err.Error()))
	return nil
}

func (s *Supervisor) close(ctx context.Context, eff Close) error {
	switch ss, _, err := s.slot(ctx, eff.Worker); {
	case err != nil:
		return err
	case ss.Alive:
		return fmt.Errorf("close %s: %s runs in it", eff.Worker, ss.Run)
	}
	return s.o.Terminal.Close(ctx, eff.Worker)
}

// tell says a text to the run it was meant for, and never over a person.
func (s *Supervisor) tell(ctx context.Context, eff Tell) error {
	speaker := Speaker{Terminal: s.o.Terminal, Agent: s.o.Agent, Dir: s.o.Dir(eff.Site), May: s.may, Closes: eff.Closes, unsent: &s.unsent}
	return speaker.Say(ctx, eff.Worker, eff.Run, eff.Text)
}

// may says why no key is pressed in a session.
func (s *Supervisor) may(ss fm.Session) error {
	switch person, err := s.person(ss); {
	case err != nil:
		return err
	case person:
		return fmt.Errorf("%s is in the hands of a person", ss.Worker)
	}
	return nil
}

// verify checks a completion in the order of cost: what it says, what stands
// on the branch, what the project's own command finds.
func (s *Supervisor) verify(ctx context.Context, eff Verify) (Verdict, error) {
	v := Verdict{Turns: eff.Turns}
	c, err := s.o.Agent.Completion(ctx, eff.Task.Run(), s.o.Dir(eff.Task.Site()))
	switch {
	case errors.Is(err, fm.ErrNotCompletion), errors.Is(err, fm.ErrGone):
		v.Reasons = fm.Reason(err)
		return v, nil
	case err != nil:
		return v, err
	}
	v.Outcome, v.Summary = c.Outcome, c.Summary
	if c.Outcome == fm.Failure {
		return v, nil
	}
	work, err := s.o.Workspace.Inspect(ctx, eff.Task.Site())
	if err != nil {
		return v, err
	}
	v.Commits = work.Commits
	if v.Reasons = judge(eff.Task, c, work); v.Reasons != "" || c.Outcome != fm.Success {
		return v, nil
	}
	switch err := s.o.Verifier.Verify(ctx, work.Dir); {
	case errors.Is(err, fm.ErrRefused):
		v.Reasons = fm.Reason(err)
		return v, nil
	default:
		return v, err
	}
}

// merge merges the head that was seen, or, where none was, the one that the
// forge shows.
func (s *Supervisor) merge(ctx context.Context, eff Merge) (fm.PullRequest, error) {
	sha := eff.SHA
	if sha == "" {
		pull, err := s.lookAt(ctx, eff.Task)
		if err != nil {
			return fm.PullRequest{}, err
		}
		sha = pull.SHA
	}
	return s.o.Forge.Merge(ctx, eff.Task.Pull, sha)
}

// lookAt looks at a task's pull request alone.
func (s *Supervisor) lookAt(ctx context.Context, t fm.Task) (fm.PullRequest, error) {
	pulls, err := s.o.Forge.Look(ctx, []string{t.Pull})
	if err != nil {
		return fm.PullRequest{}, err
	}
	if len(pulls) == 0 {
		return fm.PullRequest{}, fmt.Errorf("look at pull request %s: %w", t.Pull, fm.ErrGone)
	}
	return pulls[0], nil
}

// tidy closes the subissue and removes the worktree; what is not on a pushed
// branch is preserved by Remove.
func (s *Supervisor) tidy(ctx context.Context, t fm.Task) (remark string, err error) {
	comment := "Merged with pull request " + t.Pull + "."
	if err := s.o.Tracker.Close(ctx, fm.IssueID(t.ID), comment); err != nil && !errors.Is(err, fm.ErrGone) {
		return "", err
	}
	if err := s.o.Agent.Reap(ctx, t.ID, t.Attempt); err != nil {
		return "", err
	}
	remark, err = s.o.Workspace.Remove(ctx, t.Site())
	if err != nil || !s.o.Rules.DeleteBranch {
		return remark, err
	}
	return remark, s.unpublish(ctx, t)
}

// clear gives back what a task was worked on in, once no process is left there.
// One that lives in a session, which no look has seen yet, is not ended for it.
func (s *Supervisor) clear(ctx context.Context, t fm.Task) (remark string, err error) {
	sight, err := s.o.Terminal.Observe(ctx)
	if err != nil {
		return "", err
	}
	for _, ss := range sight.Sessions {
		if ss.Run.Task == t.ID && ss.Alive {
			return "", fmt.Errorf("give back what %s was worked on in: it runs in %s", t.ID.Ref(), ss.Worker)
		}
	}
	if err := s.o.Agent.Reap(ctx, t.ID, t.Attempt); err != nil {
		return "", err
	}
	at := t.Site()
	at.Stacked = at.Stacked && t.Status == fm.Completed // nothing is built on what was not finished
	return s.o.Workspace.Remove(ctx, at)
}

// unpublish deletes a merged task's branch on the remote. One that holds more
// than was merged, or that is protected, stays: that is no failure.
func (s *Supervisor) unpublish(ctx context.Context, t fm.Task) error {
	pull, err := s.lookAt(ctx, t)
	if err == nil && pull.SHA != "" {
		err = s.o.Workspace.Unpublish(ctx, t.Site(), pull.SHA)
	}
	if kind(err) != Transient { // nobody is asked about a branch that is left
		return nil
	}
	return err
}

// rebase brings the task's branch up to its base, once no process is left that
// works on it: one may have survived its session.
func (s *Supervisor) rebase(ctx context.Context, t fm.Task) (sha string, err error) {
	if err := s.o.Agent.Reap(ctx, t.ID, t.Attempt); err != nil {
		return "", err
	}
	return s.o.Workspace.Rebase(ctx, t.Site())
}

func numbers(offers []Offer) []string {
	var all []string
	for _, o := range offers {
		all = append(all, o.Pull)
	}
	return all
}
