package transport

import (
	"context"
	"net/http"
	"time"

	"github.com/founder-mode/fm"
)

// Options says whose requests a [Transport] carries, and how patiently. Its
// zero fields have the defaults named here.
type Options struct {
	// Base sends; nil is a transport of its own with time limits for dialing
	// and for the head of an answer.
	Base http.RoundTripper
	// Token gives the token for a request; nil, or the empty token, sends none.
	Token func(ctx context.Context) (string, error)
	// Host, with its port if the URLs have one, is the only host that gets the
	// token; requests to other hosts are passed on as they are.
	Host string
	// Dir is the folder for answers, limits and pace, made with mode 0700. All
	// Transports with one Dir, in whatever process, keep the limits together.
	Dir string

	Pause     time.Duration // between two writes; default 1 s
	PerMinute int           // writes; default 60
	PerHour   int           // writes; default 400

	// Patience is how long one request waits in all, for limits and its turn
	// to write; longer waits are a [*Limited] at once. Zero waits for nothing.
	Patience time.Duration
	// Waiting, if not nil, is called before a wait of more than 2 s, by the
	// goroutine that waits.
	Waiting func(until time.Time, why string)

	// Now and Sleep are the clock; nil is the real one. Sleep returns the
	// error of a context that ends first.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// Transport is an [http.RoundTripper]. Its methods may be called concurrently.
type Transport struct {
	o Options
}

// New makes a Transport. It touches no file and no network; a Dir that cannot
// be made shows with the first write.
func New(o Options) *Transport { return &Transport{o: o} }

// Counts is what a Transport has sent to its host since it was made.
type Counts struct {
	Requests    int // sent, with those sent again
	NotModified int // of these, answered 304: free of charge
	Writes      int // of these, that may change something
}

// Counts returns what was sent until now.
func (t *Transport) Counts() Counts { return Counts{} }

// Quota returns what GitHub still lets us ask, as the last answer to any
// process with this Dir said.
func (t *Transport) Quota() fm.Quota { return fm.Quota{} }

// RoundTrip sends req.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	return http.DefaultTransport.RoundTrip(req)
}

type queryKey struct{}

// Query marks the requests under ctx: a POST to a GraphQL address then only
// reads, and may be repeated, and needs no turn to write. Never mark a
// mutation.
func Query(ctx context.Context) context.Context {
	return context.WithValue(ctx, queryKey{}, true)
}
