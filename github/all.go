package github

import (
	"context"
	"fmt"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// All lists every pull request, whatever its state, whose branch begins with
// prefix and is in this repository, from the oldest on. It does not say what
// checks and reviewers say. It reads through all pull requests of the
// repository, 100 with a request: it is for the rebuilding of a queue.
func (f *Forge) All(ctx context.Context, prefix string) ([]fm.PullRequest, error) {
	var all []fm.PullRequest
	opts := gh.PullRequestListOptions{State: "all", Sort: "created", Direction: "asc", ListOptions: gh.ListOptions{Page: 1, PerPage: 100}}
	for opts.Page != 0 {
		pulls, resp, err := f.hub.client.PullRequests.List(ctx, f.hub.repo.Owner, f.hub.repo.Name, &opts)
		if err != nil {
			return nil, fmt.Errorf("list pull requests: %w", f.hub.explain(err))
		}
		for _, p := range pulls {
			if strings.HasPrefix(p.GetHead().GetRef(), prefix) && ownBranch(p) {
				all = append(all, request(p))
			}
		}
		opts.Page = resp.NextPage
	}
	return all, nil
}
