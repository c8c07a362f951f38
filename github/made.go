package github

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
)

// Made lists all issues that fm made here, whatever their state, in the order
// of their creation, with their parents and with what fm made them depend on.
// Of two with one key, which only a person can bring about, the older counts.
func (t *Tracker) Made(ctx context.Context) ([]fm.Issue, error) {
	g := t.hub
	list, err := all[*issue](ctx, g, g.path("issues?state=all&labels=%s&sort=created&direction=asc", made))
	if err != nil {
		return nil, fmt.Errorf("read the issues that fm made: %w", g.explain(err))
	}
	type name struct {
		parent int
		key    string
	}
	seen := map[name]bool{}
	var found []fm.Issue
	for _, i := range list {
		m, ok := i.marker()
		if !ok || i.IsPullRequest() || !m.of(g.repo, m.parent) || seen[name{m.parent, m.key}] {
			continue
		}
		seen[name{m.parent, m.key}] = true
		found = append(found, g.issue(i))
	}
	return found, nil
}
