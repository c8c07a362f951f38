package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a fake one: sleeping moves it. It is made of whole seconds, as the
// headers are.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func newClock() *clock { return &clock{now: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return nil
}

// pass moves the clock without anybody sleeping.
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// asked is what a server saw of a request.
type asked struct {
	line, body, auth, match string
	at                      time.Time
}

// hub is a GitHub that says what the test lets it say, the last thing for ever.
type hub struct {
	*httptest.Server
	clock *clock
	mu    sync.Mutex
	says  []http.HandlerFunc
	log   []asked
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	h.log = append(h.log, asked{
		line: r.Method + " " + r.URL.Path, body: string(body),
		auth: r.Header.Get("Authorization"), match: r.Header.Get("If-None-Match"), at: h.clock.Now(),
	})
	say := h.says[0]
	if len(h.says) > 1 {
		h.says = h.says[1:]
	}
	h.mu.Unlock()
	say(w, r)
}

func (h *hub) asked() []asked {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log
}

func (h *hub) host() string {
	return strings.TrimPrefix(strings.TrimPrefix(h.URL, "https://"), "http://")
}

// protocol is what a hub speaks: HTTP/2 as api.github.com does.
type protocol string

const (
	http1 protocol = "HTTP/1.1"
	http2 protocol = "HTTP/2.0"
)

func protocols() []protocol { return []protocol{http1, http2} }

func (p protocol) start(tb testing.TB, c *clock, says ...http.HandlerFunc) *hub {
	tb.Helper()
	h := &hub{clock: c, says: says}
	h.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Proto != string(p) {
			tb.Errorf("the request came over %s, want %s", r.Proto, p)
		}
		h.ServeHTTP(w, r)
	}))
	if p == http2 {
		h.EnableHTTP2 = true
		h.StartTLS()
	} else {
		h.Start()
	}
	tb.Cleanup(h.Close)
	return h
}

// saying starts a server that speaks HTTP/1.1.
func saying(tb testing.TB, c *clock, says ...http.HandlerFunc) *hub {
	tb.Helper()
	return http1.start(tb, c, says...)
}

const secret = "ghp_the-token-itself"

// on makes a Transport for h on dir: one process.
func on(h *hub, dir string, patience time.Duration) *Transport {
	return New(h.options(dir, patience))
}

func (h *hub) options(dir string, patience time.Duration) Options {
	return Options{
		Base: h.Client().Transport, Host: h.host(), Dir: dir, Patience: patience,
		Token: func(context.Context) (string, error) { return secret, nil },
		Now:   h.clock.Now, Sleep: h.clock.Sleep,
	}
}

// got is an answer with its body read.
type got struct {
	*http.Response
	text string
}

// do sends req, and reads and closes the answer.
func do(rt http.RoundTripper, req *http.Request) (got, error) {
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return got{}, err
	}
	text, err := io.ReadAll(resp.Body)
	return got{Response: resp, text: string(text)}, errors.Join(err, resp.Body.Close())
}

func ask(ctx context.Context, tr *Transport, method, url, body string) (got, error) {
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, r)
	if err != nil {
		return got{}, err
	}
	return do(tr, req)
}

// must is ask where an error ends the test.
func must(tb testing.TB, tr *Transport, method, url, body string) got {
	tb.Helper()
	g, err := ask(tb.Context(), tr, method, url, body)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, url, err)
	}
	return g
}

// mustLimit asks and expects to be told to wait.
func mustLimit(tb testing.TB, tr *Transport, method, url, body string) *Limited {
	tb.Helper()
	_, err := ask(tb.Context(), tr, method, url, body)
	var l *Limited
	if !errors.As(err, &l) {
		tb.Fatalf("%s %s: got %v, want a Limited", method, url, err)
	}
	return l
}

// Things for a hub to say.

func fine(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"fine":true}`) }

func status(code int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// cut ends the connection in place of an answer.
func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// torn ends it in the middle of one.
func torn(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Etag", `"torn"`)
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"data":`)
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	panic(http.ErrAbortHandler)
}

// resetting closes with RST, as a gateway that forgot the connection.
func resetting(w http.ResponseWriter, r *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2 has streams
		cut(w, r)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
