package github

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// Grant is what GitHub says of a token without being asked to write.
type Grant struct {
	Login   string    // whose; "" for the token of an app
	Told    bool      // GitHub tells the scopes: of a classic token, and of gh's
	Scopes  []string  // then
	Expires time.Time // zero for never, or not told
	Public  bool      // so is the repository
	// Lacking is what fm needs and the token certainly has not; Doubtful is what
	// only the first write will tell. Both are worded as GitHub does.
	Lacking, Doubtful []string
}

// Workflow says whether branches that change .github/workflows may be pushed;
// true where GitHub does not tell.
func (t Grant) Workflow() bool { return !t.Told || slices.Contains(t.Scopes, "workflow") }

// Grant asks GitHub what the token may do. It only reads.
// https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
func (g *GitHub) Grant(ctx context.Context) (Grant, error) {
	about, resp, err := g.client.Repositories.Get(ctx, g.repo.Owner, g.repo.Name)
	if err != nil {
		return Grant{}, fmt.Errorf("repository %s: %w", g.repo, g.explain(err))
	}
	t := Grant{Public: about.GetVisibility() == "public" || about.Visibility == nil && !about.GetPrivate(), Expires: expiry(resp)}
	_, t.Told = resp.Header["X-Oauth-Scopes"]
	for scope := range strings.SplitSeq(resp.Header.Get("X-Oauth-Scopes"), ",") {
		if scope = fm.Line(scope, 60); scope != "" {
			t.Scopes = append(t.Scopes, scope)
		}
	}
	var user struct{ Login string }
	if _, err := g.do(ctx, http.MethodGet, "user", nil, &user); err == nil { // an app has none
		t.Login = fm.Line(user.Login, 60)
	}
	if t.Told {
		t.Lacking = t.missing()
		return t, nil
	}
	return t, g.probe(ctx, &t)
}

// missing is the scope that a token of a classic kind has to have.
func (t Grant) missing() []string {
	switch {
	case slices.Contains(t.Scopes, "repo"), t.Public && slices.Contains(t.Scopes, "public_repo"):
		return nil
	case t.Public:
		return []string{"the scope public_repo"}
	}
	return []string{"the scope repo"}
}

// probe reads one of each kind of things. Whoever may not read them may not
// write them; whoever may, can be kept from writing all the same. What is public
// everybody may read.
func (g *GitHub) probe(ctx context.Context, t *Grant) error {
	for _, permission := range []struct{ name, path string }{
		{"Issues", "issues?per_page=1"},
		{"Pull requests", "pulls?per_page=1"},
	} {
		_, err := g.do(ctx, http.MethodGet, g.path("%s", permission.path), nil, nil)
		switch code := status(err); {
		case err == nil, code == http.StatusGone, says(err, "disabled"):
			t.Doubtful = append(t.Doubtful, permission.name)
		case code == http.StatusForbidden, code == http.StatusNotFound:
			t.Lacking = append(t.Lacking, "the permission "+permission.name+": read and write")
		default:
			return fmt.Errorf("repository %s: %w", g.repo, g.explain(err))
		}
	}
	t.Doubtful = append(t.Doubtful, "Contents")
	return nil
}

// expiry reads a header of GitHub's that its documentation describes for
// personal access tokens: "2026-12-20 14:30:45 UTC", or with a zone as "+0200".
func expiry(resp *gh.Response) time.Time {
	text := resp.Header.Get("Github-Authentication-Token-Expiration")
	for _, layout := range []string{"2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	return time.Time{}
}
