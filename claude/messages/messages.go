// Package messages is a scripted Messages API on loopback, for whatever drives
// the real CLI of Claude Code: the script says what the model answers, and the
// CLI really runs the tools that the answer uses. It answers what the CLI asks
// for: POST /v1/messages, streamed or whole, and HEAD /. It can also fail in
// every way that was seen of the real API.
//
// It knows no account and checks no key, never leaves the machine, and holds no
// model. Start reading at [Start]; a [Reply] is the vocabulary, and trouble.go
// has the failures.
package messages

import (
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// A Server is the API on a port of its own.
type Server struct {
	URL string // for the CLI's ANTHROPIC_BASE_URL

	http     *http.Server
	requests *atomic.Int64
	served   chan struct{}
}

// Start serves until Close. It calls script once for each request, from several
// goroutines when there are several sessions.
func Start(script func(Request) Reply) (*Server, error) { return StartAt("127.0.0.1:0", script) }

// StartAt is [Start] on an address: an API that comes back where it was.
func StartAt(address string, script func(Request) Reply) (*Server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve messages: %w", err)
	}
	s := &Server{URL: "http://" + l.Addr().String(), requests: new(atomic.Int64), served: make(chan struct{})}
	s.http = &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		// A connection that a script drops would be reported as a panic.
		ErrorLog: log.New(nothing{}, "", 0),
		Handler: Handler(func(r Request) Reply {
			s.requests.Add(1)
			return script(r)
		}),
	}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(l) // it ends with Close
	}()
	return s, nil
}

type nothing struct{}

func (nothing) Write(b []byte) (int, error) { return len(b), nil }

// Requests counts the calls of the model so far.
func (s *Server) Requests() int { return int(s.requests.Load()) }

// Close ends the server and every answer that is still under way: the CLI's
// next request finds nobody. It returns when the port is free.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.served
	return err
}

// TB is what [Serve] needs of a test. It spares the programs that start a
// server the package testing.
type TB interface {
	Helper()
	Cleanup(f func())
	Fatal(args ...any)
}

// Serve answers until the test ends, and returns the address for the CLI's
// ANTHROPIC_BASE_URL.
func Serve(tb TB, script func(Request) Reply) (url string) {
	tb.Helper()
	s, err := Start(script)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() }) // the CLI may hang in a delayed answer
	return s.URL
}

// Handler is the API without a server.
func Handler(script func(Request) Reply) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("HEAD /{$}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /v1/messages", func(w http.ResponseWriter, r *http.Request) {
		req, stream, err := readRequest(r.Body)
		if err != nil {
			refuse(w, http.StatusBadRequest, "invalid_request_error", err.Error())
			return
		}
		if err := answer(r.Context(), w, req, stream, script(req)); errors.Is(err, errDropped) {
			panic(http.ErrAbortHandler) // how net/http lets a handler break a connection
		}
	})
	return mux
}

// A Reply is what the model answers. Its zero value is an empty text that ends
// the turn.
type Reply struct {
	Blocks []Block
	Stop   string // stop_reason; default tool_use after a tool, else end_turn
	Tokens int    // that the answer claims to be long; default 10

	Delay time.Duration   // before the first byte
	Until <-chan struct{} // no first byte before it is closed; nil for at once
	Pace  time.Duration   // between two pieces of a streamed text
	Drop  Drop            // where the connection breaks

	Status int    // an HTTP status other than 200: an API error
	Type   string // of the error, such as rate_limit_error
	Error  string // its message
	Header http.Header
}

// A Block is a [Text] or a [ToolUse].
type Block interface{ block() }

// Text is what the model says.
type Text string

// ToolUse is what the model wants to be run.
type ToolUse struct {
	Name  string
	Input any // to be written as JSON
}

func (Text) block()    {}
func (ToolUse) block() {}

// Say is the reply that ends a turn with a text.
func Say(text string) Reply { return Reply{Blocks: []Block{Text(text)}} }

// Use is the reply that runs one tool.
func Use(name string, input any) Reply {
	return Reply{Blocks: []Block{ToolUse{Name: name, Input: input}}}
}

// Bash is the reply that runs one command.
func Bash(command string) Reply {
	return Use("Bash", map[string]string{"command": command, "description": "a step of the script"})
}

// Background is the reply that runs one command in the background: the turn
// goes on, and the CLI wakes the model when the command ends.
func Background(command string) Reply {
	return Use("Bash", map[string]any{"command": command, "description": "a step of the script", "run_in_background": true})
}

// Structured is the reply to a session with --json-schema.
func Structured(value any) Reply { return Use("StructuredOutput", value) }
