package messages_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

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
