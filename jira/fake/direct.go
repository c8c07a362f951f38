package fake

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// Direct carries requests to the fake without a network, for tests that live
// through thousands of them: to the site, and to Atlassian's gateway. A
// connection that is cut is an error; one that hangs ends with its context.
func (s *Server) Direct() http.RoundTripper { return direct{s} }

type direct struct{ server *Server }

var errCut = errors.New("read tcp: connection reset by peer")

// RoundTrip returns when the request was served.
func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
	}
	f := d.server.serve(req, body)
	text := io.Reader(bytes.NewReader(f.reply.text()))
	switch f.act {
	case Cut:
		return nil, errCut
	case Hang:
		<-req.Context().Done()
		return nil, req.Context().Err()
	case Truncate:
		whole := f.reply.text()
		text = io.MultiReader(bytes.NewReader(whole[:len(whole)/2]), torn{})
	case Pass, Answer:
	}
	return &http.Response{
		Status: http.StatusText(f.reply.status), StatusCode: f.reply.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: f.reply.dressed(), Body: io.NopCloser(text), ContentLength: -1, Request: req,
	}, nil
}

// torn is where a body breaks off.
type torn struct{}

func (torn) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
