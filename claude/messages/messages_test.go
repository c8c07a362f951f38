package messages_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm/claude/messages"
)

func post(t *testing.T, url, body string) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/messages?beta=true", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return do(t, req)
}

func do(t *testing.T, req *http.Request) (status int, text string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

const conversation = `{"model":"m","stream":true,"system":[{"type":"text","text":"be good"}],"tools":[{"name":"Bash"},{"name":"Read"}],"messages":[
	{"role":"user","content":[{"type":"text","text":"<system-reminder>x</system-reminder>"},{"type":"text","text":"do it"}]},
	{"role":"assistant","content":[{"type":"text","text":"yes"},{"type":"tool_use","id":"1","name":"Bash","input":{}}]},
	{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","is_error":true,"content":"denied"},{"type":"text","text":"<system-reminder>y</system-reminder>"}]},
	{"role":"assistant","content":"hm"},
	{"role":"user","content":[{"type":"tool_result","tool_use_id":"2","content":[{"type":"text","text":"fine"}]}]}]}`

func TestAScriptSeesWhatTheCLISaid(t *testing.T) {
	var got messages.Request
	url := messages.Serve(t, func(r messages.Request) messages.Reply {
		got = r
		return messages.Say("ok")
	})
	if status, text := post(t, url, conversation); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	if got.Model != "m" || got.System != "be good" || !got.Offers("Read") || got.Offers("Write") || len(got.Messages) != 5 {
		t.Errorf("got %+v", got)
	}
	if got.Prompt() != "do it" || got.Step() != 2 {
		t.Errorf("got prompt %q and step %d, want do it and 2", got.Prompt(), got.Step())
	}
	last, ok := got.Result()
	if diff := cmp.Diff(last, messages.Result{Text: "fine"}); !ok || diff != "" {
		t.Errorf("result (%v): got - want +:\n%s", ok, diff)
	}
	if diff := cmp.Diff(got.Messages[2].Results, []messages.Result{{Text: "denied", Error: true}}); diff != "" {
		t.Errorf("got - want +:\n%s", diff)
	}
}

func TestAStreamHoldsTheEventsOfTheAPI(t *testing.T) {
	url := messages.Serve(t, func(messages.Request) messages.Reply {
		return messages.Reply{Blocks: []messages.Block{messages.Text("a \"b\""), messages.ToolUse{Name: "Bash", Input: map[string]string{"command": "ls"}}}}
	})
	_, text := post(t, url, conversation)
	var events []string
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			events = append(events, strings.TrimSpace(name))
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && !json.Valid([]byte(data)) {
			t.Errorf("not JSON: %s", data)
		}
	}
	want := []string{
		"message_start",
		"content_block_start", "content_block_delta", "content_block_stop",
		"content_block_start", "content_block_delta", "content_block_stop",
		"message_delta", "message_stop",
	}
	if diff := cmp.Diff(events, want); diff != "" {
		t.Errorf("got - want +:\n%s", diff)
	}
	for _, want := range []string{`"text":"a \"b\""`, `"partial_json":"{\"command\":\"ls\"}"`, `"stop_reason":"tool_use"`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in:\n%s", want, text)
		}
	}
}

func TestAnErrorIsTheAPIs(t *testing.T) {
	url := messages.Serve(t, func(messages.Request) messages.Reply {
		return messages.Reply{Status: 429, Type: "rate_limit_error", Error: "slow", Header: http.Header{"Retry-After": {"7"}}}
	})
	status, text := post(t, url, conversation)
	if want := `{"error":{"message":"slow","type":"rate_limit_error"},"type":"error"}`; status != 429 || strings.TrimSpace(text) != want {
		t.Errorf("got %d %s, want 429 %s", status, text, want)
	}
}

