package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
)

const (
	saysPrimary   = `{"message":"API rate limit exceeded for user ID 1.","documentation_url":"https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting"}`
	saysSecondary = `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}`
	saysAbuse     = `{"message":"You have triggered an abuse detection mechanism.","documentation_url":"https://docs.github.com/rest#abuse-rate-limits"}`
	saysByPage    = `{"message":"Slow down","documentation_url":"https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`
	saysForbidden = `{"message":"Resource not accessible by personal access token"}`
	saysHasty     = `{"message":"Validation Failed","errors":[{"resource":"Issue","code":"custom","message":"was submitted too quickly"}]}`
	saysGraphQL   = `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for user ID 1."}]}`
	saysGraphQL2  = `{"data":null,"errors":[{"type":"RATE_LIMIT","code":"graphql_rate_limit","message":"API rate limit already exceeded"}]}`
)

func headers(c *clock, spec string) []string {
	var h []string
	for w := range strings.FieldsSeq(spec) {
		name, value, _ := strings.Cut(w, "=")
		if in, ok := strings.CutPrefix(value, "in:"); ok {
			d, _ := time.ParseDuration(in)
			value = strconv.FormatInt(c.Now().Add(d).Unix(), 10)
		}
		if in, ok := strings.CutPrefix(value, "date:"); ok {
			d, _ := time.ParseDuration(in)
			value = c.Now().Add(d).UTC().Format(http.TimeFormat)
		}
		h = append(h, name, value)
	}
	return h
}

