package github

import (
	"context"
	"net/http"
	"slices"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// mergeableAge is how long an answer about merging stands for a pull request
// that has not changed: its base moves on without it.
const mergeableAge = 5 * time.Minute

// sight is what was read of one pull request.
type sight struct {
	request fm.PullRequest
	state   string    // mergeable_state
	updated time.Time // by GitHub's clock
	whole   time.Time // when all of it was read, by ours
}

// lookREST reads the list of the pull requests that changed last, in one
// request that is free while nothing changes, and of the open ones among them
// what the list does not hold: only where it may have changed. A push and a
// review show in the list; what the checks do, and a base that moves on, does
// not.
//
// What it costs was counted for 50 open pull requests, looked at every half a
// minute for an hour (TestAnHourOfLooking): each answer counts once, all that
// repeat it are 304s and free.
//
//	checks                        requests  that count
//	half passed, half failed           996         177
//	pending                           1721         152
//	pending, as statuses              1722         153
//	none                              1721         152
//	pending, passed after 20 min      1371         252
//
// Each of the 50 costs itself, its check runs and its reviews, its statuses
// where GitHub does not call it clean, and each end of a check one more. Where
// all are blocked by a rule and have no check, the sum is 202.
func (f *Forge) lookREST(ctx context.Context, numbers []int, seen map[int]fm.PullRequest) error {
	list, _, err := f.hub.client.PullRequests.List(ctx, f.hub.repo.Owner, f.hub.repo.Name, &gh.PullRequestListOptions{
		State: "all", Sort: "updated", Direction: "desc", ListOptions: gh.ListOptions{PerPage: 100},
	})
	if err != nil {
		return err
	}
	for _, n := range numbers {
		i := slices.IndexFunc(list, func(p *gh.PullRequest) bool { return p.GetNumber() == n })
		switch old, found := f.last(n); {
		case i < 0 && found && old.request.State != fm.PullOpen:
			seen[n] = old.request // it would be on the list if it had been opened again
		case i >= 0 && request(list[i]).State != fm.PullOpen:
			seen[n] = request(list[i])
			f.note(n, sight{request: seen[n], updated: list[i].GetUpdatedAt().Time})
		case found && (i < 0 || old.updated.Equal(list[i].GetUpdatedAt().Time) && old.request.SHA == list[i].GetHead().GetSHA()):
			err = f.lookAgain(ctx, n, old, seen)
		default:
			err = f.lookAlone(ctx, n, seen)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lookAgain looks at a pull request that has not changed itself.
func (f *Forge) lookAgain(ctx context.Context, number int, old sight, seen map[int]fm.PullRequest) error {
	if f.hub.now().Sub(old.whole) >= mergeableAge {
		p, err := f.pull(ctx, number)
		if status(err) == http.StatusNotFound || status(err) == http.StatusGone {
			return nil
		}
		if err != nil {
			return err
		}
		if r := request(p); r.State != fm.PullOpen || r.SHA != old.request.SHA || !p.GetUpdatedAt().Time.Equal(old.updated) {
			return f.lookAlone(ctx, number, seen) // it changed after the list was made
		}
		demand := old.request.Demand
		old.request, old.state, old.whole = request(p), p.GetMergeableState(), f.hub.now()
		old.request.Demand = demand
	}
	var err error
	old.request.Checks, err = f.recheck(ctx, old.request.SHA, old.state, unchanged)
	if err != nil {
		return err
	}
	seen[number] = old.request
	f.note(number, old)
	return nil
}

// lookAlone reads one pull request with all that can be known of it, and puts
// it into seen unless it is gone.
func (f *Forge) lookAlone(ctx context.Context, number int, seen map[int]fm.PullRequest) error {
	p, err := f.pull(ctx, number)
	if status(err) == http.StatusNotFound || status(err) == http.StatusGone {
		return nil
	}
	if err != nil {
		return err
	}
	r := request(p)
	if r.State == fm.PullOpen {
		if r.Checks, err = f.recheck(ctx, r.SHA, p.GetMergeableState(), changed); err != nil {
			return err
		}
		if r.Demand, err = f.demand(ctx, number); err != nil {
			return err
		}
	}
	seen[number] = r
	f.note(number, sight{request: r, state: p.GetMergeableState(), updated: p.GetUpdatedAt().Time, whole: f.hub.now()})
	return nil
}

// demand names the reviews that ask for changes.
func (f *Forge) demand(ctx context.Context, number int) (string, error) {
	reviews, err := f.demands(ctx, number)
	if err != nil {
		return "", err
	}
	var ids []string
	for _, review := range reviews {
		ids = append(ids, review.GetNodeID())
	}
	return demand(ids), nil
}

func (f *Forge) last(number int) (sight, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, found := f.known[number]
	return s, found
}

func (f *Forge) note(number int, s sight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known[number] = s
}

// forget has the next look read a pull request and its checks anew.
func (f *Forge) forget(number int, sha string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.known, number)
	if c := f.commits[sha]; c != nil {
		f.commits[sha] = &commit{first: c.first, last: c.last}
	}
}

// demands lists the reviews that ask for changes: the last word of each person
// with write access.
func (f *Forge) demands(ctx context.Context, number int) ([]*gh.PullRequestReview, error) {
	var last []*gh.PullRequestReview // of each person, in the order of their first
	opts := gh.ListOptions{Page: 1, PerPage: 100}
	for opts.Page != 0 {
		reviews, resp, err := f.hub.client.PullRequests.ListReviews(ctx, f.hub.repo.Owner, f.hub.repo.Name, number, &opts)
		if err != nil {
			return nil, err
		}
		for _, review := range reviews {
			if !opinionated(review.GetState()) {
				continue
			}
			if may, err := f.hub.mayWrite(ctx, review.GetUser().GetLogin(), review.GetAuthorAssociation()); err != nil {
				return nil, err
			} else if !may {
				continue
			}
			i := slices.IndexFunc(last, func(r *gh.PullRequestReview) bool { return r.GetUser().GetLogin() == review.GetUser().GetLogin() })
			if i < 0 {
				last = append(last, review)
			} else {
				last[i] = review
			}
		}
		opts.Page = resp.NextPage
	}
	return slices.DeleteFunc(last, func(r *gh.PullRequestReview) bool { return r.GetState() != "CHANGES_REQUESTED" }), nil
}

// opinionated reviews decide; the others only comment.
func opinionated(state string) bool {
	return state == "APPROVED" || state == "CHANGES_REQUESTED" || state == "DISMISSED"
}
