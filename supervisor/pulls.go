package supervisor

import (
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// PullView is what the last look said of a pull request. It is of one run, and
// forgotten as soon as fm has done something to the pull request: nothing is
// decided on an old look.
type PullView struct {
	Run            fm.Run
	fm.PullRequest // its State is "" when the forge does not know it
}

// Denial is the forge's answer to a merge of a commit that it did not make.
type Denial struct {
	SHA    string
	Checks fm.CheckState // of the commit, when the merge was ordered
	Kind   FailureKind
	Why    string
}

// completed carries on a task whose pull request is open, by what the last look
// said of it. What is first here is decided first:
//
//	cannot be read               a person is told, in the status; it waits
//	merged                       the task is merged, whoever did it
//	closed                       a person is asked
//	a conflict with its base     fm rebases it; where that conflicts, an agent
//	a reviewer asks for changes  an agent, once for each demand
//	failed checks                each is run again, once for each commit; then an
//	                             agent, once for each commit; then a person
//	none of these                it is merged, where fm is the one who merges
//
// Checks that are not over, or that cannot be read, say nothing.
func (d *decision) completed(t fm.Task) {
	s := d.state
	p, known := s.view(t)
	if _, busy := s.Busy[taskKey(t.ID)]; busy || !known {
		return
	}
	denied := s.denial(t, p)
	switch {
	case p.Unread != "":
	case p.State == fm.PullMerged:
		d.record(queue.Merge(t, s.At))
	case p.State == fm.PullClosed:
		d.record(queue.Block(t, "pull request "+t.Pull+" was closed without merging", s.At))
	case p.Conflict, denied.Kind == Conflicted:
		d.conflicts(t, p, denied)
	case p.Demand != "" && !has(t, demandKey, digestOfText(p.Demand)):
		d.demanded(t, p)
	case p.Checks.State == fm.ChecksFailed && p.SHA != "":
		d.checksFail(t, p)
	case denied.Kind != "" && p.Checks.State != fm.ChecksPending:
		d.record(queue.Block(t, denied.Why, s.At))
	case denied.Kind == "" && d.mayMerge(p):
		d.act(Merge{Task: t, SHA: p.SHA}, "nothing speaks against its pull request", "pull request "+t.Pull+" at "+short(p.SHA))
	}
}

// mayMerge says whether a pull request is fm's to merge now. While a reviewer's
// demand stands it is not, though an agent may have met it: that one decides.
func (d *decision) mayMerge(p PullView) bool {
	return d.state.Rules.Merge == AutoMerge && !p.Armed && !p.Draft && p.Demand == ""
}

// conflicts brings a branch up to its base, once no process works in its folder.
func (d *decision) conflicts(t fm.Task, p PullView, denied Denial) {
	if d.state.Sighted == Unseen || d.index.live[t.ID] {
		return
	}
	why := "the forge says that it conflicts"
	if denied.Why != "" {
		why = denied.Why
	}
	d.act(Rebase{Task: t}, "it conflicts with its base", fm.Line(why, 200)+", at "+short(p.SHA))
}

const resolve = "merge the base into the branch and resolve: "

// rebased looks again at a pull request whose branch was moved. One that could
// not be moved any further is an agent's.
func (d *decision) rebased(ev Rebased) {
	t, ok := d.current(ev.Run, fm.Completed)
	if !ok {
		return
	}
	if p, known := d.state.view(t); known && p.SHA == ev.SHA {
		d.giveBack(t, resolve+"the branch has all of its base, and the forge sees a conflict")
		return
	}
	d.forget(t)
}

// rebaseFailed gives a conflict to an agent. Whatever else keeps a branch from
// being moved is no work for one: a person is asked.
func (d *decision) rebaseFailed(old fm.Task, ev EffectFailed) {
	t, ok := d.current(old.Run(), fm.Completed)
	switch {
	case !ok:
	case ev.Kind == Conflicted:
		d.giveBack(t, resolve+ev.Err)
	default:
		d.record(queue.Block(t, ev.Err, d.state.At))
	}
}

// giveBack gives a pull request back to an agent, as a new attempt.
func (d *decision) giveBack(t fm.Task, why string) {
	d.record(queue.Reopen(t, why, d.state.Rules.Attempts, d.state.At))
}

// demanded gives a reviewer's demand to an agent. However many there are, they
// never end the task: a person is there who follows it.
func (d *decision) demanded(t fm.Task, p PullView) {
	t = with(t, demandKey, digestOfText(p.Demand))
	why := "changes are asked for in the review of pull request " + t.Pull
	d.record(queue.Reopen(t, why, max(d.state.Rules.Attempts, t.Failures+2), d.state.At))
}

// pullMerged ends a task whose pull request is merged. One that the forge will
// merge by itself is watched.
func (d *decision) pullMerged(ev PullMerged) {
	d.state.used()
	s := d.state
	t, ok := d.current(ev.Run, fm.Completed)
	if !ok {
		return
	}
	switch {
	case ev.Pull.State == fm.PullMerged:
		d.record(queue.Merge(t, s.At))
		return
	case !ev.Pull.Armed: // only a look tells what it is then
		d.forget(t)
		return
	}
	d.noticed(ev.Run, "the forge merges it as soon as it may", "", "wait for it")
	if p, known := s.view(t); known {
		p.Armed = true
		s.Pulls = cloned(s.Pulls)
		s.Pulls[t.Pull] = p
	}
}

// mergeFailed keeps the forge's answer in mind. A conflict is seen to at once;
// with anything else that was refused a look tells whether it is about the
// commit that stands there by now.
func (d *decision) mergeFailed(eff Merge, ev EffectFailed) {
	s := d.state
	t, ok := d.current(eff.Task.Run(), fm.Completed)
	if !ok {
		return
	}
	p, _ := s.view(t)
	s.Denied = cloned(s.Denied)
	s.Denied[t.ID] = Denial{SHA: eff.SHA, Checks: p.Checks.State, Kind: ev.Kind, Why: ev.Err}
	if ev.Kind != Conflicted {
		d.noticed(t.Run(), "the forge does not merge it", fm.Line(ev.Err, 200), "look at it again")
		d.forget(t)
	}
}

// denial is the forge's answer to a merge of the commit that stands there. What
// it refused while checks ran it may not refuse when they are over.
func (s State) denial(t fm.Task, p PullView) Denial {
	no := s.Denied[t.ID]
	if no.SHA != p.SHA || no.Kind != Conflicted && no.Checks != p.Checks.State {
		return Denial{}
	}
	return no
}

// view gives what is known of a task's pull request.
func (s State) view(t fm.Task) (PullView, bool) {
	p, ok := s.Pulls[t.Pull]
	return p, ok && t.Pull != "" && p.Run == t.Run()
}

// forget drops what is known of a task's pull request.
func (d *decision) forget(t fm.Task) {
	d.state.Pulls = cloned(d.state.Pulls)
	delete(d.state.Pulls, t.Pull)
}

// outdate takes the task of an effect out of the look that is under way: what it
// sees may be older than what the effect does.
func (d *decision) outdate(eff Effect) {
	s := d.state
	look, ok := s.Busy[Look{}.key()].(Look)
	if run := identity(eff).run; ok && eff.key() == taskKey(run.Task) {
		of := func(o Offer) bool { return o.Run == run }
		s.Busy[look.key()] = Look{Offers: slices.DeleteFunc(slices.Clone(look.Offers), of)}
	}
}

// settled drops what was remembered of pull requests whose tasks are no longer
// completed.
func (s *State) settled() {
	over := func(id fm.TaskID) bool { t, ok := s.Queue.Task(id); return !ok || t.Status != fm.Completed }
	for id := range s.Denied {
		if over(id) {
			s.Denied = cloned(s.Denied)
			delete(s.Denied, id)
		}
	}
	for id := range s.Unrun {
		if over(id) {
			s.Unrun = cloned(s.Unrun)
			delete(s.Unrun, id)
		}
	}
}

// mergedByHand ends tasks that wait, for a worker or for a person, and whose
// pull request a person has merged.
func (d *decision) mergedByHand() {
	for t := range d.state.watched {
		if p, known := d.state.view(t); known && t.Status != fm.Completed && p.State == fm.PullMerged && !d.touched[t.ID] {
			d.record(queue.Merge(t, d.state.At))
		}
	}
}

// The pause between two looks at pull requests, while something changes there
// and while nothing does.
const (
	pullsEvery   = 30 * time.Second
	pullsAtLeast = 2 * time.Minute
)

// pulls looks at the open pull requests now and then: people merge and close,
// review, and checks come to an end. At one of which nothing is known it looks
// at once.
func (d *decision) pulls() {
	s := d.state
	var offers []Offer
	news := false
	for t := range s.watched {
		if _, busy := s.Busy[taskKey(t.ID)]; busy || d.touched[t.ID] {
			continue
		}
		_, known := s.view(t)
		news = news || !known && t.Status == fm.Completed
		offers = append(offers, Offer{Run: t.Run(), Pull: t.Pull})
	}
	if len(offers) > 0 && (news || s.At.Sub(s.LookedAt) >= max(s.LookPause, pullsEvery)) {
		d.order(Look{Offers: offers})
	}
}

// pullsSeen takes a look in, as far as it still counts. What is to be done about
// it is decided in any step, see completed.
func (d *decision) pullsSeen(valid []Offer, ev PullsSeen) {
	s := d.state
	found := map[string]fm.PullRequest{}
	for _, p := range ev.Pulls {
		found[p.Number] = p
	}
	views := map[string]PullView{}
	pause := min(2*max(s.LookPause, pullsEvery), pullsAtLeast)
	for t := range s.watched {
		old, known := s.view(t)
		if known {
			views[t.Pull] = old
		}
		o := Offer{Run: t.Run(), Pull: t.Pull}
		if !slices.Contains(valid, o) || !slices.Contains(ev.Offers, o) {
			continue
		}
		now := PullView{Run: o.Run, PullRequest: found[t.Pull]}
		if !known || !samePull(old.PullRequest, now.PullRequest) {
			pause = pullsEvery
		}
		views[t.Pull] = now
	}
	s.Pulls, s.LookedAt, s.LookPause = views, s.At, pause
}

// samePull says whether two looks at a pull request saw the same.
func samePull(a, b fm.PullRequest) bool {
	checks := a.Checks.State == b.Checks.State && slices.Equal(a.Checks.Failed, b.Checks.Failed)
	return checks && a.State == b.State && a.SHA == b.SHA && a.Draft == b.Draft && a.Armed == b.Armed && a.Conflict == b.Conflict && a.Demand == b.Demand && a.Unread == b.Unread
}
