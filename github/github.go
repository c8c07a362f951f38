// Package github keeps issues and pull requests where they are: in a
// repository on GitHub, GitHub Enterprise Server or a ghe.com tenant.
//
// The promise: every write is safe to repeat. What fm makes carries a marker,
// is looked for before it is made and looked for again after an answer that
// did not arrive, so that a crash or a cut connection at any point leaves one
// issue, one pull request, one comment, one label, and never two. Numbers are
// the ids of package fm; GitHub's database ids stay inside. Errors are one
// line each and say what to do.
//
// The package never searches with GitHub's search, which lags behind by
// minutes; keeps no secret; repeats no write blindly; and treats every text
// that it reads as data.
//
// Start reading at [Open], then at [Tracker] and [Forge]; how requests wait,
// are counted and are answered from a cache is in package transport.
package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// Options say which repository, and how.
type Options struct {
	Repo   Repo
	Config fm.GitHubConfig
	Client *http.Client // brings the token, waits for limits, paces writes
	Dir    string       // for the issues that were read last; "" keeps none
	// Freshness says what to do for an issue while the network is away.
	Freshness Freshness
	// Sleep waits between two looks after a write of which nobody knows whether
	// it happened. nil: the real one.
	Sleep func(context.Context, time.Duration) error
}

// Freshness says how old an answer may be.
type Freshness int

// The degrees of freshness.
const (
	Fresh     Freshness = iota // what GitHub says now, or an error
	LastKnown                  // what it said last, where it says nothing now
)

// GitHub is one repository. Its methods, and those of its [Tracker] and
// [Forge], may be called concurrently.
type GitHub struct {
	client *gh.Client
	repo   Repo
	config fm.GitHubConfig
	fresh  Freshness
	sleep  func(context.Context, time.Duration) error
}

// Open returns the repository. It asks nothing of the network: see
// [GitHub.Check].
func Open(o Options) (*GitHub, error) {
	base, err := apiBase(o.Repo, o.Config.API)
	if err != nil {
		return nil, err
	}
	client := gh.NewClient(o.Client)
	client.BaseURL = base
	client.UserAgent = "fm"
	g := &GitHub{client: client, repo: o.Repo, config: o.Config, fresh: o.Freshness, sleep: o.Sleep}
	if g.sleep == nil {
		g.sleep = sleep
	}
	return g, nil
}

// apiBase takes the configured address of the API, or the one of the host.
func apiBase(repo Repo, configured string) (*url.URL, error) {
	if repo.Owner == "" || repo.Name == "" {
		return nil, errors.New("open repository: no OWNER/NAME")
	}
	if configured == "" {
		configured = repo.API()
	}
	base, err := url.Parse(configured)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("config github.api %q: want an address such as https://github.example.com/api/v3/", configured)
	}
	if base.Scheme != "https" && base.Hostname() != "127.0.0.1" && base.Hostname() != "localhost" {
		return nil, fmt.Errorf("config github.api %q: want https, because the token goes there", configured)
	}
	if !strings.HasSuffix(base.Path, "/") {
		base.Path += "/"
	}
	return base, nil
}

// path gives the path of something in the repository: path("issues/%d", 12).
func (g *GitHub) path(format string, args ...any) string {
	return "repos/" + g.repo.Owner + "/" + g.repo.Name + "/" + fmt.Sprintf(format, args...)
}

// do sends one request that go-github has no method for. The path is relative
// to the API's base; body is sent as JSON unless it is nil, and the answer is
// decoded into out unless that is nil. Errors are go-github's: see explain.
func (g *GitHub) do(ctx context.Context, method, path string, body, out any) (*gh.Response, error) {
	req, err := g.client.NewRequest(method, path, body)
	if err != nil {
		return nil, err
	}
	return g.client.Do(ctx, req, out)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