// Every way in which GitHub says no, what fm makes of it, and that the request
// goes out whole a second time after just that wait: a write, too, because a
// limit means that nothing was done.
// Caught: a body that is read once (the second one is empty over HTTP/2);
// Retry-After ignored on a 429; a 403 by text alone taken for a refusal; a
// reset in the past taken for "now"; the reset obeyed for a secondary limit.
//
// Fault: F14.
func TestLimitsAreWaitedOut(t *testing.T) {
	for _, test := range []struct {
		name, path, headers, body string
		status                    int
		wait                      time.Duration
		scope                     string
	}{
		{"primary 403", "/repos/a/b/issues", "X-RateLimit-Remaining=0 X-RateLimit-Reset=in:30m", saysPrimary, 403, 30*time.Minute + time.Second, core},
		{"primary 429", "/repos/a/b/issues", "X-RateLimit-Remaining=0 X-RateLimit-Reset=in:30m", saysPrimary, 429, 30*time.Minute + time.Second, core},
		{"primary by headers alone", "/repos/a/b/issues", "X-RateLimit-Remaining=0 X-RateLimit-Reset=in:5m", "", 403, 5*time.Minute + time.Second, core},
		{"primary by text alone", "/repos/a/b/issues", "", saysPrimary, 403, time.Minute, core},
		{"primary with Retry-After", "/repos/a/b/issues", "Retry-After=90", saysPrimary, 403, 90 * time.Second, core},
		{"primary by text, the counts disagree", "/repos/a/b/issues", "X-RateLimit-Remaining=4000 X-RateLimit-Reset=in:30m", saysPrimary, 403, time.Minute, core},
		{"primary, reset already over", "/repos/a/b/issues", "X-RateLimit-Remaining=0 X-RateLimit-Reset=in:-5m", saysPrimary, 403, time.Minute, core},
		{"primary, a clock far behind", "/repos/a/b/issues", "X-RateLimit-Remaining=0 X-RateLimit-Reset=in:9h", saysPrimary, 403, time.Hour + time.Minute, core},
		{"primary of GraphQL, status 200", "/graphql", "X-RateLimit-Remaining=0 X-RateLimit-Reset=in:7m", saysGraphQL, 200, 7*time.Minute + time.Second, graphql},
		{"primary of GraphQL, newer text", "/graphql", "X-RateLimit-Remaining=0 X-RateLimit-Reset=in:7m", saysGraphQL2, 200, 7*time.Minute + time.Second, graphql},
		{"primary of GraphQL on Enterprise", "/api/graphql", "X-RateLimit-Remaining=0 X-RateLimit-Reset=in:7m", saysPrimary, 403, 7*time.Minute + time.Second, graphql},
		{"primary of search on Enterprise", "/api/v3/search/issues", "X-RateLimit-Remaining=0 X-RateLimit-Reset=in:1m", saysPrimary, 403, time.Minute + time.Second, search},
		{"secondary 403 with Retry-After", "/repos/a/b/issues", "Retry-After=17", saysSecondary, 403, 17 * time.Second, everything},
		{"secondary 429 with Retry-After", "/repos/a/b/issues", "Retry-After=17", saysSecondary, 429, 17 * time.Second, everything},
		{"secondary 429 with Retry-After alone", "/repos/a/b/issues", "Retry-After=17", "", 429, 17 * time.Second, everything},
		{"secondary 403 with a date", "/repos/a/b/issues", "Retry-After=date:40s", saysSecondary, 403, 40 * time.Second, everything},
		{"secondary 403, primary counts on", "/repos/a/b/issues", "X-RateLimit-Remaining=4000 X-RateLimit-Reset=in:50m", saysSecondary, 403, time.Minute, everything},
		{"secondary 403 by text alone", "/repos/a/b/issues", "", saysSecondary, 403, time.Minute, everything},
		{"secondary by the older text", "/repos/a/b/issues", "", saysAbuse, 403, time.Minute, everything},
		{"secondary by its page", "/repos/a/b/issues", "", saysByPage, 403, time.Minute, everything},
		{"secondary of a gateway's page", "/repos/a/b/issues", "", "<h1>Whoa there!</h1>You have exceeded a secondary rate limit.", 403, time.Minute, everything},
		{"429 without a word", "/repos/a/b/issues", "", "", 429, time.Minute, everything},
		{"secondary of GraphQL, status 200", "/graphql", "Retry-After=60", `{"errors":[{"message":"You have exceeded a secondary rate limit."}]}`, 200, time.Minute, everything},
		{"content too quick, 422", "/repos/a/b/issues", "", saysHasty, 422, time.Minute, everything},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, p := range protocols() {
				t.Run(string(p), func(t *testing.T) {
					c := newClock()
					h := p.start(t, c, status(test.status, test.body, headers(c, test.headers)...), fine)
					tr := on(h, t.TempDir(), 2*time.Hour)
					from := c.Now()
					g := must(t, tr, "POST", h.URL+test.path, `{"title":"x"}`)
					log := h.asked()
					if len(log) != 2 || log[0].body != `{"title":"x"}` || log[1].body != log[0].body || log[1].auth != log[0].auth {
						t.Fatalf("got %+v, want the same request twice", log)
					}
					if got := log[1].at.Sub(from); got != test.wait {
						t.Errorf("waited %s, want %s", got, test.wait)
					}
					if g.text != `{"fine":true}` {
						t.Errorf("got %q", g.text)
					}
					if diff := cmp.Diff(tr.Counts(), Counts{Requests: 2, Writes: 2}); diff != "" {
						t.Error(diff)
					}
				})
			}
			c := newClock()
			h := saying(t, c, status(test.status, test.body, headers(c, test.headers)...), fine)
			dir := t.TempDir()
			l := mustLimit(t, on(h, dir, 0), "POST", h.URL+test.path, "{}")
			if got := l.Until.Sub(c.Now()); got != test.wait {
				t.Errorf("limited for %s, want %s", got, test.wait)
			}
			var held []string
			for scope, path := range map[string]string{core: "/repos", graphql: "/graphql", search: "/search/issues"} {
				if _, err := ask(t.Context(), on(h, dir, 0), "GET", h.URL+path, ""); err != nil {
					held = append(held, scope)
				}
			}
			if want := map[bool]int{true: 3, false: 1}[test.scope == everything]; len(held) != want || want == 1 && held[0] != test.scope {
				t.Errorf("it holds back %q, want %s", held, test.scope)
			}
		})
	}
}

// What is no limit is the caller's to read, word for word, and at once.
// Caught: each 403 a limit; texts searched in the data of GraphQL.
func TestOtherAnswersPassThrough(t *testing.T) {
	for _, test := range []struct {
		status     int
		path, body string
	}{
		{403, "/repos/a/b/issues", saysForbidden},
		{403, "/repos/a/b/issues", ""},
		{401, "/repos/a/b/issues", `{"message":"Bad credentials"}`},
		{404, "/repos/a/b/issues", `{"message":"Not Found"}`},
		{410, "/repos/a/b/issues", `{"message":"This issue was deleted"}`},
		{422, "/repos/a/b/issues", `{"message":"Validation Failed","errors":["Issue was submitted too late"]}`},
		{200, "/graphql", `{"data":{"x":{"title":"secondary rate limit"}},"errors":[{"type":"FORBIDDEN","message":"no"}]}`},
		{200, "/graphql", `{"data":{"a":{"n":1},"b":null},"errors":[{"type":"RATE_LIMITED","message":"in part"}]}`},
		{200, "/graphql", `{"errors":[{"type":"NOT_FOUND","message":"Could not resolve"}]}`},
		{500, "/repos/a/b/issues", "rate limit exceeded"},
		{201, "/repos/a/b/issues", `{"message":"You have exceeded a secondary rate limit"}`},
	} {
		t.Run(fmt.Sprint(test.status, test.body), func(t *testing.T) {
			c := newClock()
			h := saying(t, c, status(test.status, test.body, "Server", "github.com"))
			g := must(t, on(h, t.TempDir(), time.Hour), "POST", h.URL+test.path, "{}")
			if g.StatusCode != test.status || g.text != test.body || g.Header.Get("Server") != "github.com" {
				t.Errorf("got %d %q, want %d %q", g.StatusCode, g.text, test.status, test.body)
			}
			if len(c.slept) > 0 || len(h.asked()) != 1 {
				t.Errorf("slept %v, asked %d times", c.slept, len(h.asked()))
			}
		})
	}
}

