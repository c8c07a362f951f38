package jira

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/jira/fake"
)

// kinds are the two Jiras.
var kinds = []fake.Kind{fake.Cloud, fake.DataCenter}

// described is Atlassian's own description: what is said to the fake, and what it
// answers, is held against it.
var described = sync.OnceValues(func() (*fake.Published, error) {
	dir, err := fake.Files()
	if err != nil {
		return nil, err
	}
	return fake.ReadPublished(dir)
})

// rig is a fake Jira.
type rig struct {
	*fake.Server
	t    *testing.T
	kind fake.Kind
}

// newRig serves over the network.
func newRig(t *testing.T, o fake.Options) *rig {
	t.Helper()
	return rigOver(t, o, fake.New)
}

// newStillRig serves without a network, for a bubble in which nobody waits.
func newStillRig(t *testing.T, o fake.Options) *rig {
	t.Helper()
	return rigOver(t, o, fake.Unserved)
}

func rigOver(t *testing.T, o fake.Options, start func(fake.Options) *fake.Server) *rig {
	t.Helper()
	p, err := described()
	if err != nil {
		t.Fatal(err)
	}
	o.Published = p
	return rigUnder(t, o, start)
}

// rigUnder holds nothing against the description, for tests with so many
// requests that it would take them minutes.
func rigUnder(t *testing.T, o fake.Options, start func(fake.Options) *fake.Server) *rig {
	t.Helper()
	if o.Kind == "" {
		o.Kind = fake.Cloud
	}
	r := &rig{Server: start(o), t: t, kind: o.Kind}
	t.Cleanup(func() {
		r.Close()
		for _, v := range r.Violations() {
			t.Error(v)
		}
	})
	return r
}

func (r *rig) options() Options {
	return Options{
		URL: r.URL(), Email: fake.DefaultEmail, Token: fake.DefaultToken, Patience: 5 * time.Minute,
		Config: fm.Config{Jira: fm.JiraConfig{Project: fake.DefaultProject}}.WithDefaults().Jira,
		// A connection for each request: whether one is cut is seen by that one.
		Base: &http.Transport{DisableKeepAlives: true},
	}
}

// open is a new process of fm: it shares nothing with the ones before.
func (r *rig) open(alter ...func(*Options)) *Jira {
	r.t.Helper()
	o := r.options()
	for _, a := range alter {
		a(&o)
	}
	j, err := Open(o)
	if err != nil {
		r.t.Fatal(err)
	}
	return j
}

// direct spares the network.
func (r *rig) direct(o *Options) { o.Base = r.Direct() }

func (r *rig) tracker(alter ...func(*Options)) *Tracker {
	r.t.Helper()
	return r.open(alter...).Tracker()
}

// issue gives an issue that must be there.
func (r *rig) issue(key string) fake.Issue {
	r.t.Helper()
	i, there := r.Issue(key)
	if !there {
		r.t.Fatalf("no issue %s", key)
	}
	return i
}

func (r *rig) writes() int {
	n := 0
	for _, q := range r.Log() {
		if q.Write {
			n++
		}
	}
	return n
}

// oneLine fails unless an error is one line that says something, and no secret.
func oneLine(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", words)
	}
	text := fm.Reason(err)
	if strings.Contains(text, "\n") || len(text) > 500 || strings.Contains(text, fake.DefaultToken) {
		t.Errorf("not one line without a secret: %q", text)
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
