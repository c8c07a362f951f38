// Package messages is a scripted Messages API on loopback, for tests that drive
// the real CLI of Claude Code: the test says what the model answers, and the
// CLI really runs the tools that the answer uses. It answers what the CLI asks
// for: POST /v1/messages, streamed or whole, and HEAD /.
//
// It knows no account and checks no key, never leaves the machine, and holds no
// model. Start reading at [Serve].
package messages

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// Serve answers until the test ends, and returns the address for the CLI's
// ANTHROPIC_BASE_URL. It calls script once for each request, from several
// goroutines when there are several sessions.
func Serve(tb testing.TB, script func(Request) Reply) (url string) {
	tb.Helper()
	s := httptest.NewServer(Handler(script))
	tb.Cleanup(func() {
		s.CloseClientConnections() // the CLI may hang in a delayed answer
		s.Close()
	})
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
		reply := script(req)
		select {
		case <-time.After(reply.Delay):
		case <-r.Context().Done():
			return
		}
		maps.Copy(w.Header(), reply.Header)
		switch {
		case reply.Status != 0 && reply.Status != http.StatusOK:
			refuse(w, reply.Status, reply.Type, reply.Error)
		case stream:
			writeStream(w, req, reply)
		default:
			writeWhole(w, req, reply)
		}
	})
	return mux
}

// A Reply is what the model answers. Its zero value is an empty text that ends
// the turn.
type Reply struct {
	Blocks []Block
	Stop   string        // stop_reason; default tool_use after a tool, else end_turn
	Delay  time.Duration // before the first byte

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

// Structured is the reply to a session with --json-schema.
func Structured(value any) Reply { return Use("StructuredOutput", value) }