// Caught: Limited that wraps a class of fm; a request that is sent although it
// cannot go through; an Until of the moment of asking.
func TestBeyondPatienceNothingIsSent(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(403, saysPrimary, headers(c, "X-RateLimit-Remaining=0 X-RateLimit-Reset=in:30m")...), fine)
	dir := t.TempDir()
	first := on(h, dir, time.Minute)
	mustLimit(t, first, "GET", h.URL+"/user", "")
	c.pass(10 * time.Minute)
	for _, tr := range []*Transport{first, on(h, dir, time.Minute)} { // the second is another process
		l := mustLimit(t, tr, "POST", h.URL+"/repos/a/b/issues", "{}")
		if got := l.Until.Sub(c.Now()); got != 20*time.Minute+time.Second {
			t.Errorf("again in %s", got)
		}
		if errors.Is(l, fm.ErrRefused) || errors.Is(l, fm.ErrGone) || errors.Is(l, fm.ErrConflict) {
			t.Error("a limit is transient")
		}
		until := time.Date(2026, 5, 4, 12, 31, 0, 0, time.UTC).Local().Format("15:04")
		if want := "GitHub's limit of requests is used up; again at " + until; l.Error() != want {
			t.Errorf("got %q, want %q", l, want)
		}
	}
	if n := len(h.asked()); n != 1 {
		t.Errorf("sent %d requests, want 1", n)
	}
	c.pass(20*time.Minute + time.Second)
	must(t, on(h, dir, time.Minute), "GET", h.URL+"/user", "")
}

// A request that is rejected a second time is not sent a third time.
// Caught: replays without end.
func TestRejectedTwiceIsLimited(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(429, "", "Retry-After", "10"))
	mustLimit(t, on(h, t.TempDir(), time.Hour), "POST", h.URL+"/repos/a/b/issues", "{}")
	if n := len(h.asked()); n != 2 {
		t.Errorf("sent %d requests, want 2", n)
	}
}

// A body that can be had once only goes out once.
// Caught: a second request with an empty body.
func TestBodyOfOneReadingGoesOutOnce(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(429, "", "Retry-After", "10"), fine)
	req, err := http.NewRequestWithContext(t.Context(), "POST", h.URL+"/repos/a/b/issues", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	body := &closing{Reader: strings.NewReader("once")}
	req.Body, req.GetBody, req.ContentLength = body, nil, 4
	_, err = do(on(h, t.TempDir(), time.Hour), req)
	if l := (*Limited)(nil); !errors.As(err, &l) {
		t.Errorf("got %v, want a Limited", err)
	}
	if log := h.asked(); len(log) != 1 || log[0].body != "once" {
		t.Errorf("got %+v", log)
	}
}

