package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"
)

// standingAge is how long it is believed who may write.
const standingAge = time.Hour

// standing is what GitHub said of a person.
type standing struct {
	writes bool
	until  time.Time
}

// mayWrite says whether a person has write access to the repository. What
// GitHub says beside a text is who belongs to the owner, which is not the same:
// so the permission itself is asked for, once an hour for each person. Where
// the token may not ask, members and collaborators count. Of those who never
// had a commit merged nobody is asked.
// https://docs.github.com/en/graphql/reference/enums#commentauthorassociation
func (g *GitHub) mayWrite(ctx context.Context, login, association string) (bool, error) {
	switch association {
	case "OWNER":
		return true, nil
	case "MEMBER", "COLLABORATOR", "CONTRIBUTOR":
	default:
		return false, nil
	}
	name := strings.ToLower(login)
	g.mu.Lock()
	known, found := g.people[name]
	g.mu.Unlock()
	if found && g.now().Before(known.until) {
		return known.writes, nil
	}
	var answer struct{ Permission string }
	_, err := g.do(ctx, http.MethodGet, g.path("collaborators/%s/permission", url.PathEscape(login)), nil, &answer)
	switch {
	case err == nil:
		known.writes = answer.Permission == "admin" || answer.Permission == "write"
	case status(err) == http.StatusForbidden, status(err) == http.StatusNotFound:
		known.writes = association != "CONTRIBUTOR"
	default:
		return false, fmt.Errorf("read the permission of %s: %w", login, g.explain(err))
	}
	known.until = g.now().Add(standingAge)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.people[name] = known
	return known.writes, nil
}

// self gives the id of the account whose token it is, or 0 for an app's, which
// is told of none.
func (g *GitHub) self(ctx context.Context) (int64, error) {
	g.mu.Lock()
	id, known := g.id, g.met
	g.mu.Unlock()
	if known {
		return id, nil
	}
	var user gh.User
	if _, err := g.do(ctx, http.MethodGet, "user", nil, &user); err != nil && !classified(g.explain(err)) {
		return 0, g.explain(err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.id, g.met = user.GetID(), true
	return g.id, nil
}

// ours says whether a text that bears a mark of fm's is: written by this account,
// by an app, or by somebody who may write, and whose fm it may be. Anybody else
// can write a mark, too.
func (g *GitHub) ours(ctx context.Context, author *gh.User, association string) (bool, error) {
	if author.GetType() == "Bot" {
		return true, nil
	}
	id, err := g.self(ctx)
	if err != nil || id != 0 && id == author.GetID() {
		return err == nil, err
	}
	return g.mayWrite(ctx, author.GetLogin(), association)
}
