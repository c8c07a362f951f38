package github

import (
	"context"
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

// newborn is how long a commit may have no checks because GitHub has not made
// them yet: it does so some seconds after a push.
const newborn = 45 * time.Second

// commit is what is remembered of the head of a pull request.
type commit struct {
	first, last time.Time // this process saw it
	read        time.Time // its checks, with REST; zero for never
	sum         fm.Checks
	runs        checks
	statuses    checks
}

// Checks that are not over are read again after a minute, and the longer they
// take the later: who waits for an hour's tests minds five minutes less. Those
// that are over stay as they are, unless their pull request has changed; but
// failed ones somebody may have run again by hand.
const (
	restless   = time.Minute
	patient    = 5 * time.Minute
	everyFifth = 5 // of the time that it has taken so far
	secondTry  = 15 * time.Minute
)

// mostCommits are remembered; those that were looked at longest ago go.
const mostCommits = 1000

// meet gives what is remembered of a commit. The result is a copy.
func (f *Forge) meet(sha string) commit {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.hub.now()
	c := f.commits[sha]
	if c == nil {
		c = &commit{first: now}
		f.commits[sha] = c
	}
	c.last = now
	if len(f.commits) > mostCommits {
		oldest := sha
		for name, other := range f.commits {
			if other.last.Before(f.commits[oldest].last) {
				oldest = name
			}
		}
		delete(f.commits, oldest)
	}
	return *c
}

// young says that the checks of a commit may be yet to come.
func (f *Forge) young(sha string) bool {
	return f.hub.now().Sub(f.meet(sha).first) < f.hub.newborn
}

// awaited takes the checks of a commit that is young, and that has none, for
// pending.
func (f *Forge) awaited(sha string, sum fm.Checks) fm.Checks {
	if f.young(sha) && sum.State == fm.NoChecks {
		sum.State = fm.ChecksPending
	}
	return sum
}

// due says whether the checks are to be read again although their pull request
// has not changed.
func (c commit) due(now time.Time) bool {
	age := secondTry
	switch c.sum.State {
	case fm.ChecksPassed, fm.ChecksUnreadable:
		return c.read.IsZero() || c.sum.State == fm.ChecksUnreadable && now.Sub(c.read) >= age
	case fm.ChecksPending, fm.NoChecks:
		age = min(max(restless, now.Sub(c.first)/everyFifth), patient)
	case fm.ChecksFailed:
	}
	return c.read.IsZero() || now.Sub(c.read) >= age
}

// novelty says whether a pull request has changed since its checks were read.
type novelty int

const (
	unchanged novelty = iota
	changed
)

// recheck gives the checks of a commit, and reads what of them may be another
// than it was: only what is pending, as long as that is so. The state is what
// GitHub says about merging, in lower case: where that is clean, no status is
// pending or has failed, and so none is read.
func (f *Forge) recheck(ctx context.Context, sha, state string, n novelty) (fm.Checks, error) {
	c := f.meet(sha)
	if n == unchanged && !c.due(f.hub.now()) {
		return f.awaited(sha, c.sum), nil
	}
	if err := f.readParts(ctx, sha, state, &c); err != nil {
		return fm.Checks{}, err
	}
	both := checks{all: slices.Concat(c.runs.all, c.statuses.all), unreadable: c.runs.unreadable || c.statuses.unreadable}
	c.sum, c.read = both.sum(), f.hub.now()
	f.mu.Lock()
	f.commits[sha] = &c
	if len(both.all) > 0 {
		f.reported = len(c.runs.all) == 0
	}
	f.mu.Unlock()
	return f.awaited(sha, c.sum), nil
}

// readParts reads the check runs and the statuses of a commit: first those that
// pend, or that the repository is known to use, and the others only when the
// first are over.
func (f *Forge) readParts(ctx context.Context, sha, state string, c *commit) (err error) {
	clean := state == "clean" || state == "has_hooks"
	f.mu.Lock()
	statusesFirst := f.reported && c.read.IsZero() || c.statuses.pend() && !c.runs.pend()
	f.mu.Unlock()
	if statusesFirst {
		if c.statuses, err = f.statuses(ctx, sha); err != nil || c.statuses.pend() {
			return err
		}
	}
	if c.runs, err = f.runs(ctx, sha); err != nil || c.runs.pend() || statusesFirst || clean && !c.statuses.pend() {
		return err
	}
	c.statuses, err = f.statuses(ctx, sha)
	return err
}

// pend says that one is not over.
func (c checks) pend() bool {
	return slices.ContainsFunc(c.latest(), func(one check) bool { return one.verdict == pending })
}