// closing is a body that knows whether it was closed.
type closing struct {
	*strings.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

// Caught: a body that leaks when nothing is sent.
func TestUnsentBodyIsClosed(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(429, "", "Retry-After", "10"))
	tr := on(h, t.TempDir(), 0)
	mustLimit(t, tr, "GET", h.URL+"/user", "")
	body := &closing{Reader: strings.NewReader("x")}
	req, err := http.NewRequestWithContext(t.Context(), "POST", h.URL+"/repos/a/b/issues", body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := do(tr, req); err == nil || !body.closed {
		t.Errorf("got %v, and the body closed: %v", err, body.closed)
	}
}

// Where GitHub does not say until when, the pause doubles with each rejection
// after it, in whatever process, and begins anew when it has listened.
// Caught: no doubling; no bound; doubling that is never forgotten; doubling
// within one process only.
func TestPauseWithoutATimeDoubles(t *testing.T) {
	c := newClock()
	no := status(403, saysSecondary)
	h := saying(t, c, no, no, no, no, no, no, fine, no)
	dir := t.TempDir()
	for _, minutes := range []int{1, 2, 4, 8, 15, 15} {
		want := time.Duration(minutes) * time.Minute
		l := mustLimit(t, on(h, dir, 0), "GET", h.URL+"/user", "")
		if got := l.Until.Sub(c.Now()); got != want {
			t.Errorf("pause of %s, want %s", got, want)
		}
		c.pass(want + time.Second)
	}
	must(t, on(h, dir, 0), "GET", h.URL+"/user", "")
	l := mustLimit(t, on(h, dir, 0), "GET", h.URL+"/user", "")
	if got := l.Until.Sub(c.Now()); got != time.Minute {
		t.Errorf("pause of %s after an answer, want 1m", got)
	}
	c.pass(3 * time.Hour)
	l = mustLimit(t, on(h, dir, 0), "GET", h.URL+"/user", "")
	if got := l.Until.Sub(c.Now()); got != time.Minute {
		t.Errorf("pause of %s hours after the last, want 1m", got)
	}
}

// Ten requests under way, rejected together, are one rejection.
// Caught: each doubles.
func TestRejectedTogetherCountsOnce(t *testing.T) {
	c := newClock()
	arrived, together := make(chan bool), make(chan bool)
	h := saying(t, c, func(w http.ResponseWriter, r *http.Request) {
		arrived <- true
		<-together
		status(403, saysSecondary)(w, r)
	})
	dir := t.TempDir()
	errs := make(chan error)
	for range 10 {
		go func() {
			_, err := ask(t.Context(), on(h, dir, 0), "GET", h.URL+"/user", "")
			errs <- err
		}()
	}
	for range 10 {
		<-arrived
	}
	close(together)
	for range 10 {
		var l *Limited
		if err := <-errs; !errors.As(err, &l) {
			t.Error(err)
		} else if got := l.Until.Sub(c.Now()); got != time.Minute {
			t.Errorf("pause of %s, want 1m", got)
		}
	}
}

// A rejection that arrives when the pause for it is over is no new one: the
// request was sent before anybody knew.
// Caught: the pause begun again, and doubled.
func TestLateRejectionBeginsNoPause(t *testing.T) {
	c := newClock()
	arrived, late := make(chan bool), make(chan bool)
	no := status(403, saysSecondary)
	h := saying(t, c, func(w http.ResponseWriter, r *http.Request) {
		arrived <- true
		<-late
		no(w, r)
	}, no, fine)
	dir := t.TempDir()
	done := make(chan error)
	go func() {
		_, err := ask(t.Context(), on(h, dir, 0), "GET", h.URL+"/user", "")
		done <- err
	}()
	<-arrived
	mustLimit(t, on(h, dir, 0), "GET", h.URL+"/user", "")
	c.pass(time.Minute)
	close(late)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// An answer lifts no block that was set after its question, and says nothing of
// another bucket's.
// Caught: any good answer ends all blocks.
func TestOtherAnswersLiftNoBlock(t *testing.T) {
	c := newClock()
	arrived, late := make(chan bool), make(chan bool)
	h := saying(t, c, func(w http.ResponseWriter, r *http.Request) {
		arrived <- true
		<-late
		fine(w, r)
	}, status(403, saysPrimary), fine, status(403, saysPrimary))
	dir := t.TempDir()
	done := make(chan error)
	go func() {
		_, err := ask(Query(t.Context()), on(h, dir, 0), "POST", h.URL+"/graphql", "{}")
		done <- err
	}()
	<-arrived
	query := func() (got, error) { return ask(Query(t.Context()), on(h, dir, 0), "POST", h.URL+"/graphql", "{}") }
	if _, err := query(); err == nil {
		t.Fatal("a rejection is no answer")
	}
	close(late)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, err := query(); err == nil || len(h.asked()) != 2 {
		t.Errorf("got %v after %d requests, want the block to hold", err, len(h.asked()))
	}
	c.pass(time.Minute + time.Second)
	must(t, on(h, dir, 0), "GET", h.URL+"/user", "")
	_, err := query()
	var l *Limited
	if !errors.As(err, &l) || l.Until.Sub(c.Now()) != 2*time.Minute {
		t.Errorf("got %v, want the pause doubled", err)
	}
}

// The last request of the hour tells that the next one would be rejected.
// Caught: the next one sent.
func TestLastOfTheHourHoldsBackTheNext(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(200, "{}", headers(c, "X-RateLimit-Limit=5000 X-RateLimit-Remaining=0 X-RateLimit-Reset=in:10m")...), fine)
	tr := on(h, t.TempDir(), 0)
	must(t, tr, "GET", h.URL+"/user", "")
	l := mustLimit(t, tr, "GET", h.URL+"/user", "")
	if got := l.Until.Sub(c.Now()); got != 10*time.Minute+time.Second {
		t.Errorf("limited for %s", got)
	}
	must(t, tr, "POST", h.URL+"/graphql", "{}")
}

// Another token may belong to another account, which has an hour of its own.
// Caught: blocks that are kept for the folder.
func TestAnotherTokenIsNotBlocked(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(403, saysPrimary, headers(c, "X-RateLimit-Remaining=0 X-RateLimit-Reset=in:30m")...), fine)
	o := h.options(t.TempDir(), 0)
	mustLimit(t, New(o), "GET", h.URL+"/user", "")
	o.Token = nil
	must(t, New(o), "GET", h.URL+"/user", "")
}

