package transport

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Bodies above this size are passed on as they come, neither read nor kept.
const mostBody = 4 << 20

// reply is an answer, with its body if that had to be read.
type reply struct {
	*http.Response
	body  []byte
	whole bool // body is all of it
}

// read takes the body in where something depends on it: a limit that only the
// text tells of, and what is kept. A body that breaks off is an error, as if
// the connection had broken before.
func read(c *call, resp *http.Response) (*reply, error) {
	r := &reply{Response: resp}
	if c.foreign() || !telling(c, resp) || resp.ContentLength > mostBody {
		return r, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostBody+1))
	switch {
	case err != nil && refusal(resp.StatusCode):
		// The status was no success: the headers alone have to do.
	case err != nil:
		_ = resp.Body.Close() // the first error is the one to tell
		return nil, fmt.Errorf("read answer: %w", err)
	case len(body) > mostBody:
		resp.Body = &spliced{Reader: io.MultiReader(bytes.NewReader(body), resp.Body), Closer: resp.Body}
		return r, nil
	}
	_ = resp.Body.Close() // all is read
	resp.Body = io.NopCloser(bytes.NewReader(body))
	r.body, r.whole = body, true
	return r, nil
}

// spliced is a body of which the beginning was read already.
type spliced struct {
	io.Reader
	io.Closer
}

func telling(c *call, resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusOK:
		return c.bucket == graphql || c.key != "" && resp.Header.Get("Etag") != ""
	case http.StatusNotModified:
		return true
	}
	return refusal(resp.StatusCode)
}

// drop lets the connection be used again.
func (r *reply) drop() {
	if r == nil {
		return
	}
	_, _ = io.CopyN(io.Discard, r.Body, 64<<10) // what fails here costs a connection at most
	_ = r.Body.Close()
}

// learn books what the answer says about limits. It returns a Limited when the
// request was rejected by one, and so had no effect.
func (t *Transport) learn(c *call, r *reply) *Limited {
	if c.foreign() {
		return nil
	}
	if r.StatusCode == http.StatusNotModified {
		t.notModified.Add(1)
	}
	now := t.o.Now()
	n := news{owner: c.owner, bucket: c.bucket, sent: c.sent, quota: quotaOf(c.bucket, r.Header, now), limit: classify(c.bucket, r, now)}
	b := t.limits.learn(c.req.Context(), n)
	if n.limit == nil {
		return nil
	}
	r.drop()
	return &Limited{Until: b.Until, Why: b.Why}
}

// finish turns the answer into the one for the caller.
func (t *Transport) finish(c *call, r *reply) *http.Response {
	if c.foreign() {
		return r.Response
	}
	switch {
	case r.StatusCode == http.StatusNotModified && c.kept != nil:
		t.etags.refresh(c.key, c.kept, r.Header)
		c.kept.restore(r.Response)
	case r.StatusCode == http.StatusOK && c.key != "" && r.whole:
		t.etags.save(c.key, keep(r))
	}
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Ratelimit-") {
			r.Header.Del(name)
		}
	}
	return r.Response
}
