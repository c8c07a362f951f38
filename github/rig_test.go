package github

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// rig is a fake GitHub and a clock that only sleepers move.
type rig struct {
	*fake.Server

	t     *testing.T
	clock *clock
	dir   string
	// newborn is zero where a test is not about commits that were just pushed.
	newborn time.Duration
}

// described is GitHub's own description: what is said to the fake, and what it
// answers, is held against it.
var described = sync.OnceValues(func() (*fake.Published, error) {
	description, schema, err := fake.Files()
	if err != nil {
		return nil, err
	}
	return fake.ReadPublished(description, schema)
})

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, clock: &clock{now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}, dir: scratch(t)}
	p, err := described()
	if err != nil {
		t.Fatal(err)
	}
	r.Server = fake.New(fake.Options{Now: r.clock.Now, Published: p})
	t.Cleanup(func() {
		r.Close()
		for _, v := range r.Violations() {
			t.Error(v)
		}
	})
	return r
}

// scratch is a folder in memory where the machine has one: what fm writes is
// settled on the disk, and thousands of times that takes its time.
func scratch(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("/dev/shm", "fm-"+rand.Text())
	if err := os.Mkdir(dir, 0o700); err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// open is a new process of fm: it shares the folder with the ones before, and
// nothing else.
func (r *rig) open(alter ...func(*Options)) *GitHub {
	r.t.Helper()
	o := Options{
		Repo:   Repo{dotcom, "acme", "widget"},
		Config: fm.Config{GitHub: fm.GitHubConfig{API: r.URL()}}.WithDefaults().GitHub,
		Token:  func(context.Context) (string, error) { return fake.DefaultToken, nil },
		Dir:    r.dir, Patience: 5 * time.Minute, Now: r.clock.Now, Sleep: r.clock.Sleep,
		// A connection for each request: whether one is cut is seen by that one.
		Base: &http.Transport{DisableKeepAlives: true},
	}
	for _, a := range alter {
		a(&o)
	}
	g, err := Open(o)
	if err != nil {
		r.t.Fatal(err)
	}
	g.newborn = r.newborn
	return g
}

// direct spares the network, for tests with thousands of requests.
func (r *rig) direct(o *Options) { o.Base = r.Direct() }

func (r *rig) tracker() *Tracker {
	r.t.Helper()
	return r.open().Tracker()
}

// issue gives an issue that must be there.
func (r *rig) issue(n int) fake.Issue {
	r.t.Helper()
	i, ok := r.Issue(n)
	if !ok {
		r.t.Fatalf("no issue #%d", n)
	}
	return i
}

// made lists the issues with the label of fm.
func (r *rig) made() []fake.Issue {
	var found []fake.Issue
	for _, i := range r.Issues() {
		for _, l := range i.Labels {
			if l == made {
				found = append(found, i)
			}
		}
	}
	return found
}

// asked lists the operations since a request, as "POST issues".
func (r *rig) asked(since int) []string {
	var names []string
	for _, q := range r.Log()[since:] {
		names = append(names, q.Operation)
	}
	return names
}

// clock stands still unless somebody sleeps, and then jumps.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

// oneLine fails unless an error is one line that says something.
func oneLine(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", words)
	}
	text := fm.Reason(err)
	if strings.Contains(text, "\n") || len(text) > 400 {
		t.Errorf("not one line: %q", text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("error %q does not say %q", text, w)
		}
	}
}

func part(title string) fm.Subissue {
	return fm.Subissue{Title: title, Description: "Do it.", Criteria: []string{"It works."}, Priority: "high", Hours: 2}
}
