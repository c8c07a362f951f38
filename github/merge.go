package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// Merge merges a pull request if its head is still sha, or arms GitHub's own
// auto-merge where something is still missing: then the result is Armed.
//
//	merged already            no error
//	closed, draft, head moved fm.ErrRefused
//	dirty, behind             fm.ErrConflict: the base must be merged in first
//	clean                     PUT merge, of sha only
//	blocked, unknown          enablePullRequestAutoMerge, of sha only
//	unstable                  as clean when all checks have passed, else as blocked
//	clean, but just pushed    as clean when it has checks, and all have passed
//
// After each answer that is lost, or that contradicts what was read, the pull
// request is read again. An error that is none of these is transient: checks
// are not over, or GitHub has not yet worked out whether it can be merged.
func (f *Forge) Merge(ctx context.Context, number, sha string) (fm.PullRequest, error) {
	n, ok := pullNumber(number)
	if !ok {
		return fm.PullRequest{}, fmt.Errorf("merge pull request %q: %w", number, fm.ErrGone)
	}
	m := merge{Forge: f, sha: sha}
	r, err := m.run(ctx, n)
	if err != nil {
		return r, fmt.Errorf("merge pull request %s: %w", number, f.hub.explain(err))
	}
	return r, nil
}

// rounds bounds how often one call reads the pull request again.
const rounds = 4

// Outcomes of a step that call for another look, and not for a person.
var (
	errReady   = errors.New("it can be merged at once")
	errWaiting = errors.New("its checks are not over")
	errUnknown = errors.New("GitHub has not worked out yet whether it can be merged")
)

// merge is one merge of one commit.
type merge struct {
	*Forge
	sha     string
	methods []string // that the repository allows, as far as known
}

func (m *merge) run(ctx context.Context, number int) (fm.PullRequest, error) {
	var failed error
	for round := range rounds {
		p, err := m.pull(ctx, number)
		if err != nil {
			return fm.PullRequest{Number: fmt.Sprint(number)}, err
		}
		r := request(p)
		if r.State == fm.PullMerged {
			return r, nil
		}
		if err := m.unfit(p); err != nil || r.Armed {
			return r, err
		}
		r.State, r.Armed, failed = fm.PullMerged, false, m.step(ctx, p, round)
		switch {
		case errors.Is(failed, errArmed):
			r.State, r.Armed = fm.PullOpen, true
			return r, nil
		case failed == nil:
			return r, nil
		case errors.Is(failed, errWaiting) || !again(failed):
			r.State = fm.PullOpen
			return r, failed
		}
	}
	if status(failed) == http.StatusMethodNotAllowed && !says(failed, "again") {
		failed = fmt.Errorf("GitHub refuses it (%s): %w", words(failed), fm.ErrRefused)
	}
	return fm.PullRequest{Number: fmt.Sprint(number), State: fm.PullOpen, SHA: m.sha}, failed
}

// errArmed is the good end of a step that did not merge.
var errArmed = errors.New("it merges by itself as soon as it may")

// again says that the pull request is to be read again: the write may have
// been done, or something changed under it.
func again(err error) bool {
	code := status(err)
	return errors.Is(err, errUnknown) || errors.Is(err, errReady) ||
		code == http.StatusMethodNotAllowed || code == http.StatusConflict ||
		uncertain(err) && !errors.Is(err, fm.ErrRefused) && !errors.Is(err, fm.ErrConflict)
}

// unfit says why a pull request is not to be merged by anybody's patience.
func (m *merge) unfit(p *gh.PullRequest) error {
	switch {
	case p.GetState() == "closed":
		return fmt.Errorf("it is closed: %w", fm.ErrRefused)
	case p.GetHead().GetSHA() != m.sha:
		return fmt.Errorf("the head moved from %.12s to %.12s: %w", m.sha, p.GetHead().GetSHA(), fm.ErrRefused)
	case p.GetDraft():
		return fmt.Errorf("it is a draft: mark it as ready for review first: %w", fm.ErrRefused)
	case conflicting(p):
		return fmt.Errorf("merge %s into %s first, which changed the same lines: %w", p.GetBase().GetRef(), p.GetHead().GetRef(), fm.ErrConflict)
	case p.GetMergeableState() == "behind":
		// Auto-merge would wait for somebody to do this.
		return fmt.Errorf("merge %s into %s first: the rules of the branch want it up to date: %w", p.GetBase().GetRef(), p.GetHead().GetRef(), fm.ErrConflict)
	}
	return nil
}

