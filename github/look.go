package github

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// pullsPerQuery keeps one query far from GitHub's limit of 500,000 nodes, and
// its answer from the 10 s after which GitHub gives up.
const pullsPerQuery = 50

// pullFragment is what is asked of each pull request. A query costs the number
// of its connections, divided by 100 and rounded: here two for each pull
// request, so 50 of them cost 1 point of 5,000 an hour. One more connection,
// for the labels or the commits, would make it 2. The scalars are free.
// https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
const pullFragment = `
fragment pull on PullRequest {
  title url state isDraft headRefOid headRefName baseRefName mergeable mergeStateStatus isInMergeQueue
  autoMergeRequest { enabledAt }
  latestOpinionatedReviews(writersOnly: true, first: 10) { nodes { id state } }
  statusCheckRollup {
    contexts(first: 100) {
      pageInfo { hasNextPage }
      nodes {
        __typename
        ... on CheckRun { databaseId url name status conclusion startedAt checkSuite { app { slug } workflowRun { event workflow { name } } } }
        ... on StatusContext { context state createdAt }
      }
    }
  }
}`

// lookQuery asks for pull requests under aliases, p12 for number 12.
func lookQuery(numbers []int) string {
	var b strings.Builder
	b.WriteString("query Look($owner: String!, $name: String!) {\n  rateLimit { cost remaining }\n  repository(owner: $owner, name: $name) {\n")
	for _, n := range numbers {
		fmt.Fprintf(&b, "    %s: pullRequest(number: %d) { ...pull }\n", alias(n), n)
	}
	return b.String() + "  }\n}" + pullFragment
}

func alias(number int) string { return "p" + strconv.Itoa(number) }

// Look reads the present state of pull requests, in the order of the numbers:
// with one GraphQL query for each 50 of them, or with REST where GraphQL is
// refused. One that is gone is closed. What a token may not read of the checks
// is [fm.ChecksUnreadable]. An error means that nothing is known.
func (f *Forge) Look(ctx context.Context, numbers []string) ([]fm.PullRequest, error) {
	var wanted []int
	for _, text := range numbers {
		if n, ok := pullNumber(text); ok && !slices.Contains(wanted, n) {
			wanted = append(wanted, n)
		}
	}
	seen := map[int]fm.PullRequest{}
	var err error
	for chunk := range slices.Chunk(wanted, pullsPerQuery) {
		if err = f.lookAll(ctx, chunk, seen); err != nil {
			break
		}
	}
	if errors.Is(err, errNoGraphQL) {
		err = f.lookREST(ctx, wanted, seen)
	}
	if err != nil {
		return nil, fmt.Errorf("look at pull requests: %w", f.hub.explain(err))
	}
	requests := make([]fm.PullRequest, 0, len(numbers))
	for _, text := range numbers {
		n, _ := pullNumber(text)
		r, found := seen[n]
		if !found {
			r = fm.PullRequest{State: fm.PullClosed}
		}
		r.Number = text
		requests = append(requests, r)
	}
	return requests, nil
}

// errNoGraphQL leads to REST.
var errNoGraphQL = errors.New("GraphQL is refused")

// pullNode is a pull request in GraphQL. Everything may be null in an answer
// that holds problems.
type pullNode struct {
	Title, URL, State           string
	IsDraft                     bool
	HeadRefOid                  string
	HeadRefName, BaseRefName    string
	Mergeable, MergeStateStatus string
	IsInMergeQueue              bool
	AutoMergeRequest            *struct{ EnabledAt string }
	LatestOpinionatedReviews    struct{ Nodes []*struct{ ID, State string } }
	StatusCheckRollup           struct {
		Contexts struct {
			PageInfo struct{ HasNextPage bool }
			Nodes    []*contextNode
		}
	}
}

// contextNode is a check run or a status in GraphQL.
type contextNode struct {
	Typename   string `json:"__typename"`
	DatabaseID int64  // null for ids that do not fit into 32 bits, where GitHub keeps to its schema
	URL        string
	Name       string
	Status     string
	Conclusion string
	StartedAt  time.Time
	CheckSuite struct {
		App         struct{ Slug string }
		WorkflowRun struct {
			Event    string
			Workflow struct{ Name string }
		}
	}
	Context   string
	State     string
	CreatedAt time.Time
}

