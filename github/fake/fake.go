// Package fake is GitHub as far as fm uses it: a server over HTTP that keeps
// issues, sub-issues, dependencies, pull requests, checks and reviews, and that
// answers as GitHub's documentation says, with its ids, limits, entity tags,
// refusals and broken connections. It is for tests only.
//
// Everything that comes in and goes out can be held against GitHub's published
// description and GraphQL schema ([Published]); what does not fit is in
// [Server.Violations]. The fake never starts a process, never calls out, and
// forgets everything when it is closed.
//
// Start reading at [New]; the operations stand in one table, in routes.go.
package fake

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// What is so when [Options] does not say otherwise.
const (
	DefaultRepo   = "acme/widget"
	DefaultToken  = "fm-test-token" // it opens nothing but the fake
	DefaultLogin  = "fm-bot"
	DefaultBranch = "main"
)

// Merger is where branches stand and how they are merged; git.Repo fits. One
// that has also a method Conflicts(ctx, base, head string) (bool, error) is
// asked whether a pull request could be merged. Without it, a conflict is known
// once a merge was tried, or by [Server.SetConflict].
type Merger interface {
	// Head gives the commit of a branch; fm.ErrGone when there is none.
	Head(ctx context.Context, branch string) (sha string, err error)
	// MergeBranch merges commit sha of branch head into branch base and gives the
	// new commit; fm.ErrConflict when it cannot.
	MergeBranch(ctx context.Context, base, head, sha, message string) (merged string, err error)
}

// Options say what the fake is like. The zero Options are useful.
type Options struct {
	Repo   string // owner/name
	Token  string // the only one that is accepted
	Login  string // whose token it is
	Merger Merger // nil: branches stand where [Server.SetBranch] puts them
	Now    func() time.Time
	// Published is what every request and response is held against; nil holds
	// them against nothing, unless the two paths are given.
	Published *Published
	// Description and Schema are the files for [ReadPublished], read by [New]. A
	// file that cannot be read is a violation. To start many servers, read them
	// once and give Published.
	Description, Schema string
}

// Server is a running fake. Its methods may be called concurrently.
type Server struct {
	api  *httptest.Server
	logs *httptest.Server // where logs of jobs are: another host than the API
	opts Options

	mu    sync.Mutex // guards what follows
	world *world
	traffic
}

// New starts a server on 127.0.0.1. The caller closes it.
func New(o Options) *Server {
	o = o.filled()
	s := &Server{opts: o, world: newWorld(o)}
	s.begin(o)
	if o.Published == nil && o.Description+o.Schema != "" {
		p, err := ReadPublished(o.Description, o.Schema)
		if err != nil {
			s.violate("%v", err)
		}
		s.opts.Published = p
	}
	s.logs = httptest.NewServer(s.logHost())
	s.api = httptest.NewServer(s.apiHost())
	return s
}

func (o Options) filled() Options {
	for _, f := range []struct {
		field   *string
		instead string
	}{{&o.Repo, DefaultRepo}, {&o.Token, DefaultToken}, {&o.Login, DefaultLogin}} {
		if *f.field == "" {
			*f.field = f.instead
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// URL is the base address of the REST API, "http://127.0.0.1:1234/". GraphQL is
// at "graphql" below it. The paths of an Enterprise server, "api/v3/" and
// "api/graphql", are served, too.
func (s *Server) URL() string { return s.api.URL + "/" }

// LogHost is the host and port that logs of jobs are redirected to.
func (s *Server) LogHost() string { return strings.TrimPrefix(s.logs.URL, "http://") }

// Close stops the server and ends the connections that it holds.
func (s *Server) Close() {
	s.hangUp()
	s.api.CloseClientConnections()
	s.api.Close()
	s.logs.Close()
}
