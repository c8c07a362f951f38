package supervisor

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github"
	"github.com/founder-mode/fm/github/fake"
)

// hub is a fake GitHub that a town has its issues and pull requests on, by way of
// the real adapter.
type hub struct {
	*fake.Server

	dir    string
	bubble atomic.Bool // its time has begun
	config fm.GitHubConfig
}

// published is GitHub's own description, which everything is held against.
var published = sync.OnceValues(func() (*fake.Published, error) {
	description, schema, err := fake.Files()
	if err != nil {
		return nil, err
	}
	return fake.ReadPublished(description, schema)
})

func newHub(t *testing.T) *hub {
	t.Helper()
	p, err := published()
	if err != nil {
		t.Fatal(err)
	}
	h := &hub{dir: t.TempDir()}
	h.Server = fake.New(fake.Options{Now: h.now, Published: p})
	h.config = fm.Config{GitHub: fm.GitHubConfig{API: h.URL(), Labels: []string{"made by fm"}, Reviewers: []string{"alice"}}}.WithDefaults().GitHub
	t.Cleanup(func() {
		h.Close()
		for _, v := range h.Violations() {
			t.Error(v)
		}
	})
	return h
}

// now is the time of the bubble, and when that begins before it has.
func (h *hub) now() time.Time {
	if h.bubble.Load() {
		return time.Now()
	}
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
}

// RoundTrip carries requests without a network, but for those for logs, which are
// on another host.
func (h *hub) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host == h.LogHost() {
		return (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	}
	return h.Direct().RoundTrip(req)
}

// town is a town on this hub. Each of its supervisors has an adapter of its own.
func (h *hub) town(t *testing.T, tasks ...fm.Task) *town {
	t.Helper()
	h.bubble.Store(true)
	c := newTown(t, tasks...)
	c.alter = func(o *Options) {
		g, err := github.Open(github.Options{
			Repo: github.Repo{Host: "github.com", Owner: "acme", Name: "widget"}, Config: h.config, Dir: h.dir,
			Token:    func(context.Context) (string, error) { return fake.DefaultToken, nil },
			Patience: 5 * time.Minute, Freshness: github.LastKnown, Base: h,
		})
		if err != nil {
			t.Fatal(err)
		}
		o.Tracker, o.Forge, o.Workspace = g.Tracker(), g.Forge(), remote{c, h}
	}
	return c
}

// remote is a town's workspace whose branches are on the hub.
type remote struct {
	*town

	hub *hub
}

func (r remote) sha(id fm.TaskID) string {
	last := 0
	for run := range r.lives {
		if run.Task == id {
			last = max(last, run.Attempt)
		}
	}
	return fmt.Sprintf("%x", sha1.Sum(fmt.Append(nil, id, last, r.commits[id])))
}

// push has the branch on the hub stand where it stands here, without a conflict.
func (r remote) push(id fm.TaskID) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	sha := r.sha(id)
	for _, p := range r.hub.Pulls() {
		if p.Head == (fm.Task{ID: id}).Head() && p.State == "open" && p.SHA != sha {
			r.hub.SetConflict(p.Number, fake.Mergeable)
		}
	}
	r.hub.SetBranch((fm.Task{ID: id}).Head(), sha)
	return sha
}

func (r remote) Push(ctx context.Context, at fm.Site) (string, error) {
	if _, err := r.town.Push(ctx, at); err != nil {
		return "", err
	}
	return r.push(at.Task), nil //nolint:contextcheck // the fake asks nobody for branches
}

func (r remote) Rebase(ctx context.Context, at fm.Site) (string, error) {
	if _, err := r.town.Rebase(ctx, at); err != nil {
		return "", err
	}
	return r.push(at.Task), nil //nolint:contextcheck // the fake asks nobody for branches
}

func (r remote) Unpublish(context.Context, fm.Site, string) error { return nil }

// TestAnHourOfFiftyOpenPullRequestsOnGitHub watches them through the real adapter
// at the supervisor's own pace: at most 200 requests, and nothing is written.
//
// Caught: a request for each pull request; a look every 15 s.
func TestAnHourOfFiftyOpenPullRequestsOnGitHub(t *testing.T) {
	t.Parallel()
	for name, every := range map[string]time.Duration{"nothing changes": 0, "one changes each ten minutes": 10 * time.Minute} {
		for _, way := range []string{"GraphQL", "REST"} {
			t.Run(name+", "+way, func(t *testing.T) {
				h := newHub(t)
				for i, task := range row(50) {
					h.AddPull(fake.Pull{Number: i + 1, Head: (fm.Task{ID: task.ID}).Head()})
				}
				if way == "REST" {
					h.DisableGraphQL()
				}
				synctest.Test(t, func(t *testing.T) {
					c := h.town(t, row(50)...)
					c.rules.Merge = ManualMerge
					c.openPulls(50, fm.PullRequest{})
					changed, changes := time.Now(), 0
					change := func() {
						p, _ := h.Pull(1 + changes)
						h.SetCheck(p.SHA, "test", "success")
						changed, changes = time.Now(), changes+1
					}
					c.trouble = func(context.Context, call) error {
						c.mu.Lock()
						defer c.mu.Unlock()
						if every > 0 && time.Since(changed) >= every {
							change()
						}
						return nil
					}
					if err := c.until(time.Hour); !errors.Is(err, context.DeadlineExceeded) {
						t.Fatal(err)
					}
					all, free := h.Log(), 0
					for _, q := range all {
						if q.Status == http.StatusNotModified {
							free++
						}
					}
					t.Logf("%d requests, %d of them answered 304; %d writes; %d changes", len(all), free, h.Writes(), changes)
					if n := len(all) - free; n > 200 || len(all) < 20 {
						t.Errorf("%d requests that count, want at most 200", n)
					}
					if way == "GraphQL" && len(all) > 200 {
						t.Errorf("%d requests, want at most 200", len(all))
					}
					if h.Writes() > 0 || slices.ContainsFunc(c.statusesOver(), func(s fm.Status) bool { return s != fm.Completed }) {
						t.Errorf("%d writes, statuses %v", h.Writes(), c.statuses())
					}
				})
			})
		}
	}
}

// statusesOver lists the statuses that there are.
func (c *town) statusesOver() []fm.Status {
	var all []fm.Status
	for s, n := range c.statuses() {
		if n > 0 {
			all = append(all, s)
		}
	}
	return all
}
