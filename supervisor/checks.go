package supervisor

import (
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// rerunPatience is how long checks that were run again may go on to show their
// old result.
const rerunPatience = 15 * time.Minute

// failedChecks are the failed checks of a commit, by what was made of them there.
type failedChecks struct {
	fresh []fm.Check // nothing yet
	same  []fm.Check // run again, and still the run that was seen to fail
	again []fm.Check // run again, and failed again
	given []fm.Check // given to an agent
}

func failuresOf(t fm.Task, p PullView) failedChecks {
	var f failedChecks
	last := rerunOf(t)
	for _, c := range p.Checks.Failed {
		switch {
		case gaveBack(t, p.SHA, c):
			f.given = append(f.given, c)
		case !last.knows(p.SHA, c):
			f.fresh = append(f.fresh, c)
		case last.ran(c):
			f.same = append(f.same, c)
		default:
			f.again = append(f.again, c)
		}
	}
	return f
}

// checksFail has failed checks run again, or gives them to an agent, or to a
// person when the agent has had all of them before and left the commit as it was.
// What may be flaky is known first: so that one attempt mends all of the rest.
func (d *decision) checksFail(t fm.Task, p PullView) {
	s := d.state
	f, last := failuresOf(t, p), rerunOf(t)
	why := "checks fail on " + short(p.SHA) + ": " + checkNames(f.fresh)
	switch back := slices.Concat(f.same, f.again); {
	case len(f.fresh)+len(back) == 0:
		d.record(queue.Block(t, "checks fail on "+short(p.SHA)+", and the agent changed nothing: "+checkNames(f.given), s.At))
	case !s.idle(taskKey(t.ID)):
	case len(f.fresh) > 0:
		d.record(queue.Rerun(marked(t, rerunKey, last.and(p.SHA, f.fresh, s.At).String()), why))
		d.act(Rerun{Task: t, Checks: f.fresh}, "failed checks are run again, once for each commit", why)
	case len(f.same) > 0 && s.Unrun[t.ID] == last.commit:
		d.act(Rerun{Task: t, Checks: f.same}, "failed checks could not be run again before", checkNames(f.same)+" on "+short(p.SHA))
	case len(f.same) > 0 && s.At.Sub(last.at) < rerunPatience && !slices.ContainsFunc(f.again, last.latest): // not shown yet
	default:
		d.reopenChecks(t, p.SHA, back)
	}
}

// reopenChecks gives failed checks to an agent, each once for each commit.
func (d *decision) reopenChecks(t fm.Task, sha string, failed []fm.Check) {
	d.giveBack(with(t, checksKey, givenWords(sha, failed)...), "checks fail on "+short(sha)+": "+checkNames(failed))
}

// rerun waits for what the forge says of checks that it runs again.
func (d *decision) rerun(r fm.Run) {
	if t, ok := d.current(r, fm.Completed); ok {
		d.unrun(t.ID, "")
		d.forget(t)
	}
}

// rerunFailed gives checks that cannot be run again to an agent. Where it is not
// known whether they are, a look tells.
func (d *decision) rerunFailed(eff Rerun, ev EffectFailed) {
	t, ok := d.current(eff.Task.Run(), fm.Completed)
	switch {
	case !ok:
	case ev.Kind == Transient:
		d.unrun(t.ID, rerunOf(t).commit)
		d.forget(t)
	default:
		d.reopenChecks(t, rerunOf(t).commit, eff.Checks)
	}
}

// unrun takes note of the commit whose checks are still to be run again.
func (d *decision) unrun(id fm.TaskID, commit string) {
	s := d.state
	s.Unrun = cloned(s.Unrun)
	s.Unrun[id] = commit
}
