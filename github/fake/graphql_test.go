package fake_test

import (
	"fmt"
	"testing"

	"github.com/founder-mode/fm/github/fake"
)

func path(format string, args ...any) string { return fmt.Sprintf(format, args...) }

const lookAtAll = `query Look($owner: String!, $name: String!) {
  rateLimit { cost limit remaining used resetAt }
  viewer { login }
  repository(owner: $owner, name: $name) {
    id nameWithOwner isArchived isFork hasIssuesEnabled viewerPermission autoMergeAllowed squashMergeAllowed mergeCommitAllowed rebaseMergeAllowed deleteBranchOnMerge
    defaultBranchRef { name }
    issue(number: 1) { ...one parent { number } subIssues(first: 5) { totalCount nodes { ...one parent { number } } } }
    p2: pullRequest(number: 2) { ...pull }
    pullRequests(first: 50, states: [OPEN, MERGED], headRefName: "two", orderBy: {field: CREATED_AT, direction: DESC}) { totalCount pageInfo { hasNextPage endCursor } nodes { ...pull } }
  }
}
fragment one on Issue {
  id fullDatabaseId number title body state stateReason closed createdAt updatedAt closedAt url author { login } authorAssociation
  labels(first: 9) { nodes { id name } } comments(first: 9) { nodes { id body author { login } authorAssociation createdAt } }
}
fragment pull on PullRequest {
  __typename id fullDatabaseId number title body url state isDraft merged mergedAt closed closedAt createdAt updatedAt headRefName headRefOid baseRefName baseRefOid
  isCrossRepository isInMergeQueue mergeable mergeStateStatus reviewDecision author { login } mergeCommit { oid }
  autoMergeRequest { mergeMethod enabledAt enabledBy { login } }
  latestOpinionatedReviews(first: 20, writersOnly: true) { nodes { id fullDatabaseId state body submittedAt url author { login } commit { oid } comments(first: 5) { nodes { body path } } } }
  reviews(last: 5, states: [CHANGES_REQUESTED]) { nodes { state authorAssociation } }
  reviewThreads(first: 20) { nodes { id isResolved isOutdated path line comments(first: 1) { nodes { body path line diffHunk url author { login } pullRequestReview { state } } } } }
  commits(last: 1) { nodes { commit { oid statusCheckRollup { state contexts(first: 50) { totalCount nodes {
    __typename
    ... on CheckRun { databaseId name status conclusion startedAt completedAt url detailsUrl isRequired(pullRequestNumber: 2) checkSuite { app { slug } workflowRun { databaseId event url workflow { name } } } }
    ... on StatusContext { createdAt id context state isRequired(pullRequestNumber: 2) }
  } } } } } }
}`

func (c client) look() object {
	c.t.Helper()
	return c.graphQL(lookAtAll, object{"owner": "acme", "name": "widget"})
}

func (c client) walkGraphQL() {
	c = start(c.t, fake.Options{})
	c.AddIssue(fake.Issue{Number: 1, Title: "x", Comments: []fake.Comment{{Body: "y"}}})
	c.AddPull(fake.Pull{Number: 2, Head: "two", SHA: sha("2")})
	c.AddIssue(fake.Issue{Number: 3, Title: "sub", Parent: 1, Closed: true})
	c.SetCheck(sha("2"), "build", "failure")
	c.SetForeignCheck(sha("2"), "lint", "")
	c.SetStatus(sha("2"), "cla", "pending")
	c.Review(2, "bob", "CHANGES_REQUESTED", "no", fake.LineComment{Path: "a.go", Line: 3, Body: "why"})
	data := c.look()
	if got := at(data, "repository", "p2", "commits", "nodes", 0, "commit", "statusCheckRollup", "state"); got != "FAILURE" {
		c.t.Errorf("got checks %v", got)
	}
	if got := at(data, "repository", "issue", "subIssues", "nodes", 0, "parent", "number"); got != 1.0 {
		c.t.Errorf("got parent %v", got)
	}
	id := at(data, "repository", "p2", "id")
	c.graphQL(`query($ids: [ID!]!) { nodes(ids: $ids) { ... on PullRequest { number } } }`, object{"ids": []any{id, "nobody"}}, "NOT_FOUND")
	c.Configure(func(s *fake.Settings) { s.Required = []string{"build"} })
	c.arm(id)
	c.look()
	c.graphQL(`mutation($id: ID!) { disablePullRequestAutoMerge(input: {pullRequestId: $id}) { clientMutationId pullRequest { autoMergeRequest { mergeMethod } } } }`, object{"id": id})
	c.draft(id)
	c.ready(id)
	parent, child := at(data, "repository", "issue", "id"), at(data, "repository", "issue", "subIssues", "nodes", 0, "id")
	c.graphQL(`mutation($p: ID!, $c: ID!) { addSubIssue(input: {issueId: $p, subIssueId: $c}) { issue { number } subIssue { number } } }`, object{"p": parent, "c": child}, "duplicate sub-issues")
}

