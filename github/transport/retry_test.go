package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The write may have had its effect before what the client sees went wrong.
// Only the caller can look.
// Caught: a write repeated after a 502; after a cut connection; a mutation
// taken for a query; a marked POST to REST taken for one.
//
// Fault: F14.
func TestUncertainWriteIsNeverRepeated(t *testing.T) {
	for name, fault := range map[string]http.HandlerFunc{
		"cut": cut, "reset": resetting, "torn": torn,
		"500": status(500, ""), "502": status(502, ""), "503": status(503, ""), "504": status(504, ""),
		"503 with Retry-After": status(503, "", "Retry-After", "1"),
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range protocols() {
				t.Run(string(p), func(t *testing.T) {
					c := newClock()
					h := p.start(t, c, fine)
					tr := on(h, t.TempDir(), time.Hour)
					writes := []struct{ method, path string }{
						{"POST", "/repos/a/b/issues"},
						{"PATCH", "/repos/a/b/issues/1"},
						{"PUT", "/repos/a/b/pulls/1/merge"},
						{"DELETE", "/repos/a/b/git/refs/heads/x"},
						{"POST", "/graphql"},
					}
					for _, w := range writes {
						h.says = []http.HandlerFunc{fine, fault, fine}
						must(t, tr, "GET", h.URL+"/user", "") // the connection is used again, as in life
						before := len(h.asked())
						ctx := t.Context()
						if w.path != "/graphql" {
							ctx = Query(ctx) // which says nothing of REST
						}
						g, err := ask(ctx, tr, w.method, h.URL+w.path, "{}")
						if err == nil && g.StatusCode < 500 {
							t.Errorf("%s %s: got %d, want to be told", w.method, w.path, g.StatusCode)
						}
						if n := len(h.asked()) - before; n != 1 {
							t.Errorf("%s %s: sent %d times", w.method, w.path, n)
						}
					}
				})
			}
		})
	}
}

// Caught: no second try; three tries of one; a query's body empty the second
// time; a body that breaks off taken for an answer.
//
// Fault: F14.
func TestReadsAreRepeated(t *testing.T) {
	for name, fault := range map[string]http.HandlerFunc{
		"cut": cut, "reset": resetting, "torn": torn, "502": status(502, ""), "503": status(503, ""), "504": status(504, ""),
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range protocols() {
				t.Run(string(p), func(t *testing.T) {
					for _, r := range []struct{ method, path, body string }{
						{"GET", "/user", ""}, {"HEAD", "/user", ""}, {"POST", "/graphql", `{"query":"{viewer}"}`},
					} {
						if name == "torn" && r.method == "HEAD" {
							continue // has no body
						}
						c := newClock()
						h := p.start(t, c, fault, fault, fine)
						g, err := ask(Query(t.Context()), on(h, t.TempDir(), 0), r.method, h.URL+r.path, r.body)
						if err != nil || g.StatusCode != 200 || r.method != "HEAD" && g.text != `{"fine":true}` {
							t.Fatalf("%s: got %+v, %v", r.method, g, err)
						}
						log := h.asked()
						if last := log[len(log)-1]; len(log) != 3 || last.body != r.body {
							t.Errorf("%s: got %+v", r.method, log)
						}
					}
				})
			}
		})
	}
}

// What stays broken is told, after a few tries.
// Caught: tries without end; an error in place of the gateway's own answer.
func TestRepeatingEnds(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(502, "bad gateway"))
	if g := must(t, on(h, t.TempDir(), 0), "GET", h.URL+"/user", ""); g.StatusCode != 502 || g.text != "bad gateway" {
		t.Errorf("got %d %q", g.StatusCode, g.text)
	}
	if n := len(h.asked()); n != mostSends {
		t.Errorf("sent %d times, want %d", n, mostSends)
	}
	for i, d := range c.slept {
		if base := firstPause << i; d < base*3/4 || d > base*5/4 {
			t.Errorf("pause %d was %s, want about %s", i, d, base)
		}
	}
}

// Caught: a 503 that asks for more than the caller's patience waited for; one
// that asks for less not; a wait of which nobody is told.
//
// Fault: F14.
func TestGatewayThatSaysWhen(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(503, "", "Retry-After", "20"), fine, status(503, "", "Retry-After", "40"), fine)
	o := h.options(t.TempDir(), 30*time.Second)
	told := ""
	o.Waiting = func(until time.Time, why string) { told += until.Sub(c.Now()).String() + " " + why }
	tr := New(o)
	from := c.Now()
	if g := must(t, tr, "GET", h.URL+"/user", ""); g.StatusCode != 200 || c.Now().Sub(from) != 20*time.Second {
		t.Errorf("got %d after %s", g.StatusCode, c.Now().Sub(from))
	}
	if g := must(t, tr, "GET", h.URL+"/user", ""); g.StatusCode != 503 {
		t.Errorf("got %d, want the 503", g.StatusCode)
	}
	if told != "20s "+whyBroken {
		t.Errorf("told %q", told)
	}
}

// door is a base transport that is a function.
type door func(*http.Request) (*http.Response, error)

func (d door) RoundTrip(r *http.Request) (*http.Response, error) { return d(r) }

func saidBy(r *http.Request, code int, headers ...string) *http.Response {
	resp := &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}
	for i := 0; i < len(headers); i += 2 {
		resp.Header.Set(headers[i], headers[i+1])
	}
	return resp
}

// Caught: a pause that ends after the deadline, and so tells of the deadline
// what the network did; a wait for a limit that cannot be waited out.
func TestNoWaitBeyondTheDeadline(t *testing.T) {
	for _, test := range []struct {
		name string
		base door
		want func(*http.Response, error) bool
	}{
		{
			"network", func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
			func(_ *http.Response, err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) },
		},
		{
			"gateway", func(r *http.Request) (*http.Response, error) { return saidBy(r, 502), nil },
			func(resp *http.Response, err error) bool { return err == nil && resp.StatusCode == 502 },
		},
		{
			"limit", func(r *http.Request) (*http.Response, error) { return saidBy(r, 429, "Retry-After", "30"), nil },
			func(_ *http.Response, err error) bool { var l *Limited; return errors.As(err, &l) },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				req, err := http.NewRequestWithContext(ctx, "GET", "http://github.test/user", nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := New(Options{Base: test.base, Host: "github.test", Dir: dir, Patience: time.Hour}).RoundTrip(req)
				if resp != nil {
					defer resp.Body.Close()
				}
				if ctx.Err() != nil || !test.want(resp, err) {
					t.Errorf("got %+v, %v; the context: %v", resp, err, ctx.Err())
				}
			})
		})
	}
}

// Caught: a wait that does not look at its context.
func TestWaitEndsWithTheContext(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		base := door(func(r *http.Request) (*http.Response, error) { return saidBy(r, 429, "Retry-After", "30"), nil })
		tr := New(Options{Base: base, Host: "github.test", Dir: dir, Patience: time.Hour})
		done := make(chan error)
		go func() {
			_, err := ask(ctx, tr, "GET", "http://github.test/user", "")
			done <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
