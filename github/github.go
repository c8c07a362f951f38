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
	"sync"
	"sync/atomic"
	"time"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/transport"
)

// Options say which repository, and how. Only Repo, Token and Dir must be
// given.
type Options struct {
	Repo   Repo
	Config fm.GitHubConfig
	// Token gives the token for a request; see the function of that name.
	Token func(ctx context.Context) (string, error)
	// Dir keeps what one run leaves to the next: answers, limits, the pace of
	// writes, the issues that were read last. It is for this host alone, and is
	// made when it is needed.
	Dir       string
	Freshness Freshness

	// Patience is how long one request waits for limits and for its turn to
	// write; Waiting is called before a wait that a person would notice.
	Patience time.Duration
	Waiting  func(until time.Time, why string)

	// Base sends; nil is a transport with time limits. Now and Sleep are the
	// clock; nil is the real one.
	Base  http.RoundTripper
	Now   func() time.Time
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
	client    *gh.Client
	transport *transport.Transport
	repo      Repo
	config    fm.GitHubConfig
	fresh     Freshness
	dir       string
	newborn   time.Duration
	mostKept  int          // issues in dir
	added     atomic.Int64 // to them, by this process
	now       func() time.Time
	sleep     func(context.Context, time.Duration) error
	writing   turns

	mu      sync.Mutex
	about   *gh.Repository      // as read last; guarded by mu
	lacking map[string]bool     // what this server's API does not have; guarded by mu
	remarks []string            // see Remarks; guarded by mu
	people  map[string]standing // by login in lower case; guarded by mu
	id      int64               // of the account; guarded by mu
	met     bool                // GitHub has told the id; guarded by mu
}

// Open returns the repository. It asks nothing of the network: see
// [GitHub.Check].
func Open(o Options) (*GitHub, error) {
	base, err := apiBase(o.Repo, o.Config.API)
	if err != nil {
		return nil, err
	}
	switch {
	case o.Dir == "":
		return nil, errors.New("open repository: no folder")
	case o.Token == nil:
		return nil, errors.New("open repository: nobody to ask for a token")
	}
	g := &GitHub{
		repo: o.Repo, config: o.Config, fresh: o.Freshness, dir: o.Dir, newborn: newborn, mostKept: mostKept, now: o.Now, sleep: o.Sleep,
		writing: turns{queue: map[string]*line{}}, lacking: map[string]bool{}, people: map[string]standing{},
	}
	if g.sleep == nil {
		g.sleep = sleep
	}
	if g.now == nil {
		g.now = time.Now
	}
	g.transport = transport.New(transport.Options{
		Base: o.Base, Token: o.Token, Host: base.Host, Dir: o.Dir,
		Pause: time.Duration(o.Config.WritePause), PerMinute: o.Config.WritesPerMinute, PerHour: o.Config.WritesPerHour,
		Patience: o.Patience, Waiting: o.Waiting, Now: o.Now, Sleep: o.Sleep,
	})
	g.client = gh.NewClient(&http.Client{Transport: g.transport, CheckRedirect: checkRedirect})
	g.client.BaseURL = base
	g.client.UserAgent = "fm"
	return g, nil
}

// checkRedirect follows, but never so that a write becomes a read: the answer
// to that would be taken for the write's.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) >= 5 {
		return errors.New("redirected too often")
	}
	if req.Method != via[0].Method {
		return http.ErrUseLastResponse
	}
	return nil
}

// Quota says what GitHub still lets us ask.
func (g *GitHub) Quota() fm.Quota { return g.transport.Quota() }

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