// lookAll puts up to 50 pull requests into seen, without those that are gone.
func (f *Forge) lookAll(ctx context.Context, numbers []int, seen map[int]fm.PullRequest) error {
	var answer struct{ Repository map[string]*pullNode }
	found, refused, err := f.query(ctx, lookQuery(numbers), map[string]any{"owner": f.hub.repo.Owner, "name": f.hub.repo.Name}, &answer)
	switch {
	case err != nil:
		return err
	case refused:
		return errNoGraphQL
	case answer.Repository == nil:
		return found.unanswered()
	}
	for _, n := range numbers {
		p := answer.Repository[alias(n)]
		if p == nil && !found.gone("repository", alias(n)) {
			// A fault of GitHub's with this one: it must not blind fm to the others.
			err = f.lookAlone(ctx, n, seen)
		}
		if p != nil {
			seen[n], err = f.seen(ctx, n, p, found)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *Forge) seen(ctx context.Context, number int, p *pullNode, found problems) (fm.PullRequest, error) {
	r := fm.PullRequest{
		URL:   fm.Line(p.URL, 0),
		Title: fm.Line(p.Title, 0),
		Head:  p.HeadRefName,
		Base:  p.BaseRefName,
		State: fm.PullOpen,
		SHA:   p.HeadRefOid,
		Draft: p.IsDraft,
	}
	switch p.State {
	case "MERGED":
		r.State = fm.PullMerged
		return r, nil
	case "CLOSED":
		r.State = fm.PullClosed
		return r, nil
	}
	r.Armed = p.AutoMergeRequest != nil || p.IsInMergeQueue
	r.Conflict = p.Mergeable == "CONFLICTING" || p.MergeStateStatus == "DIRTY" || r.Armed && p.MergeStateStatus == "BEHIND"
	var ids []string
	for _, review := range p.LatestOpinionatedReviews.Nodes {
		if review != nil && review.State == "CHANGES_REQUESTED" {
			ids = append(ids, review.ID)
		}
	}
	r.Demand = demand(ids)
	checks, err := f.seenChecks(ctx, number, p, found)
	r.Checks = checks
	return r, err
}

// demand names a set of reviews.
func demand(ids []string) string {
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

func (f *Forge) seenChecks(ctx context.Context, number int, p *pullNode, found problems) (fm.Checks, error) {
	if trouble, ok := found.below("repository", alias(number), "statusCheckRollup"); ok {
		if trouble.refused() {
			return f.recheck(ctx, p.HeadRefOid, strings.ToLower(p.MergeStateStatus), unchanged)
		}
		return fm.Checks{State: fm.ChecksPending}, nil // GitHub stumbled: nothing is known to be over
	}
	contexts := p.StatusCheckRollup.Contexts
	if contexts.PageInfo.HasNextPage {
		c, err := f.commitChecks(ctx, p.HeadRefOid)
		return f.awaited(p.HeadRefOid, c.sum()), err
	}
	var c checks
	for _, node := range contexts.Nodes {
		if node == nil {
			c.unreadable = true
			continue
		}
		c.all = append(c.all, ofNode(node))
	}
	return f.awaited(p.HeadRefOid, c.sum()), nil
}

func ofNode(n *contextNode) check {
	if n.Typename == "StatusContext" {
		name := fm.Line(n.Context, 200)
		return check{id: statusID(name, n.CreatedAt), key: "status " + name, name: name, verdict: judge(n.State), began: n.CreatedAt}
	}
	id := strconv.FormatInt(n.DatabaseID, 10)
	if n.DatabaseID == 0 {
		id = n.URL[strings.LastIndexByte(n.URL, '/')+1:] // …/runs/ID and …/job/ID
	}
	suite := n.CheckSuite
	return check{
		id: id, name: fm.Line(n.Name, 200),
		key:     strings.Join([]string{suite.App.Slug, suite.WorkflowRun.Workflow.Name, suite.WorkflowRun.Event, n.Name}, "\x00"),
		verdict: conclude(n.Status, n.Conclusion), began: n.StartedAt,
	}
}