func TestOnlyTheCallsOfTheCLIAreAnswered(t *testing.T) {
	url := messages.Serve(t, func(messages.Request) messages.Reply { return messages.Say("ok") })
	for _, tt := range []struct {
		method, path, body string
		status             int
	}{
		{http.MethodHead, "/", "", 200},
		{http.MethodGet, "/v1/models", "", 404},
		{http.MethodPost, "/v1/messages/count_tokens", "{}", 404},
		{http.MethodPost, "/v1/messages", "{", 400},
		{http.MethodPost, "/v1/messages", `{"messages":[{"role":"user","content":7}]}`, 400},
		{http.MethodPost, "/v1/messages", `{"messages":[{"role":"user","content":"hi"}]}`, 200},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tt.method, url+tt.path, bytes.NewBufferString(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		if status, text := do(t, req); status != tt.status {
			t.Errorf("%s %s %s: got %d %s, want %d", tt.method, tt.path, tt.body, status, text, tt.status)
		}
	}
}

func TestTroubleIsAsTheCLIReadsIt(t *testing.T) {
	resets := time.Now().Add(90 * time.Second).Truncate(time.Second)
	for name, tt := range map[string]struct {
		reply  messages.Reply
		status int
		header map[string]string
	}{
		"overloaded": {messages.Overloaded(), 529, nil},
		"key":        {messages.Unauthorized(), 401, nil},
		"credit":     {messages.NoCredit(), 400, nil},
		"slow down":  {messages.TooMany(1500 * time.Millisecond), 429, map[string]string{"Retry-After": "2"}},
		"limit": {messages.UsedUp(messages.SevenDays, resets), 429, map[string]string{
			"anthropic-ratelimit-unified-status":               "rejected",
			"anthropic-ratelimit-unified-representative-claim": "seven_day",
			"anthropic-ratelimit-unified-reset":                strconv.FormatInt(resets.Unix(), 10),
			"anthropic-ratelimit-unified-7d-utilization":       "1",
		}},
		"near": {messages.Say("ok").Near(messages.FiveHours, 0.92, resets), 200, map[string]string{
			"anthropic-ratelimit-unified-status":         "allowed",
			"anthropic-ratelimit-unified-5h-utilization": "0.92",
			"anthropic-ratelimit-unified-5h-reset":       strconv.FormatInt(resets.Unix(), 10),
		}},
	} {
		rec := httptest.NewRecorder()
		messages.Handler(func(messages.Request) messages.Reply { return tt.reply }).
			ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/messages", strings.NewReader(conversation)))
		if rec.Code != tt.status {
			t.Errorf("%s: got %d, want %d", name, rec.Code, tt.status)
		}
		for key, want := range tt.header {
			if got := rec.Header().Get(key); got != want {
				t.Errorf("%s: got %s %q, want %q", name, key, got, want)
			}
		}
	}
}

// A connection can break before the first byte and in the middle. Caught: a
// drop that ended the stream in order.
func TestAConnectionBreaksWhereTheScriptSays(t *testing.T) {
	for drop, want := range map[messages.Drop]string{messages.DropAtOnce: "", messages.DropMidway: "content_block_start"} {
		url := messages.Serve(t, func(messages.Request) messages.Reply {
			return messages.Reply{Blocks: []messages.Block{messages.Text("half")}, Drop: drop}
		})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/messages", strings.NewReader(conversation))
		if err != nil {
			t.Fatal(err)
		}
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Do(req)
		var text []byte
		if err == nil {
			text, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		if err == nil || !strings.Contains(string(text), want) || strings.Contains(string(text), "half") {
			t.Errorf("%s: got %q, %v", drop, text, err)
		}
	}
}

func TestAnAnswerWaitsUntilItIsReleased(t *testing.T) {
	release, asked := make(chan struct{}), make(chan struct{}, 1)
	s, err := messages.Start(func(messages.Request) messages.Reply {
		asked <- struct{}{}
		return messages.Reply{Until: release}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		post(t, s.URL, conversation)
	}()
	<-asked
	select {
	case <-answered:
		t.Error("answered before it was released")
	default:
	}
	close(release)
	<-answered
	if got := s.Requests(); got != 1 {
		t.Errorf("counted %d requests, want 1", got)
	}
}

// Caught: a Close that waited for an answer that never came, and a port that
// was still taken afterwards.
func TestAServerThatIsClosedComesBackWhereItWas(t *testing.T) {
	asked := make(chan struct{}, 1)
	s, err := messages.Start(func(messages.Request) messages.Reply {
		asked <- struct{}{}
		return messages.Reply{Delay: time.Hour}
	})
	if err != nil {
		t.Fatal(err)
	}
	gone := make(chan error, 1)
	go func() {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v1/messages", strings.NewReader(conversation))
		if err == nil {
			var resp *http.Response
			if resp, err = (&http.Client{Transport: &http.Transport{}}).Do(req); err == nil {
				_ = resp.Body.Close()
			}
		}
		gone <- err
	}()
	<-asked
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-gone; err == nil {
		t.Error("a request that was under way ended well")
	}
	again, err := messages.StartAt(strings.TrimPrefix(s.URL, "http://"), func(messages.Request) messages.Reply { return messages.Say("back") })
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	if status, text := post(t, again.URL, conversation); status != 200 || !strings.Contains(text, "back") {
		t.Errorf("got %d %s", status, text)
	}
}

func TestASlowStreamComesWordByWord(t *testing.T) {
	url := messages.Serve(t, func(messages.Request) messages.Reply {
		r := messages.Say("one two three")
		r.Pace, r.Tokens = time.Microsecond, 7
		return r
	})
	_, text := post(t, url, conversation)
	if got := strings.Count(text, "text_delta"); got != 3 || !strings.Contains(text, `"output_tokens":7`) {
		t.Errorf("got %d pieces, want 3, and 7 tokens:\n%s", got, text)
	}
}

// The words of an issue, which a tool read, are no command.
func TestAScriptSeesWhichIssueAConversationIsAbout(t *testing.T) {
	for _, tt := range []struct{ said, name, args string }{
		{`{"role":"user","content":"hello"}`, "", ""},
		{`{"role":"user","content":[{"type":"text","text":"<command-message>fm:fix-issue</command-message>\n<command-name>/fm:fix-issue</command-name>\n<command-args>123 </command-args>\n"},{"type":"text","text":"# Fix issue 123"}]},
			{"role":"assistant","content":"<command-name>/clear</command-name>"},
			{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"<command-name>/clear</command-name>"}]},
			{"role":"user","content":"This is attempt 2 at the issue 123."}`, "fm:fix-issue", "123"},
		{`{"role":"user","content":"<command-name>/compact</command-name>"}`, "compact", ""},
	} {
		url := messages.Serve(t, func(r messages.Request) messages.Reply {
			if name, args := r.Command(); name != tt.name || args != tt.args {
				t.Errorf("%s: got %q %q, want %q %q", tt.said, name, args, tt.name, tt.args)
			}
			return messages.Say("ok")
		})
		post(t, url, `{"model":"m","messages":[`+tt.said+`]}`)
	}
}
