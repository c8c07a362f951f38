package github

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/transport"
)

// Forge keeps pull requests in the repository. Methods may be called
// concurrently, and repeated after any error.
type Forge struct {
	hub *GitHub

	mu        sync.Mutex
	mute      time.Time           // GraphQL is refused; it is asked again after this
	sightless time.Time           // the token may not read check runs; it is tried again after this
	known     map[int]sight       // what REST said of pull requests
	commits   map[string]*commit  // and of the checks of their heads
	reported  bool                // the last checks seen were statuses, and no runs
	unwelcome map[string]struct{} // reviewers who cannot be asked
}

// Forge returns the repository's pull requests.
func (g *GitHub) Forge() *Forge {
	return &Forge{hub: g, known: map[int]sight{}, commits: map[string]*commit{}, unwelcome: map[string]struct{}{}}
}

// Find looks for the pull request of a branch, whatever its state: the open
// one, else the newest; [fm.ErrGone] when there is none. It does not say what
// the checks and the reviewers say: see [Forge.Look].
func (f *Forge) Find(ctx context.Context, head string) (fm.PullRequest, error) {
	all, err := f.ofBranch(ctx, head)
	if err != nil {
		return fm.PullRequest{}, fmt.Errorf("find pull request of %s: %w", head, f.hub.explain(err))
	}
	var found *gh.PullRequest
	for _, p := range all { // from the newest on
		if found == nil || p.GetState() == "open" && found.GetState() != "open" {
			found = p
		}
	}
	if found == nil {
		return fm.PullRequest{}, fmt.Errorf("pull request of %s: %w", head, fm.ErrGone)
	}
	return request(found), nil
}

// ofBranch lists the pull requests of a branch of this repository, from the
// newest on. GitHub takes no notice of a head that it cannot read, and lists
// everything: so each one is looked at.
func (f *Forge) ofBranch(ctx context.Context, head string) ([]*gh.PullRequest, error) {
	all, _, err := f.hub.client.PullRequests.List(ctx, f.hub.repo.Owner, f.hub.repo.Name, &gh.PullRequestListOptions{
		Head: f.hub.repo.Owner + ":" + head, State: "all", Sort: "created", Direction: "desc",
		ListOptions: gh.ListOptions{PerPage: 30},
	})
	var ours []*gh.PullRequest
	for _, p := range all {
		if p.GetHead().GetRef() == head && ownBranch(p) {
			ours = append(ours, p)
		}
	}
	return ours, err
}

// ownBranch says that a pull request is not from a fork, which may have a
// branch of the same name. The ids are compared, because names change.
func ownBranch(p *gh.PullRequest) bool {
	head, base := p.GetHead().GetRepo(), p.GetBase().GetRepo()
	return head != nil && base != nil && head.GetID() == base.GetID()
}

// pull reads one pull request.
func (f *Forge) pull(ctx context.Context, number int) (*gh.PullRequest, error) {
	p, _, err := f.hub.client.PullRequests.Get(ctx, f.hub.repo.Owner, f.hub.repo.Name, number)
	return p, err
}

// request puts what REST says into our words. What only some answers of REST
// hold is left empty by the others.
func request(p *gh.PullRequest) fm.PullRequest {
	r := fm.PullRequest{
		Number:   strconv.Itoa(p.GetNumber()),
		URL:      fm.Line(p.GetHTMLURL(), 0),
		Title:    fm.Line(p.GetTitle(), 0),
		Head:     p.GetHead().GetRef(),
		Base:     p.GetBase().GetRef(),
		State:    fm.PullOpen,
		SHA:      p.GetHead().GetSHA(),
		Draft:    p.GetDraft(),
		Armed:    p.AutoMerge != nil,
		Conflict: conflicting(p),
	}
	switch {
	case p.GetMerged() || p.MergedAt != nil:
		r.State = fm.PullMerged
	case p.GetState() == "closed":
		r.State = fm.PullClosed
	}
	if r.State != fm.PullOpen {
		r.Armed, r.Conflict = false, false
	}
	return r
}

// conflicting says that the base must be merged in first: the same lines were
// changed, or auto-merge waits for what it does not do itself.
func conflicting(p *gh.PullRequest) bool {
	state := p.GetMergeableState()
	return state == "dirty" || p.Mergeable != nil && !p.GetMergeable() || p.AutoMerge != nil && state == "behind"
}

// pullNumber reads the number of a pull request. Others, and numbers that
// GitHub cannot have given, are of no pull request here.
func pullNumber(text string) (int, bool) {
	n, err := strconv.ParseInt(text, 10, 32) // GraphQL's Int
	return int(n), err == nil && n > 0
}

// query sends a GraphQL query, which may be repeated at will. The second
// result says that GraphQL is refused as a whole, by the token's rights or by
// the server's age: REST may still answer, and is asked for the next hour.
func (f *Forge) query(ctx context.Context, text string, vars map[string]any, out any) (problems, bool, error) {
	f.mu.Lock()
	mute := f.hub.now().Before(f.mute)
	f.mu.Unlock()
	if mute {
		return nil, true, nil
	}
	found, err := f.hub.graphql(transport.Query(ctx), text, vars, out)
	code := status(err)
	if code != http.StatusForbidden && code != http.StatusNotFound && !problems(found).closed() {
		return found, false, err
	}
	f.mu.Lock()
	f.mute = f.hub.now().Add(time.Hour)
	f.mu.Unlock()
	return nil, true, nil
}
