package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

const armMutation = `mutation($pull: ID!, $sha: GitObjectID!, $method: PullRequestMergeMethod!) {
  enablePullRequestAutoMerge(input: {pullRequestId: $pull, expectedHeadOid: $sha, mergeMethod: $method}) { pullRequest { number } }
}`

const enqueueMutation = `mutation($pull: ID!, $sha: GitObjectID!) {
  enqueuePullRequest(input: {pullRequestId: $pull, expectedHeadOid: $sha}) { mergeQueueEntry { id } }
}`

// arm switches on GitHub's own auto-merge: errArmed when it is on, errReady
// when GitHub has nothing to wait for.
func (m *merge) arm(ctx context.Context, p *gh.PullRequest) error {
	if err := m.learn(ctx); err != nil {
		return err
	}
	var found problems
	for _, method := range m.methods {
		all, err := m.hub.graphql(ctx, armMutation, map[string]any{
			"pull": p.GetNodeID(), "sha": m.sha, "method": strings.ToUpper(method),
		}, nil)
		if err != nil {
			return m.noGraphQL(err)
		}
		if found = all; len(found) == 0 || !forbidsMethod(found[0].Message) {
			break
		}
	}
	switch {
	case len(found) == 0:
		return errArmed
	case found.say("clean status"), found.say("protected branch rules not configured"):
		// Of a branch without rules GitHub says the latter, whatever the state.
		if p.GetMergeableState() == "unknown" || p.GetMergeableState() == "" {
			return errUnknown
		}
		return errReady
	case found.say("unstable status"):
		return errWaiting
	case found.say("auto merge is not allowed"):
		return fmt.Errorf("it has to wait for checks or reviews, and %s does not allow auto-merge: switch on \"Allow auto-merge\" in its settings, or set merge to manual: %w", m.hub.repo, fm.ErrRefused)
	}
	return found.err()
}

// noGraphQL says what to do where auto-merge cannot be reached at all.
func (m *merge) noGraphQL(err error) error {
	if code := status(err); code != http.StatusForbidden && code != http.StatusNotFound {
		return err
	}
	return fmt.Errorf("it has to wait for checks or reviews, and the token may not use GraphQL, which auto-merge needs: merge it by hand, or set merge to manual: %w", fm.ErrRefused)
}

// enqueue puts the pull request into the merge queue of its base.
func (m *merge) enqueue(ctx context.Context, p *gh.PullRequest) error {
	found, err := m.hub.graphql(ctx, enqueueMutation, map[string]any{"pull": p.GetNodeID(), "sha": m.sha}, nil)
	switch {
	case err != nil:
		return m.noGraphQL(err)
	case len(found) == 0, problems(found).say("already in the queue"), problems(found).say("already queued"):
		return errArmed
	}
	return problems(found).err()
}

// forbidsMethod reads GitHub's words for a method that the repository, or a
// rule of the branch, does not allow: "Squash merges are not allowed on this
// repository.", "Merge method merge commits are not allowed on this
// repository".
func forbidsMethod(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "not allowed on this") && strings.Contains(text, "merge")
}

// words are GitHub's own for an error.
func words(err error) string {
	if e, ok := errors.AsType[*gh.ErrorResponse](err); ok {
		return fm.Line(e.Message, 200)
	}
	return ""
}
