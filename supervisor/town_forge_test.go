package supervisor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

type tracker struct{ *town }

// Issue answers with the last known copy of an issue where it cannot be read, as
// the adapter of GitHub does: one is kept of all that were read or made.
func (c tracker) Issue(ctx context.Context, id fm.IssueID) (fm.Issue, error) {
	leave, err := c.enter(ctx, "issue", fm.TaskID(id))
	if err != nil && c.copies {
		leave, err = c.enter(ctx, "last known issue", fm.TaskID(id))
	}
	if err != nil {
		return fm.Issue{}, err
	}
	defer leave()
	return fm.Issue{ID: id, Title: cmp.Or(c.titles, "Issue "+string(id))}, nil
}

func (c tracker) Children(ctx context.Context, parent fm.IssueID) ([]fm.Issue, error) {
	leave, err := c.enter(ctx, "children", fm.TaskID(parent))
	if err != nil {
		return nil, err
	}
	defer leave()
	return slices.Clone(c.open), nil
}

func (c tracker) Create(context.Context, fm.IssueID, string, fm.Subissue, []fm.IssueID) (fm.Issue, error) {
	return fm.Issue{}, fm.ErrRefused
}

func (c tracker) Begin(ctx context.Context, id fm.IssueID) error {
	leave, err := c.enter(ctx, "begin issue", fm.TaskID(id))
	if err == nil {
		leave()
	}
	return err
}

func (c tracker) Link(ctx context.Context, id fm.IssueID, _ fm.PullRequest) error {
	leave, err := c.enter(ctx, "link issue", fm.TaskID(id))
	if err == nil {
		leave()
	}
	return err
}

func (c tracker) Close(ctx context.Context, id fm.IssueID, _ string) error {
	leave, err := c.enter(ctx, "close issue", fm.TaskID(id))
	if err != nil {
		return err
	}
	defer leave()
	if !slices.Contains(c.closed, id) {
		c.closed = append(c.closed, id)
	}
	return nil
}

type forge struct{ *town }

func (c forge) Find(ctx context.Context, head string) (fm.PullRequest, error) {
	of, _ := fm.TaskOf(head)
	leave, err := c.enter(ctx, "find", of.ID)
	if err != nil {
		return fm.PullRequest{}, err
	}
	defer leave()
	for _, p := range c.pulls {
		if p.Head == head {
			return p, nil
		}
	}
	return fm.PullRequest{}, fm.ErrGone
}

func (c forge) Open(ctx context.Context, p fm.Proposal) (fm.PullRequest, error) {
	unfit := c.trouble(ctx, call{op: "fit"})
	leave, err := c.enter(ctx, "open", p.Task)
	if err != nil {
		return fm.PullRequest{}, err
	}
	defer leave()
	c.proposed = p
	for i, other := range c.pulls {
		if other.Head != p.Head {
			continue
		}
		if other.State != fm.PullOpen {
			c.tb.Errorf("a second pull request for %s, whose first is %s", p.Head, other.State)
		}
		c.pulls[i].Draft = p.Draft
		return c.pulls[i], c.fit(other.Number, unfit)
	}
	pull := fm.PullRequest{Number: strconv.Itoa(len(c.pulls) + 1), Head: p.Head, State: fm.PullOpen, SHA: c.sha(p.Task), Draft: p.Draft}
	c.pulls = append(c.pulls, pull)
	return pull, c.fit(pull.Number, unfit)
}

// fit gives a pull request its labels and its reviewers, which is where an Open
// may break off.
func (c forge) fit(number string, unfit error) error {
	c.fitted[number] = c.fitted[number] || unfit == nil
	return unfit
}

func (c forge) Merge(ctx context.Context, number, sha string) (fm.PullRequest, error) {
	id, _, _ := strings.Cut(strings.TrimPrefix(sha, "sha-"), "-")
	leave, err := c.enter(ctx, "merge", fm.TaskID(id))
	if err != nil {
		return fm.PullRequest{}, err
	}
	defer leave()
	p := c.pull(number)
	switch {
	case p == nil:
		return fm.PullRequest{}, fm.ErrGone
	case p.State == fm.PullMerged:
		return *p, nil
	case p.SHA != sha || p.State != fm.PullOpen:
		return fm.PullRequest{}, fm.ErrRefused
	case (p.Draft || p.Armed) && c.looked.Equal(time.Now()): // made so in this very moment: nobody has seen it yet
		return *p, fm.ErrRefused
	case p.Draft || p.Armed:
		c.tb.Errorf("a merge of %+v", *p)
	case p.Conflict:
		return *p, fm.ErrConflict
	case p.Checks.State == fm.ChecksPending:
		p.Armed = true
		return *p, nil
	}
	p.State = fm.PullMerged
	return *p, nil
}

func (c forge) Look(ctx context.Context, numbers []string) ([]fm.PullRequest, error) {
	leave, err := c.enter(ctx, "look")
	if err != nil {
		return nil, err
	}
	defer leave()
	c.looked = time.Now()
	if c.weather != nil {
		for i := range c.pulls {
			c.weather(&c.pulls[i])
		}
	}
	return slices.DeleteFunc(slices.Clone(c.pulls), func(p fm.PullRequest) bool { return !slices.Contains(numbers, p.Number) }), nil
}

func (c forge) Rerun(ctx context.Context, number string, checks []fm.Check) error {
	leave, err := c.enter(ctx, "rerun")
	if err != nil {
		return err
	}
	defer leave()
	p := c.pull(number)
	if p == nil || p.State != fm.PullOpen || p.Checks.State != fm.ChecksFailed {
		return fm.ErrRefused
	}
	for _, check := range checks {
		c.once("check %s of %s was run again", check.Name, p.SHA)
	}
	p.Checks = fm.Checks{State: fm.ChecksPending}
	return nil
}

func (c forge) Feedback(ctx context.Context, number string) (string, error) {
	leave, err := c.enter(ctx, "feedback")
	if err != nil {
		return "", err
	}
	defer leave()
	p := c.pull(number)
	if p == nil {
		return "", fm.ErrGone
	}
	return fmt.Sprint(p.Demand, p.Checks.Failed), nil
}

// pull gives the pull request with the number.
func (c *town) pull(number string) *fm.PullRequest {
	if i := slices.IndexFunc(c.pulls, func(p fm.PullRequest) bool { return p.Number == number }); i >= 0 {
		return &c.pulls[i]
	}
	return nil
}

// once takes note of what must not happen twice.
func (c *town) once(what string, about ...any) {
	what = fmt.Sprintf(what, about...)
	if c.counts[what]++; c.counts[what] == 2 {
		c.tb.Errorf("%s twice", what)
	}
}

// sha names the head of a task's branch.
func (c *town) sha(id fm.TaskID) string {
	if n := c.commits[id]; n > 0 {
		return fmt.Sprintf("sha-%s-%d", id, n)
	}
	return "sha-" + string(id)
}

func headOf(p *fm.PullRequest) fm.TaskID {
	of, _ := fm.TaskOf(p.Head)
	return of.ID
}

// shows has the task's open pull request show a new head of its branch, which is
// not checked yet.
func (c *town) shows(id fm.TaskID) {
	for i := range c.pulls {
		if p := &c.pulls[i]; headOf(p) == id && p.State == fm.PullOpen && p.SHA != c.sha(id) {
			p.SHA, p.Conflict, p.Checks = c.sha(id), false, fm.Checks{}
		}
	}
}

// commit makes a commit on the task's branch.
func (c *town) commit(id fm.TaskID) {
	if c.commits == nil {
		c.commits = map[fm.TaskID]int{}
	}
	c.commits[id]++
}