func (c client) arm(id any, errors ...string) {
	c.t.Helper()
	c.graphQL(`mutation($id: ID!) { enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: SQUASH}) { pullRequest { autoMergeRequest { mergeMethod } } } }`, object{"id": id}, errors...)
}

func (c client) draft(id any) {
	c.t.Helper()
	c.graphQL(`mutation($id: ID!) { convertPullRequestToDraft(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`, object{"id": id})
}

func (c client) ready(id any) {
	c.t.Helper()
	c.graphQL(`mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`, object{"id": id})
}

// nodeOf gives the id by which GraphQL knows a pull request.
func (c client) nodeOf(number int) any {
	c.t.Helper()
	return c.do("GET", path("pulls/%d", number), nil).want(200)["node_id"]
}

// What is there comes along with the errors about what is not. Caught: a null
// for the whole repository.
func TestGraphQLAnswersInPart(t *testing.T) {
	c := start(t, fake.Options{})
	c.AddPull(fake.Pull{Number: 2, Head: "two", SHA: sha("2")})
	c.SetCheck(sha("2"), "build", "success")
	query := `query { repository(owner: "acme", name: "widget") { p2: pullRequest(number: 2) { number statusCheckRollup { state } } p9: pullRequest(number: 9) { number } } }`
	data := c.graphQL(query, nil, `"NOT_FOUND"`, `["repository","p9"]`)
	if got := at(data, "repository", "p2", "statusCheckRollup", "state"); got != "SUCCESS" {
		t.Errorf("got %v", data)
	}
	c.Configure(func(s *fake.Settings) { s.ChecksHidden = true })
	data = c.graphQL(query, nil, `"FORBIDDEN"`, `["repository","p2","statusCheckRollup"]`)
	if at(data, "repository", "p2", "statusCheckRollup") != nil || at(data, "repository", "p2", "number") != 2.0 {
		t.Errorf("got %v", data)
	}
	c.DisableGraphQL()
	c.do("POST", "/graphql", object{"query": query}).want(403, "Resource not accessible")
}

// A query that GitHub would refuse does not go unseen. Caught: queries that are
// run without the schema.
func TestWrongQueriesAreViolations(t *testing.T) {
	for name, query := range map[string]string{
		"no such field":    `query { repository(owner: "acme", name: "widget") { nme } }`,
		"not modelled":     `query { repository(owner: "acme", name: "widget") { homepageUrl } }`,
		"missing argument": `query { repository(owner: "acme") { name } }`,
		"no GraphQL":       `query {`,
		"wrong variable":   `query($n: Int!) { repository(owner: "acme", name: "widget") { pullRequest(number: $n) { number } } }`,
	} {
		t.Run(name, func(t *testing.T) {
			c := startAnyhow(t, fake.Options{})
			c.do("POST", "/graphql", object{"query": query, "variables": object{"n": "one"}})
			if len(c.Violations()) == 0 {
				t.Error("got no violation")
			}
		})
	}
}
