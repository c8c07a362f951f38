// Package fake is Jira as far as fm uses it: a server over HTTP that keeps
// issues, subtasks, links, comments, remote links and a workflow, and that
// answers as a site of the Cloud or as a Data Center does, with their ids, pages,
// limits, refusals and broken connections. It is for tests only.
//
// What comes in and goes out can be held against Atlassian's published
// description ([Published]); what does not fit is in [Server.Violations]. The
// fake never calls out, and forgets everything when it is closed.
//
// Start reading at [New]; the operations stand in one table, in routes.go.
package fake

import (
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Kind is which of the two Jiras it is.
type Kind string

// The two Jiras.
const (
	Cloud      Kind = "Cloud"
	DataCenter Kind = "Server"
)

// What is so when [Options] does not say otherwise.
const (
	DefaultEmail   = "fm@example.com"
	DefaultToken   = "fm-test-token" // it opens nothing but the fake
	DefaultProject = "PROJ"
	// CloudID is the id of the site at the gateway.
	CloudID = "11111111-2222-3333-4444-555555555555"
	// contextPath is where a Data Center stands behind its host.
	contextPath = "/jira"
	gatewayHost = "api.atlassian.com"
)

// Access is how the token is taken.
type Access int

// The kinds of tokens.
const (
	Basic  Access = iota // with the email address
	Bearer               // alone
	Scoped               // with the email address, at the gateway only
)

// Options say what the fake is like. The zero Options are useful.
type Options struct {
	Kind      Kind // default Cloud
	Access    Access
	Email     string
	Token     string // the only one that is accepted
	Now       func() time.Time
	Published *Published // nil holds nothing against anything
}

// Server is a running fake. Its methods may be called concurrently.
type Server struct {
	host *httptest.Server
	opts Options

	mu    sync.Mutex // guards what follows
	world *world
	traffic
}

// New starts a server on 127.0.0.1. The caller closes it.
func New(o Options) *Server {
	s := Unserved(o)
	s.host = httptest.NewServer(s)
	return s
}

// Unserved is a server without a network: see [Server.Direct].
func Unserved(o Options) *Server {
	for _, f := range []struct {
		field   *string
		instead string
	}{{&o.Email, DefaultEmail}, {&o.Token, DefaultToken}} {
		if *f.field == "" {
			*f.field = f.instead
		}
	}
	if o.Kind == "" {
		o.Kind = Cloud
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{opts: o, world: newWorld(o)}
	s.closed = make(chan struct{})
	return s
}

// URL is the address of the site. That of a server without a network is one that
// only [Server.Direct] knows.
func (s *Server) URL() string {
	base := "https://example.atlassian.net"
	if s.opts.Kind == DataCenter {
		base = "https://jira.example.com"
	}
	if s.host != nil {
		base = s.host.URL
	}
	if s.opts.Kind == DataCenter {
		base += contextPath
	}
	return base
}

// Close stops the server and ends the connections that it holds.
func (s *Server) Close() {
	s.hangUp()
	if s.host != nil {
		s.host.CloseClientConnections()
		s.host.Close()
	}
}

// below gives the path of a request without what stands before the API.
func (s *Server) below(path string) string {
	if s.opts.Kind == DataCenter {
		path = strings.TrimPrefix(path, contextPath)
	}
	return strings.TrimPrefix(path, "/ex/jira/"+CloudID)
}
