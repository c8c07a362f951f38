package fake

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Request is one request that reached the server.
type Request struct {
	Number int // from 1, in the order of arrival
	Time   time.Time
	Method string
	Host   string
	Path   string // below the site, with its query
	// Operation is the method and the path of Atlassian's description below the
	// API: "POST issue/{issueIdOrKey}/comment". "" for what the fake does not have.
	Operation string
	Body      string
	Write     bool // it is there to change something
	// Token says that the request showed one.
	Token bool
	// Status is what was answered; 0 when the connection was cut or is open yet.
	Status int
	// Happened says that the operation itself was run: by a write that was
	// answered with less than 300, the effect is there, whatever the client heard.
	Happened bool
}

// String gives "POST issue 201".
func (r Request) String() string { return fmt.Sprintf("%s %s %d", r.Method, r.Path, r.Status) }

// Act is what becomes of a request.
type Act int

// What may become of one.
const (
	Pass     Act = iota
	Cut          // the connection is closed without a word
	Truncate     // the answer breaks off; only after the effect
	Hang         // nothing is said until the client gives up
	Answer       // an answer of the verdict's own
)

// Moment is when something befalls a request.
type Moment int

// The two moments.
const (
	Before Moment = iota // its effect
	After
)

// Verdict is what a fault does to a request.
type Verdict struct {
	Act    Act
	When   Moment
	Status int // of an [Answer]
	Header http.Header
	Body   string
}

// Failing is an answer of a server, or of a gateway, in trouble.
func Failing(when Moment, status int) Verdict {
	return Verdict{Act: Answer, When: when, Status: status, Body: "<html><body>" + http.StatusText(status) + "</body></html>"}
}

// Limit is the answer to who asks too often.
func Limit(after string) Verdict {
	return Verdict{Act: Answer, Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {after}}, Body: `{"errorMessages":["Rate limit exceeded."],"errors":{}}`}
}

// traffic is what came in, and what is done to it.
type traffic struct {
	log        []Request
	fault      func(Request) Verdict
	violations []string
	closed     chan struct{} // when the server hangs up
}

// Fault has each request judged; nil judges none.
func (s *Server) Fault(judge func(Request) Verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = judge
}

// Log lists all requests, oldest first.
func (s *Server) Log() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// Violations lists what did not fit Atlassian's description, what the fake does
// not have, and wrong tokens. A test wants none.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// violate is called with the lock held.
func (s *Server) violate(format string, args ...any) {
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

// hangUp ends the requests that a verdict holds.
func (s *Server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
}
