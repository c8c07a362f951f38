package fake

import (
	"net/http"
	"strconv"
	"time"
)

// Verdict is what happens to one request. The zero Verdict lets it pass.
type Verdict struct {
	Act  Act
	When Moment
	// Status, Header and Body are the answer of [Answer].
	Status int
	Header http.Header
	Body   string
	// Delay passes before the act. It ends early when the client hangs up.
	Delay time.Duration
}

// Act is what is done instead of answering properly.
type Act int

// The acts.
const (
	Pass     Act = iota
	Cut          // the connection is closed without an answer
	Truncate     // half of the answer is sent, then the connection is closed
	Hang         // nothing is sent until the client gives up or the server is closed
	Answer       // something else is answered
)

// Moment is when it is done.
type Moment int

// The moments.
const (
	Before Moment = iota // the operation is not run: no effect
	After                // the operation was run: the effect is there
)

// Fault has every request judged before it is served; nil lets all pass. The
// function is called for one request at a time, and must not call the server.
func (s *Server) Fault(judge func(Request) Verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = judge
}

// Failing is the answer of a gateway that lost its server: 500, 502, 503, 504.
func Failing(when Moment, status int) Verdict {
	return Verdict{Act: Answer, When: when, Status: status, Body: `{"message":"` + http.StatusText(status) + `"}`}
}

// Refusing is an answer with GitHub's way to say no.
func Refusing(status int, message string) Verdict {
	return Verdict{Act: Answer, Status: status, Body: `{"message":` + strconv.Quote(message) + `,"documentation_url":"` + docs + `","status":"` + strconv.Itoa(status) + `"}`}
}

// PrimaryLimit is the answer when the budget of a bucket is spent: 403 or 429.
// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
func PrimaryLimit(status int, bucket string, resets time.Time) Verdict {
	v := Refusing(status, "API rate limit exceeded for user ID 1000. If you reach out to GitHub Support for help, please include the request ID.")
	v.Header = Budget{Limit: 5000, Resets: resets}.header(bucket)
	return v
}

// SecondaryLimit is the answer when requests come too fast: 403 or 429. Without
// a time to wait, there is no Retry-After header, and only the text tells.
func SecondaryLimit(status int, wait time.Duration) Verdict {
	v := Refusing(status, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID.")
	if wait > 0 {
		v.Header = http.Header{"Retry-After": {strconv.Itoa(int(wait / time.Second))}}
	}
	return v
}

// Budget is what a bucket of requests ("core", "graphql", "search") has left.
type Budget struct {
	Limit, Left int
	Resets      time.Time // then, Left is Limit again
	// Status is answered when nothing is left: 403 or 429. For 0 it is 403, and
	// with GraphQL 200 and an error of the type RATE_LIMITED.
	Status int
}

// SetBudget sets the budget of a bucket.
func (s *Server) SetBudget(bucket string, b Budget) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.Resets = b.Resets.Truncate(time.Second)
	s.budgets[bucket] = &b
}

// BudgetLeft tells what a bucket has left.
func (s *Server) BudgetLeft(bucket string) Budget {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.budget(bucket)
}

func (s *Server) budget(bucket string) *Budget {
	b := s.budgets[bucket]
	if now := s.opts.Now(); !now.Before(b.Resets) {
		b.Left, b.Resets = b.Limit, now.Add(time.Hour).Truncate(time.Second)
	}
	return b
}

func (b Budget) header(bucket string) http.Header {
	return http.Header{
		"X-Ratelimit-Limit":     {strconv.Itoa(b.Limit)},
		"X-Ratelimit-Remaining": {strconv.Itoa(b.Left)},
		"X-Ratelimit-Used":      {strconv.Itoa(b.Limit - b.Left)},
		"X-Ratelimit-Reset":     {strconv.FormatInt(b.Resets.Unix(), 10)},
		"X-Ratelimit-Resource":  {bucket},
	}
}
