package supervisor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// commits are the branches of the tasks.
type commits map[fm.TaskID]branch

type branch struct {
	count int  // commits that were ever made on it
	hard  bool // only an agent can bring it up to its base
}

// sha names the last commit of a task's branch.
func (c commits) sha(id fm.TaskID) string { return fmt.Sprintf("%s@%d", id, c[id].count) }

// add makes a commit on a task's branch.
func (c commits) add(id fm.TaskID) {
	b := c[id]
	b.count++
	c[id] = b
}

// pull gives the pull request with the number.
func (w *world) pull(number string) *fm.PullRequest {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(w.pulls) {
		return nil
	}
	return &w.pulls[n-1]
}

// shows has an open pull request show the head of its branch. A commit that was
// not there before is not checked yet, and conflicts with nothing.
func (w *world) shows(p *fm.PullRequest) {
	if sha := w.git.sha(fm.TaskID(p.Head)); p.SHA != sha {
		p.SHA, p.Conflict, p.Checks = sha, false, fm.Checks{}
	}
}

func (w *world) publish(eff Publish) Event {
	t := eff.Task
	if !w.promises[t.Run()] {
		w.broken("%s was published without a durable intent", t.Run())
	}
	if t.Terms.NoPull {
		w.broken("%s was published, and is not to be", t.Run())
	}
	published := func(p *fm.PullRequest) Event {
		w.shows(p)
		p.Draft = queue.Drafting(t)
		return Published{Run: t.Run(), Pull: *p}
	}
	for i, p := range w.pulls {
		if p.Head == string(t.ID) && (p.State == fm.PullOpen || p.State == fm.PullMerged && p.SHA == w.git.sha(t.ID)) {
			return published(&w.pulls[i])
		}
	}
	w.pulls = append(w.pulls, fm.PullRequest{Number: strconv.Itoa(len(w.pulls) + 1), Head: string(t.ID), State: fm.PullOpen})
	return published(&w.pulls[len(w.pulls)-1])
}

func (w *world) merge(eff Merge) Event {
	p := w.pull(eff.Task.Pull)
	fail := func(kind FailureKind, why string) Event { return EffectFailed{Effect: eff, Kind: kind, Err: why} }
	switch {
	case p == nil:
		return fail(NotFound, "no such pull request")
	case p.State == fm.PullMerged:
	case p.State == fm.PullClosed:
		return fail(Refused, "closed")
	case p.SHA != eff.SHA:
		return fail(Refused, "the head moved")
	case p.Draft:
		return fail(Refused, "a draft")
	case p.Conflict:
		return fail(Conflicted, "main.go")
	case p.Checks.State == fm.ChecksPending || p.Checks.State == fm.ChecksFailed:
		p.Armed = true
	default:
		p.State = fm.PullMerged
	}
	return PullMerged{Run: eff.Task.Run(), Pull: *p}
}

func (w *world) rebase(eff Rebase) Event {
	id := eff.Task.ID
	for _, p := range w.panes {
		if p.run.Task == id && w.alive(p.run) {
			w.broken("%s was rebased under the hands of %s", id, p.run)
		}
	}
	for r := range w.agents { // reap
		if r.Task == id {
			w.kill(r)
		}
	}
	p := w.pull(eff.Task.Pull)
	switch {
	case p == nil:
		return EffectFailed{Effect: eff, Kind: NotFound, Err: "no such branch"}
	case w.git[id].hard:
		return EffectFailed{Effect: eff, Kind: Conflicted, Err: "main.go"}
	case p.Conflict:
		w.git.add(id)
		w.shows(p)
	}
	return Rebased{Run: eff.Task.Run(), SHA: w.git.sha(id)}
}

// rerun has checks run again: each run of a check has an id of its own.
func (w *world) rerun(eff Rerun) Event {
	p := w.pull(eff.Task.Pull)
	if p == nil || p.State != fm.PullOpen || p.Checks.State != fm.ChecksFailed {
		return EffectFailed{Effect: eff, Kind: Refused, Err: "nothing to run again"}
	}
	for _, c := range eff.Checks {
		w.once("check %s of %s was run again", c.Name, p.SHA)
	}
	p.Checks = fm.Checks{State: fm.ChecksPending}
	return ChecksRerun{Run: eff.Task.Run()}
}

