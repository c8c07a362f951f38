package github

import (
	"context"
	"net/http"
	"slices"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// How long an answer of REST stands for a pull request that has not changed
// since. A change of the pull request itself, a push or a review, shows in the
// list; what its checks do, and a base that moves on, does not.
const (
	restless = time.Minute     // something runs, or was never read
	settled  = 5 * time.Minute // all checks are over
)

// sight is what was read of one pull request.
type sight struct {
	request fm.PullRequest
	updated time.Time // by GitHub's clock
	read    time.Time // by ours
}

// lookREST reads the list of the pull requests that changed last, in one
// request that is free while nothing changes, and of the open ones among them
// what the list does not hold: only where it may have changed.
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
			f.note(n, sight{request: seen[n], updated: list[i].GetUpdatedAt().Time, read: f.hub.now()})
		case found && f.stands(old) && (i < 0 || old.updated.Equal(list[i].GetUpdatedAt().Time) && old.request.SHA == list[i].GetHead().GetSHA()):
			seen[n] = old.request
		default:
			err = f.lookAlone(ctx, n, seen)
		}
		if err != nil {
			return err
		}
	}
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
		c, err := f.commitChecks(ctx, r.SHA)
		if err != nil {
			return err
		}
		r.Checks = c.sum()
		reviews, err := f.demands(ctx, number)
		if err != nil {
			return err
		}
		var ids []string
		for _, review := range reviews {
			ids = append(ids, review.GetNodeID())
		}
		r.Demand = demand(ids)
	}
	seen[number] = r
	f.note(number, sight{request: r, updated: p.GetUpdatedAt().Time, read: f.hub.now()})
	return nil
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

// forget has the next look read a pull request anew.
func (f *Forge) forget(number int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.known, number)
}

func (f *Forge) stands(s sight) bool {
	age := settled
	if s.request.Checks.State == fm.ChecksPending || s.request.Checks.State == fm.NoChecks {
		age = restless
	}
	return f.hub.now().Sub(s.read) < age
}

// demands lists the reviews that ask for changes: the last word of each person
// with write access, as far as REST tells who that is.
func (f *Forge) demands(ctx context.Context, number int) ([]*gh.PullRequestReview, error) {
	var last []*gh.PullRequestReview // of each person, in the order of their first
	opts := gh.ListOptions{Page: 1, PerPage: 100}
	for opts.Page != 0 {
		reviews, resp, err := f.hub.client.PullRequests.ListReviews(ctx, f.hub.repo.Owner, f.hub.repo.Name, number, &opts)
		if err != nil {
			return nil, err
		}
		for _, review := range reviews {
			if !writer(review.GetAuthorAssociation()) || !opinionated(review.GetState()) {
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