// Caught: a block from a clock that was ahead holds for a day.
//
// Fault: F10.
func TestClockSetBackEndsABlock(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(429, ""), fine)
	dir := t.TempDir()
	mustLimit(t, on(h, dir, 0), "GET", h.URL+"/user", "")
	c.pass(-24 * time.Hour)
	must(t, on(h, dir, 0), "GET", h.URL+"/user", "")
	c.pass(24*time.Hour + time.Second)
	must(t, on(h, dir, 0), "GET", h.URL+"/user", "")
}

// Caught: no call; one per nap.
func TestWaitIsAnnouncedOnce(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(429, "", "Retry-After", "100"), fine, status(429, "", "Retry-After", "2"), fine)
	o := h.options(t.TempDir(), time.Hour)
	var told []string
	o.Waiting = func(until time.Time, why string) { told = append(told, until.Sub(c.Now()).String()+" "+why) }
	tr := New(o)
	must(t, tr, "GET", h.URL+"/user", "")
	must(t, tr, "GET", h.URL+"/user", "") // not worth a word
	if diff := cmp.Diff(told, []string{"1m40s GitHub asks for a pause between requests"}); diff != "" {
		t.Error(diff)
	}
}

// A laptop that is closed while fm waits stops the timer, not GitHub's hour.
// Caught: one long sleep.
func TestWaitKnowsThatTheMachineSlept(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(429, "", "Retry-After", "1800"), fine)
	o := h.options(t.TempDir(), time.Hour)
	o.Sleep = func(ctx context.Context, d time.Duration) error {
		c.pass(time.Hour)
		return c.Sleep(ctx, d)
	}
	from := c.Now()
	must(t, New(o), "GET", h.URL+"/user", "")
	if got := c.Now().Sub(from); got > time.Hour+time.Minute {
		t.Errorf("waited %s", got)
	}
}

// A rejection is true also when nobody waits for it any more.
// Caught: a block that is not kept because the context has ended.
func TestRejectionOutlivesItsCaller(t *testing.T) {
	c, dir := newClock(), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	sent := 0
	base := door(func(r *http.Request) (*http.Response, error) {
		sent++
		cancel()
		return saidBy(r, 429, "Retry-After", "60"), nil
	})
	o := Options{Base: base, Host: "github.test", Dir: dir, Now: c.Now, Sleep: c.Sleep}
	if _, err := ask(ctx, New(o), "GET", "http://github.test/user", ""); err == nil {
		t.Error("a rejection is no answer")
	}
	mustLimit(t, New(o), "GET", "http://github.test/user", "")
	if sent != 1 {
		t.Errorf("sent %d requests, want 1", sent)
	}
}

// Of two rejections the longer pause holds.
// Caught: the last word kept.
func TestShorterPauseEndsNoLongerOne(t *testing.T) {
	now := newClock().Now()
	long := block{Set: now, Until: now.Add(time.Hour), Why: whySecondary}
	short := news{sent: now, limit: &limit{scope: everything, until: now.Add(time.Minute), why: whySecondary}}
	if got := long.next(short, now); !got.Until.Equal(long.Until) {
		t.Errorf("got %s, want %s", got.Until, long.Until)
	}
}

// Tokens of an hour, as apps have them, leave nothing behind.
// Caught: accounts that are kept for ever.
func TestOldAccountsAreForgotten(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(429, "", "Retry-After", "60"))
	dir := t.TempDir()
	var tr *Transport
	for i := range 100 {
		o := h.options(dir, 0)
		o.Token = func(context.Context) (string, error) { return strconv.Itoa(i), nil }
		tr = New(o)
		mustLimit(t, tr, "GET", h.URL+"/user", "")
		c.pass(time.Hour)
	}
	if n := len(tr.limits.read()); n > 26 {
		t.Errorf("%d accounts are kept", n)
	}
}
