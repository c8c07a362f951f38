package fake

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

type object = map[string]any

// reply is an answer to be.
type reply struct {
	status int
	header http.Header
	body   any // marshalled, unless it is a raw text; nil for none
}

func ok(body any) reply { return reply{status: http.StatusOK, body: body} }

// refuse is Jira's collection of errors.
func refuse(status int, messages ...string) reply {
	return reply{status: status, body: object{"errorMessages": messages, "errors": object{}}}
}

// invalid is the 400 for one field.
func invalid(field, message string) reply {
	return reply{status: http.StatusBadRequest, body: object{"errorMessages": []string{}, "errors": object{field: message}}}
}

func notFound() reply {
	return refuse(http.StatusNotFound, "Issue does not exist or you do not have permission to see it.")
}

// call is one request on its way through the fake.
type call struct {
	request *http.Request
	body    []byte
	path    string // below the API
	query   url.Values
	route   *route
	params  map[string]string
}

// fate is what became of a request: an answer, or none.
type fate struct {
	act   Act
	reply reply
}

// ServeHTTP answers over the network.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client hung up
	}
	switch f := s.serve(r, body); f.act {
	case Pass, Answer:
		send(w, f.reply)
	case Hang:
		select {
		case <-r.Context().Done():
		case <-s.closed:
		}
		panic(http.ErrAbortHandler)
	case Truncate:
		text := f.reply.text()
		w.Header().Set("Content-Length", strconv.Itoa(len(text)+1))
		w.WriteHeader(f.reply.status)
		_, _ = w.Write(text[:len(text)/2]) // it is cut off anyway
		panic(http.ErrAbortHandler)
	case Cut:
		panic(http.ErrAbortHandler) // the server closes the connection, without a word
	}
}

// serve judges a request and runs it.
func (s *Server) serve(r *http.Request, body []byte) fate {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{request: r, body: body, path: s.below(r.URL.EscapedPath()), query: r.URL.Query()}
	c.find()
	s.log = append(s.log, Request{
		Number: len(s.log) + 1, Time: s.opts.Now(), Method: r.Method, Host: r.URL.Host, Path: strings.TrimPrefix(r.URL.RequestURI(), "/"),
		Operation: c.operation(), Body: string(body), Write: c.write(), Token: r.Header.Get("Authorization") != "",
	})
	at := &s.log[len(s.log)-1]
	var v Verdict
	if s.fault != nil {
		v = s.fault(*at)
	}
	if v.Act != Pass && v.When == Before {
		at.Status = v.Status
		return fate{v.Act, v.reply()}
	}
	at.Happened = true
	answer := s.answer(c)
	if v.Act == Truncate {
		return fate{Truncate, answer}
	}
	if v.Act != Pass {
		at.Status = v.Status
		return fate{v.Act, v.reply()}
	}
	at.Status = answer.status
	return fate{Pass, answer}
}

func (v Verdict) reply() reply { return reply{status: v.Status, header: v.Header, body: v.Body} }

// answer runs the operation.
func (s *Server) answer(c *call) reply {
	if c.path == "/_edge/tenant_info" && s.opts.Kind == Cloud {
		return ok(object{"cloudId": CloudID})
	}
	if refused := s.doorkeeper(c); refused != nil {
		return *refused
	}
	if c.route == nil || c.route.only != "" && c.route.only != s.opts.Kind {
		s.violate("%s %s: no such operation", c.request.Method, c.path)
		return reply{status: http.StatusNotFound, body: "<html>dead link</html>"}
	}
	if c.request.Header.Get("X-Atlassian-Token") != "no-check" {
		s.violate("%s %s: no X-Atlassian-Token", c.request.Method, c.path)
	}
	s.opts.Published.checkRequest(s.opts.Kind, c, s.violate)
	r := c.route.run(s.world, c)
	if r.body != nil {
		r.body = string(r.text())
	}
	s.opts.Published.checkResponse(s.opts.Kind, c, r, s.violate)
	return r
}

// doorkeeper refuses who does not show the right token in the right place.
func (s *Server) doorkeeper(c *call) *reply {
	given := c.request.Header.Get("Authorization")
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(s.opts.Email+":"+s.opts.Token))
	if s.opts.Access == Bearer {
		want = "Bearer " + s.opts.Token
	}
	right := given == want && (s.opts.Access == Scoped) == (c.request.URL.Host == gatewayHost)
	if right {
		return nil
	}
	r := refuse(http.StatusUnauthorized, "Client must be authenticated to access this resource.")
	r.header = http.Header{"X-Seraph-Loginreason": {"AUTHENTICATED_FAILED"}, "Www-Authenticate": {`Basic realm="protected-area"`}}
	return &r
}

// text gives the body as it is sent.
func (r reply) text() []byte {
	switch body := r.body.(type) {
	case nil:
		return nil
	case string:
		return []byte(body)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			panic(err) // the fake's own values
		}
		return text
	}
}

func (r reply) dressed() http.Header {
	h := http.Header{"Content-Type": {"application/json;charset=UTF-8"}}
	maps.Copy(h, r.header)
	return h
}

func send(w http.ResponseWriter, r reply) {
	maps.Copy(w.Header(), r.dressed())
	w.WriteHeader(r.status)
	if r.status != http.StatusNoContent {
		_, _ = w.Write(r.text()) // a client that hung up has its reasons
	}
}