func (w *world) lookAtPulls(eff Look) Event {
	ev := PullsSeen{Offers: eff.Offers}
	for _, o := range eff.Offers {
		if p := w.pull(o.Pull); p != nil {
			ev.Pulls = append(ev.Pulls, *p)
		}
	}
	return ev
}

// once takes note of what must not happen twice.
func (w *world) once(what string, about ...any) {
	what = fmt.Sprintf(what, about...)
	if w.given[what]++; w.given[what] == 2 {
		w.broken("%s twice", what)
	}
}

// gave checks what is given back to an agent: each failed check once for each
// commit, a demand once, and nothing for nothing.
func (w *world) gave(was fm.Task, c queue.Change) {
	if c.Op != queue.OpReopen {
		return
	}
	what := 0
	for _, key := range []string{checksKey, demandKey} {
		for _, word := range newWords(was, c.Task, key) {
			what++
			w.once("%s %s of %s was given back", key, word, was.ID)
		}
	}
	if what == 0 && !strings.HasPrefix(c.Why, resolve) {
		w.broken("%s was given back, and not said what for: %s", was.Run(), c.Why)
	}
	if c.Task.Pull != was.Pull {
		w.broken("the pull request of %s is lost", was.ID)
	}
}

// newWords are those that a key of a line has and had not.
func newWords(was, now fm.Task, key string) []string {
	if mark(now, key) == mark(was, key) {
		return nil
	}
	return slices.DeleteFunc(strings.Split(mark(now, key), ","), func(word string) bool { return has(was, key, word) })
}

// event lets something happen to a pull request: by people, and by checks.
func (w *world) event(p *fm.PullRequest, what string, salt int) {
	id := fm.TaskID(p.Head)
	if p.State != fm.PullOpen {
		return
	}
	switch what {
	case "merge":
		p.State = fm.PullMerged
	case "close":
		p.State = fm.PullClosed
	case "draft":
		p.Draft = !p.Draft
	case "demand":
		p.Demand = fmt.Sprintf("%s review %d", p.Number, salt%5)
	case "approve":
		p.Demand = ""
	case "conflict":
		b := w.git[id]
		b.hard = salt%2 == 0
		w.git[id] = b
		p.Conflict = true
	case "push": // a person's commit
		w.git.add(id)
		w.shows(p)
	case "begin":
		p.Checks = fm.Checks{State: fm.ChecksPending}
	case "unreadable":
		p.Checks = fm.Checks{State: fm.ChecksUnreadable}
	case "fail":
		both := []fm.Check{{ID: fmt.Sprint(salt), Name: "lint"}, {ID: fmt.Sprint(salt + 1), Name: "test"}}
		p.Checks = fm.Checks{State: fm.ChecksFailed, Failed: [][]fm.Check{both, both[:1], both[1:]}[salt%3]}
	case "pass":
		p.Checks = fm.Checks{State: fm.ChecksPassed}
	}
	if p.Armed && !p.Draft && !p.Conflict && p.Demand == "" && p.Checks.State == fm.ChecksPassed {
		p.State = fm.PullMerged
	}
}

func pullEvents() []string {
	return []string{"merge", "close", "draft", "demand", "approve", "conflict", "push", "begin", "unreadable", "fail", "fail", "pass"}
}

// heal ends whatever keeps pull requests from being merged.
func (w *world) heal() {
	for i := range w.pulls {
		p := &w.pulls[i]
		if p.State == fm.PullOpen && !slices.ContainsFunc(w.tasks, func(t fm.Task) bool { return t.Pull == p.Number && t.Status == fm.Blocked }) {
			p.Draft, p.Conflict, p.Demand = false, false, ""
			w.event(p, "pass", 0)
		}
	}
}
