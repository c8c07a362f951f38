package fake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// docs is where GitHub sends those whom it refuses something.
const docs = "https://docs.github.com/rest"

// notYours is what a token without the right is told.
const notYours = "Resource not accessible by personal access token"

// reply is an answer to be.
type reply struct {
	status int
	header http.Header
	body   any // marshalled, unless it is a raw text
}

func ok(body any) reply { return reply{status: http.StatusOK, body: body} }

func refuse(status int, message string) reply {
	return reply{status: status, body: object{"message": message, "documentation_url": docs, "status": strconv.Itoa(status)}}
}

func notFound() reply { return refuse(http.StatusNotFound, "Not Found") }

// invalid is the 422 for one field.
func invalid(resource, field, code, message string) reply {
	e := object{"resource": resource, "code": code}
	if field != "" {
		e["field"] = field
	}
	if message != "" {
		e["message"] = message
	}
	r := refuse(http.StatusUnprocessableEntity, "Validation Failed")
	if o, is := r.body.(object); is {
		o["errors"] = []any{e}
	}
	return r
}

// apiHost serves the API: judge, authenticate, limit, run, and answer.
func (s *Server) apiHost() http.Handler {
	routes := operations()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client hung up
		}
		c := &call{request: r, body: body, path: trimBase(r.URL.EscapedPath()), query: r.URL.Query()}
		c.find(routes)
		at, verdict := s.arrive(c)
		if verdict.When == Before && !s.pass(w, r, verdict) {
			s.finish(at, verdict.Status)
			return
		}
		answer := s.answer(at, c) //nolint:contextcheck // GitHub goes on when the client hangs up
		if verdict.When == After {
			if verdict.Act == Truncate {
				truncate(w, answer)
				return
			}
			if !s.pass(w, r, verdict) {
				s.finish(at, verdict.Status)
				return
			}
		}
		s.finish(at, answer.status)
		send(w, answer)
	})
}

// arrive logs the request and has it judged.
func (s *Server) arrive(c *call) (at int, v Verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, Request{
		Number: len(s.log) + 1, Time: s.opts.Now(), Method: c.request.Method, Path: strings.TrimPrefix(c.path, "/"),
		Operation: c.operation(), Query: c.query, Body: string(c.body), Write: c.write(),
	})
	at = len(s.log) - 1
	if s.fault != nil {
		v = s.fault(s.log[at])
	}
	return at, v
}

func (s *Server) finish(at, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log[at].Status = status
}

// pass does what the verdict says, and tells whether the request goes on.
func (s *Server) pass(w http.ResponseWriter, r *http.Request, v Verdict) bool {
	if v.Delay > 0 {
		timer := time.NewTimer(v.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		case <-s.closed:
		}
	}
	switch v.Act {
	case Pass:
		return true
	case Hang:
		if hung, is := r.Context().Value(waiting{}).(*bool); is {
			*hung = true
		}
		select {
		case <-r.Context().Done():
		case <-s.closed:
		}
		panic(http.ErrAbortHandler)
	case Cut, Truncate:
		panic(http.ErrAbortHandler) // the server closes the connection, without a word
	case Answer:
		send(w, reply{status: v.Status, header: v.Header, body: v.Body})
	}
	return false
}

// answer runs the operation and dresses its answer.
func (s *Server) answer(at int, c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	bucket := c.bucket()
	budget := s.budget(bucket)
	if answer, refused := s.doorkeeper(c, budget); refused {
		answer.header = mergeHeader(answer.header, budget.header(bucket))
		return answer
	}
	s.opts.Published.checkRequest(c, s.violate)
	c.render, c.budgets, c.logs = renderer{world: s.world, base: s.api.URL}, s.budgets, s.logs.URL
	s.log[at].Happened = true
	s.world.settle()
	answer := s.run(c)
	if answer.body != nil {
		answer.body = string(answer.text()) // encoded once for all that look at it
	}
	s.world.settle()
	s.opts.Published.checkResponse(c, answer, s.violate)
	answer = tagged(c, answer)
	if answer.status != http.StatusNotModified { // that one is free
		budget.Left--
	}
	answer.header = mergeHeader(mergeHeader(answer.header, budget.header(bucket)), s.world.settings.header())
	return answer
}

// doorkeeper refuses what does not get as far as an operation.
func (s *Server) doorkeeper(c *call, b *Budget) (reply, bool) {
	switch given := c.request.Header.Get("Authorization"); {
	case given == "":
		s.violate("%s %s: no token", c.request.Method, c.path)
		return refuse(http.StatusUnauthorized, "Requires authentication"), true
	case given != "Bearer "+s.opts.Token && given != "token "+s.opts.Token:
		s.violate("%s %s: wrong token", c.request.Method, c.path)
		return refuse(http.StatusUnauthorized, "Bad credentials"), true
	case b.Left <= 0 && c.graphQL != nil && b.Status == 0: // GraphQL says so with a 200
		return ok(object{"errors": []any{object{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1000."}}}), true
	case b.Left <= 0:
		v := PrimaryLimit(b.Status, c.bucket(), b.Resets)
		if v.Status == 0 {
			v.Status = http.StatusForbidden
		}
		return reply{status: v.Status, body: v.Body}, true
	}
	return reply{}, false
}

func mergeHeader(a, b http.Header) http.Header {
	h := a.Clone()
	if h == nil {
		h = http.Header{}
	}
	maps.Copy(h, b)
	return h
}

// text gives the body as it is sent.
func (r reply) text() []byte {
	switch body := r.body.(type) {
	case nil:
		return nil
	case string:
		return []byte(body)
	default:
		var b bytes.Buffer
		encode := json.NewEncoder(&b)
		encode.SetEscapeHTML(false)
		if err := encode.Encode(body); err != nil {
			panic(err) // the fake's own values
		}
		return b.Bytes()
	}
}

// tagged gives a GET its entity tag, and answers 304 to whoever has it already.
// GitHub's tag depends on the token, too.
func tagged(c *call, r reply) reply {
	if c.request.Method != http.MethodGet || r.status != http.StatusOK {
		return r
	}
	sum := sha256.New()
	for _, part := range [][]byte{r.text(), []byte(r.header.Get("Link")), []byte(c.request.Header.Get("Authorization")), []byte(c.request.Header.Get("Accept"))} {
		sum.Write(part)
		sum.Write([]byte{0})
	}
	tag := `W/"` + hex.EncodeToString(sum.Sum(nil)) + `"`
	extra := http.Header{"Etag": {tag}, "Cache-Control": {"private, max-age=60, s-maxage=60"}, "Vary": {"Accept, Authorization, Cookie, X-GitHub-OTP"}}
	r.header = mergeHeader(r.header, extra)
	if c.request.Header.Get("If-None-Match") == tag {
		r.status, r.body = http.StatusNotModified, nil
	}
	return r
}

func send(w http.ResponseWriter, r reply) {
	dress(w, r)
	w.WriteHeader(r.status)
	_, _ = w.Write(r.text()) // a client that hung up has its reasons
}

func dress(w http.ResponseWriter, r reply) {
	maps.Copy(w.Header(), r.header)
	if r.body != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
}

func truncate(w http.ResponseWriter, r reply) {
	text := r.text()
	dress(w, r)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)+1))
	w.WriteHeader(r.status)
	_, _ = w.Write(text[:len(text)/2])
	panic(http.ErrAbortHandler)
}
