package fake

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Request is one request that reached the server.
type Request struct {
	Number int // from 1, in the order of arrival
	Time   time.Time
	Method string
	Path   string // without the base address, such as "repos/acme/widget/issues"
	// Operation is the method and the path of GitHub's description below the
	// repository: "POST issues/{issue_number}/sub_issues", "GET repo", "GET user".
	// A GraphQL request is "query NAME" or "mutation FIELD", such as
	// "mutation enablePullRequestAutoMerge". "" for what the fake does not have.
	Operation string
	Query     url.Values
	Body      string
	Write     bool // it is there to change something
	// Status is what was answered; 0 when the connection was cut or is open yet.
	Status int
	// Happened says that the operation itself was run: by a write, the effect is
	// there, whatever the client got to hear.
	Happened bool
}

// String gives "POST repos/acme/widget/issues 201".
func (r Request) String() string { return fmt.Sprintf("%s %s %d", r.Method, r.Path, r.Status) }

// traffic is what came in, and what is done to it.
type traffic struct {
	log        []Request
	fault      func(Request) Verdict
	violations []string
	budgets    map[string]*Budget
	closed     chan struct{} // when the server hangs up
}

func (t *traffic) begin(o Options) {
	t.closed = make(chan struct{})
	t.budgets = map[string]*Budget{}
	for bucket, limit := range map[string]int{"core": 5000, "graphql": 5000, "search": 30} {
		t.budgets[bucket] = &Budget{Limit: limit, Left: limit, Resets: o.Now().Add(time.Hour).Truncate(time.Second)}
	}
}

// Log lists all requests to the API, oldest first.
func (s *Server) Log() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// Writes counts the requests that were there to change something, whatever
// became of them.
func (s *Server) Writes() int {
	n := 0
	for _, r := range s.Log() {
		if r.Write {
			n++
		}
	}
	return n
}

// Violations lists what did not fit GitHub's description or schema, requests
// without the right token, and tokens that went to the host of the logs. A test
// wants none.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// violate is called with the lock held, or before anybody else has the server.
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

// trimBase takes off what an Enterprise server has before its paths.
func trimBase(path string) string {
	for _, prefix := range []string{"/api/v3/", "/api/"} {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			return "/" + rest
		}
	}
	return path
}

func isWrite(method string) bool { return method != http.MethodGet && method != http.MethodHead }
