package jira

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

const (
	// maxAnswer bounds what is read of one answer, in bytes.
	maxAnswer = 16 << 20
	// longest is how long one request may take: Jira runs what its
	// administrators hung on a transition before it answers.
	longest = 60 * time.Second
)

var errTooMuch = fmt.Errorf("the answer has more than %d MiB: %w", maxAnswer>>20, fm.ErrRefused)

// clientOver follows no redirect: the API has none, and a token must not travel.
func clientOver(base http.RoundTripper) *http.Client {
	if base == nil {
		base = &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
			ForceAttemptHTTP2:     true,
			MaxIdleConns:          10,
			IdleConnTimeout:       90 * time.Second,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: longest,
		}
	}
	return &http.Client{Transport: base, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// call is one request to the API, however often it is sent.
type call struct {
	method string
	path   string // below rest/api/2, escaped, with its query
	body   []byte // nil for none
	reads  bool   // it changes nothing, whatever its method
}

// get reads what is at a path; the arguments are escaped.
func (j *Jira) get(ctx context.Context, out any, path string, args ...string) error {
	return j.do(ctx, call{method: http.MethodGet, path: filled(path, args), reads: true}, out)
}

// ask reads by a POST.
func (j *Jira) ask(ctx context.Context, out, body any, path string) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return j.do(ctx, call{method: http.MethodPost, path: path, body: text, reads: true}, out)
}

// post changes something. It is sent once, but for limits: see [Jira.once].
func (j *Jira) post(ctx context.Context, out, body any, path string, args ...string) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return j.do(ctx, call{method: http.MethodPost, path: filled(path, args), body: text}, out)
}

func filled(path string, args []string) string {
	for _, arg := range args {
		path = strings.Replace(path, "%", url.PathEscape(arg), 1)
	}
	return path
}

// answer is what the site sent back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// exchange sends a call once, to the gateway where the site wants that.
func (j *Jira) exchange(ctx context.Context, c call) (*answer, error) {
	base := j.base()
	a, err := j.send(ctx, base, c)
	if err != nil || a.status != http.StatusUnauthorized {
		return a, err
	}
	instead, found := j.detour(ctx, base)
	if !found {
		return a, nil
	}
	b, err := j.send(ctx, instead, c)
	if err == nil && b.status == http.StatusUnauthorized {
		return a, nil // what the site itself says is clearer
	}
	if err == nil {
		j.settle(instead)
	}
	return b, err
}

func (j *Jira) send(ctx context.Context, base string, c call) (*answer, error) {
	step := failpoint.Name("jira.write")
	if c.reads {
		step = ""
	}
	defer failpoint.Step(step)()
	return j.fetch(ctx, c.method, base+"/rest/api/2/"+c.path, c.body, j.authorization())
}

// fetch sends one request and reads the whole answer.
func (j *Jira) fetch(ctx context.Context, method, address string, body []byte, authorization string) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body == nil {
		req.Body = http.NoBody
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	req.GetBody = nil // the transport must not send a write again by itself
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "fm")
	req.Header.Set("X-Atlassian-Token", "no-check") // or a proxy's Referer is taken for another site's
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := j.client.Do(req)
	if err != nil {
		if outer, ok := errors.AsType[*url.Error](err); ok {
			err = outer.Err // the path tells nobody anything
		}
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(text) > maxAnswer {
		return nil, errTooMuch
	}
	return &answer{resp.StatusCode, resp.Header, text}, nil
}

// accept turns an answer into what was asked for, or into a [*failure].
func (j *Jira) accept(a *answer, out any) error {
	if f := j.failed(a); f != nil {
		return f
	}
	if out == nil || a.status == http.StatusNoContent {
		return nil
	}
	if err := json.Unmarshal(a.body, out); err != nil {
		return fmt.Errorf("%s answers in no way that fm knows: %v", j.site.Host, err) //nolint:errorlint // nobody asks which syntax error it is
	}
	return nil
}
