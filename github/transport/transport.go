package transport

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"time"
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
	// token; requests to other hosts, as of redirects to stored logs, are passed
	// on without one, and nothing of them is kept or counted.
	Host string
	// Dir is the folder for answers, limits and pace, made with mode 0700, one
	// for each host. All Transports with one Dir, in whatever process, keep the
	// limits together.
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
	// error of a context that ends first. With a Sleep of the caller's, a
	// context's deadline is for that Sleep to know.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// Transport is an [http.RoundTripper]. Its methods may be called concurrently.
type Transport struct {
	o      Options
	id     string // tells the jitter and the tickets of two Transports apart
	etags  *etags
	limits *limits
	pace   *pace
	tries  atomic.Int64
	owner  atomic.Pointer[string] // of the last request

	requests, notModified, writes atomic.Int64
}

// New makes a Transport. It touches no file and no network; a Dir that cannot
// be made shows with the first write.
func New(o Options) *Transport {
	if o.Base == nil {
		o.Base = Network()
	}
	if o.Pause == 0 {
		o.Pause = time.Second
	}
	if o.PerMinute == 0 {
		o.PerMinute = 60
	}
	if o.PerHour == 0 {
		o.PerHour = 400
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Transport{
		o: o, id: rand.Text(),
		etags:  &etags{dir: filepath.Join(o.Dir, "etags"), now: o.Now, most: mostAnswers, bytes: mostBytes},
		limits: &limits{file: filepath.Join(o.Dir, "limits.json"), turn: lock(o.Dir, "limits.lock"), now: o.Now, fresh: map[string]money{}},
		pace: &pace{
			file: filepath.Join(o.Dir, "pace.json"), turn: lock(o.Dir, "pace.lock"), now: o.Now,
			pause: o.Pause, perMinute: o.PerMinute, perHour: o.PerHour,
		},
	}
}

// Counts is what a Transport has sent to its host since it was made.
type Counts struct {
	Requests    int // sent, with those sent again
	NotModified int // of these, answered 304: free of charge
	Writes      int // of these, that may change something
}

// Counts returns what was sent until now.
func (t *Transport) Counts() Counts {
	return Counts{
		Requests:    int(t.requests.Load()),
		NotModified: int(t.notModified.Load()),
		Writes:      int(t.writes.Load()),
	}
}

type queryKey struct{}

// Query marks the requests under ctx: a POST to a GraphQL address then only
// reads, and may be repeated, and needs no turn to write. Never mark a
// mutation.
func Query(ctx context.Context) context.Context {
	return context.WithValue(ctx, queryKey{}, true)
}

// RoundTrip sends req with the token, when limits and pace allow it, and
// returns GitHub's answer; a 304 to a question of its own comes as the 200 that
// was kept. Answers come without X-RateLimit headers, so that go-github never
// holds a request back by rules of its own: see [Transport.Quota].
//
// The error is a [*Limited], the context's, or the network's, and is then
// uncertain for a write: it may have been done.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	c, err := t.open(req)
	if err != nil {
		closeBody(req)
		return nil, err
	}
	for {
		if err := t.admit(c); err != nil {
			t.leave(c)
			return nil, err
		}
		r, err := t.send(c)
		if t.again(c, r, err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		limited := t.learn(c, r)
		if limited == nil {
			return t.finish(c, r), nil
		}
		if c.rejected || !c.replayable() {
			return nil, limited
		}
		c.rejected = true
	}
}

// admit returns when c may be sent now: no limit holds it back, and a write has
// its turn.
func (t *Transport) admit(c *call) error {
	if c.foreign() {
		return nil
	}
	ctx := c.req.Context()
	for {
		if b := t.limits.block(c.owner, c.bucket); b != nil {
			if err := t.wait(c, b.Until, b.Why); err != nil {
				return err
			}
			continue
		}
		if c.reads {
			return ctx.Err()
		}
		at, err := t.pace.take(ctx, c.ticket, c.latest)
		if err != nil {
			return fmt.Errorf("pace write: %w", err)
		}
		if at.IsZero() {
			return nil
		}
		if err := t.wait(c, at, whyPace); err != nil {
			return err
		}
	}
}

// A wait is cut into naps, because a laptop that sleeps stops the timer, and
// another process may learn more about a limit meanwhile.
const nap = 30 * time.Second

// wait sleeps towards until, for one nap at most, or refuses to.
func (t *Transport) wait(c *call, until time.Time, why string) error {
	d := until.Sub(t.o.Now())
	if d <= 0 {
		return nil
	}
	if until.After(c.latest) || t.late(c.req.Context(), d) {
		return &Limited{Until: until, Why: why}
	}
	t.announce(c, d, until, why)
	return t.sleep(c.req.Context(), min(d, nap))
}

// announce tells of a wait that a person would notice, once.
func (t *Transport) announce(c *call, d time.Duration, until time.Time, why string) {
	if d > 2*time.Second && t.o.Waiting != nil && !until.Equal(c.told) {
		c.told = until
		t.o.Waiting(until, why)
	}
}

// late tells whether ctx ends before d is over.
func (t *Transport) late(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && t.o.Sleep == nil && time.Until(deadline) < d
}

func (t *Transport) sleep(ctx context.Context, d time.Duration) error {
	if t.o.Sleep != nil {
		return t.o.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
