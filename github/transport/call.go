package transport

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm/failpoint"
)

// The buckets in which GitHub counts, as far as fm asks from them, and the name
// under which a block of all is kept.
const (
	core       = "core"
	graphql    = "graphql"
	search     = "search"
	everything = "everything"
)

// call is one request of the caller's, however often it is sent. One goroutine
// owns it.
type call struct {
	req    *http.Request
	token  string
	owner  string // hash of the token: whose limits and answers; empty for a foreign host
	bucket string
	reads  bool
	key    string  // of the kept answer; empty when none may be kept
	kept   *answer // that answer, or nil

	latest   time.Time // no wait ends later
	told     time.Time // the end of the wait that was last told of
	ticket   string    // for a turn to write
	sends    int
	sent     time.Time // last
	rejected bool      // once, by a limit
}

func (c *call) foreign() bool { return c.owner == "" }

// open reads what is to be known of req before it is sent.
func (t *Transport) open(req *http.Request) (*call, error) {
	n := t.tries.Add(1)
	c := &call{req: req, bucket: bucket(req.URL.Path), reads: reads(req), ticket: t.id + "-" + strconv.FormatInt(n, 10)}
	if !t.mine(req) {
		return c, nil
	}
	if t.o.Token != nil {
		token, err := t.o.Token(req.Context())
		if err != nil {
			return nil, fmt.Errorf("get token: %w", err)
		}
		c.token = token
	}
	c.owner = digest("token", c.token)
	owner := c.owner
	t.owner.Store(&owner)
	c.latest = t.o.Now().Add(t.o.Patience)
	if keepable(req) {
		c.key = digest(req.URL.String(), strings.Join(req.Header.Values("Accept"), ","), c.owner)
		c.kept = t.etags.load(c.key)
	}
	return c, nil
}

// mine tells whether req goes to the transport's own host. A redirect from TLS
// to clear text does not.
func (t *Transport) mine(req *http.Request) bool {
	if !strings.EqualFold(req.URL.Host, t.o.Host) {
		return false
	}
	from := req.Response
	return from == nil || from.Request == nil || from.Request.URL.Scheme == req.URL.Scheme || req.URL.Scheme == "https"
}

// reads tells whether req changes nothing at GitHub's.
func reads(req *http.Request) bool {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	case http.MethodPost:
		marked, _ := req.Context().Value(queryKey{}).(bool)
		return marked && bucket(req.URL.Path) == graphql
	}
	return false
}

// bucket names what a request to path is counted in; of GitHub Enterprise, too,
// whose paths begin with /api.
func bucket(path string) string {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "/api"), "/v3")
	switch {
	case path == "/graphql":
		return graphql
	case strings.HasPrefix(path, "/search/"):
		return search
	}
	return core
}

// replayable tells whether the body can be had once more.
func (c *call) replayable() bool {
	return c.req.Body == nil || c.req.Body == http.NoBody || c.req.GetBody != nil
}

// outgoing is what the base transport gets: a copy, because a RoundTripper must
// not change the request, with the token in it and nowhere else.
func (c *call) outgoing() (*http.Request, error) {
	out := c.req.Clone(c.req.Context())
	if c.sends > 0 && c.req.GetBody != nil {
		body, err := c.req.GetBody()
		if err != nil {
			return nil, fmt.Errorf("read the request again: %w", err)
		}
		out.Body = body
	}
	if c.foreign() {
		out.Header.Del("Authorization")
		return out, nil
	}
	if c.token != "" {
		out.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.kept != nil {
		out.Header.Set("If-None-Match", c.kept.ETag)
	}
	return out, nil
}

// send sends c once, and reads the answer as far as it must be known here.
func (t *Transport) send(c *call) (*reply, error) {
	out, err := c.outgoing()
	if err != nil {
		return nil, err
	}
	c.sends++
	c.sent = t.o.Now()
	if !c.foreign() {
		t.requests.Add(1)
		if !c.reads {
			t.writes.Add(1)
		}
	}
	done := failpoint.Step(c.step())
	resp, err := t.o.Base.RoundTrip(out)
	done()
	if err != nil {
		return nil, err
	}
	resp.Request = c.req // the caller's has no token
	return read(c, resp)
}

// step names a request that may change something at GitHub's.
func (c *call) step() failpoint.Name {
	if c.reads || c.foreign() {
		return ""
	}
	return failpoint.Name("github.write")
}

// leave gives back what c has not used: an unsent body, its turn to write.
func (t *Transport) leave(c *call) {
	if c.sends == 0 {
		closeBody(c.req)
	}
	if !c.reads {
		t.pace.withdraw(context.WithoutCancel(c.req.Context()), c.ticket)
	}
}

// RoundTrip has to close the body also when it sends nothing.
func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close() // it was only read
	}
}

// digest is a name for words, from which they cannot be told.
func digest(words ...string) string {
	h := sha256.New()
	for _, w := range words {
		_, _ = io.WriteString(h, strconv.Itoa(len(w))+":"+w) // a hash takes all
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
