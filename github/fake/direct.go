package fake

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
)

// Direct carries requests to the API without a network, for tests that live
// through thousands of them. A connection that is cut is an error; one that
// hangs is a timeout, at once.
func (s *Server) Direct() http.RoundTripper { return &direct{handler: s.api.Config.Handler} }

type direct struct{ handler http.Handler }

// errCut is what a client sees of a connection that was closed on it.
var errCut = errors.New("read tcp: connection reset by peer")

// waiting is the context key under which a request finds whether it hangs.
type waiting struct{}

// RoundTrip returns when the request was served.
func (d *direct) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	hung := false
	// GitHub does not learn that a client is gone, and nobody waits here for one
	// that hangs.
	ctx, cancel := context.WithCancel(context.WithValue(context.WithoutCancel(req.Context()), waiting{}, &hung))
	cancel()
	in := req.Clone(ctx)
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := &answer{header: http.Header{}}
	cut := w.serve(d.handler, in)
	_ = in.Body.Close() // it was read
	switch {
	case hung:
		return nil, os.ErrDeadlineExceeded
	case cut && w.status == 0:
		return nil, errCut
	}
	var body io.Reader = &w.text
	if cut {
		body = io.MultiReader(body, torn{})
	}
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(body), ContentLength: -1, Request: req,
	}, nil
}

// torn is where a body breaks off.
type torn struct{}

func (torn) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// answer is what a handler writes.
type answer struct {
	header http.Header
	status int
	text   bytes.Buffer
}

// Header is what the handler sets before it writes.
func (w *answer) Header() http.Header { return w.header }

// WriteHeader is called once, by [send] or [truncate].
func (w *answer) WriteHeader(status int) { w.status = status }

// Write never fails.
func (w *answer) Write(b []byte) (int, error) { return w.text.Write(b) }

// serve tells whether the handler closed the connection.
func (w *answer) serve(h http.Handler, req *http.Request) (cut bool) {
	defer func() {
		if why := recover(); why != nil {
			if err, is := why.(error); !is || !errors.Is(err, http.ErrAbortHandler) {
				panic(why)
			}
			cut = true
		}
	}()
	h.ServeHTTP(w, req)
	return false
}