// step does what the state of the pull request allows: nil when that merged it.
func (m *merge) step(ctx context.Context, p *gh.PullRequest, round int) error {
	switch p.GetMergeableState() {
	case "clean", "has_hooks":
		if m.young(m.sha) { // perhaps only because its checks are yet to come
			return m.unstable(ctx, p)
		}
		return m.put(ctx, p)
	case "unstable":
		return m.unstable(ctx, p)
	case "unknown", "":
		if round < rounds-1 { // the question made GitHub begin to work it out
			if err := m.hub.sleep(ctx, time.Second<<round); err != nil {
				return err
			}
			return errUnknown
		}
	}
	err := m.arm(ctx, p)
	if errors.Is(err, errReady) {
		return m.put(ctx, p)
	}
	return err
}

// unstable is what GitHub calls a pull request that it would merge although
// checks are running or have failed: fm would not.
func (m *merge) unstable(ctx context.Context, p *gh.PullRequest) error {
	checks, err := m.commitChecks(ctx, m.sha)
	if err != nil {
		return err
	}
	switch sum := m.awaited(m.sha, checks.sum()); sum.State {
	case fm.ChecksPassed, fm.NoChecks:
		return m.put(ctx, p)
	case fm.ChecksFailed:
		return fmt.Errorf("the check %s has failed: %w", sum.Failed[0].Name, fm.ErrRefused)
	case fm.ChecksUnreadable:
		return fmt.Errorf("not all checks have passed, and the token may not read which: merge it by hand: %w", fm.ErrRefused)
	case fm.ChecksPending:
		if p.GetMergeableState() != "unstable" {
			return errWaiting
		}
	}
	if err := m.arm(ctx, p); !errors.Is(err, errReady) {
		return err
	}
	return errWaiting // there is nothing that auto-merge would wait for
}

// put merges now, by the first method that the repository takes.
func (m *merge) put(ctx context.Context, p *gh.PullRequest) error {
	if err := m.learn(ctx); err != nil {
		return err
	}
	var err error
	for _, method := range m.methods {
		_, _, err = m.hub.client.PullRequests.Merge(ctx, m.hub.repo.Owner, m.hub.repo.Name, p.GetNumber(), "", &gh.PullRequestOptions{
			SHA: m.sha, MergeMethod: method,
		})
		if status(err) != http.StatusMethodNotAllowed || !forbidsMethod(words(err)) {
			break
		}
	}
	if status(err) == http.StatusMethodNotAllowed && says(err, "merge queue") {
		return m.enqueue(ctx, p)
	}
	return err
}

// learn reads which methods of merging the repository allows: squash first,
// because one subissue is one change. Who may not read it tries all.
func (m *merge) learn(ctx context.Context) error {
	if len(m.methods) > 0 {
		return nil
	}
	repo, _, err := m.hub.client.Repositories.Get(ctx, m.hub.repo.Owner, m.hub.repo.Name)
	if err != nil {
		return err
	}
	var allowed, all []string
	for _, way := range []struct {
		name    string
		allowed *bool
	}{
		{"squash", repo.AllowSquashMerge},
		{"merge", repo.AllowMergeCommit},
		{"rebase", repo.AllowRebaseMerge},
	} {
		all = append(all, way.name)
		if way.allowed != nil && *way.allowed {
			allowed = append(allowed, way.name)
		}
	}
	if m.methods = allowed; len(allowed) == 0 {
		m.methods = all
	}
	return nil
}
