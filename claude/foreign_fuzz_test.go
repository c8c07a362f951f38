package claude

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/founder-mode/fm"
)

// shown holds that a text can be shown as it is.
func shown(t *testing.T, what, text string) {
	t.Helper()
	if fm.Plain(text) != text || !utf8.ValidString(text) {
		t.Errorf("%s %q cannot be shown", what, text)
	}
}

// Whatever stands in a conversation, it is shown without escapes, counts tokens
// that only grow, and stops nothing.
func FuzzTranscript(f *testing.F) {
	f.Add(`{"type":"user","message":{"content":"a\u001b[2Jb"}}`)
	f.Add(`{"type":"assistant","timestamp":"2026-11-20T14:30:45Z","message":{"id":"m","content":[{"type":"text","text":"x\u202e"},{"type":"tool_use","name":"Bash\u0007","input":{"command":"a\nb"}}],"usage":{"input_tokens":9223372036854775807,"output_tokens":-1}}}`)
	f.Add(`{"type":"user","message":{"content":[{"type":"tool_result","is_error":true,"content":[{"type":"text","text":"\u009b31m"}]}]}}`)
	f.Add(`{"type":"attachment","attachment":{"type":"queued_command","prompt":[{"text":1}]}}`)
	f.Fuzz(func(t *testing.T, line string) {
		shown(t, "the line", readable([]byte(line), time.Time{}))
		read := tally{messages: map[string]int64{}}
		for range 2 { // a line may come twice
			before := read.sum
			if read.add([]byte(line), time.Time{}); read.sum < before {
				t.Errorf("%d tokens, after %d", read.sum, before)
			}
		}
		prompted(strings.NewReader(line))
	})
}

// Whatever the CLI tells the status line, one line of ours is printed.
func FuzzStatusLine(f *testing.F) {
	f.Add(`{"session_id":"s","cost":{"total_cost_usd":1.5},"context_window":{"used_percentage":12},"rate_limits":{"five_hour":{"used_percentage":50,"resets_at":1}}}`)
	f.Add(`{"session_id":"\u001b]0;x\u0007","cost":{"total_cost_usd":1e308},"context_window":{"used_percentage":-1e300}}`)
	f.Add(`{"cost":[],"rate_limits":{"five_hour":7}}`)
	f.Add(`{"cost":`)
	f.Fuzz(func(t *testing.T, payload string) {
		h := newHooked(t)
		var out bytes.Buffer
		_ = StatusLine(t.Context(), strings.NewReader(payload), &out, h.env) // an error is for the log
		if line, ok := strings.CutSuffix(out.String(), "\n"); out.Len() > 0 && (!ok || strings.Contains(line, "\n") || !strings.HasPrefix(line, "fm ")) {
			t.Errorf("printed %q", out.String())
		}
		shown(t, "the line", strings.TrimSuffix(out.String(), "\n"))
		for line := range bytes.Lines(readFile(t, h.path())) {
			if _, ok := parseEvent(bytes.TrimSuffix(line, []byte("\n"))); !ok {
				t.Errorf("wrote what cannot be read: %s", line)
			}
		}
	})
}

// What a tool is to do is told in a line, and a question with its options.
func FuzzToolDetail(f *testing.F) {
	f.Add("Bash", `{"command":"rm -rf /\n\u001b[31m"}`)
	f.Add("AskUserQuestion", `{"questions":[{"question":"a\u202e?","options":[{"label":"x\u0007"},{"label":""}]},{}]}`)
	f.Add("ExitPlanMode", `{"plan":"1.\n2."}`)
	f.Add("x", `[1]`)
	f.Fuzz(func(t *testing.T, tool, input string) {
		detail, options := toolDetail(tool, []byte(input))
		if len(options) > maxOptions || utf8.RuneCountInString(detail) > maxText+100 {
			t.Errorf("%d options, %d characters", len(options), utf8.RuneCountInString(detail))
		}
		for _, text := range append(options, detail) {
			shown(t, "the text", text)
			if strings.ContainsAny(text, "\n\r") {
				t.Errorf("%q is no line", text)
			}
		}
		callMark(tool, []byte(input))
	})
}

// An environment is anybody's: of a mark in it only an id and a folder become of
// use, and of what is scrubbed nothing is left.
func FuzzEnviron(f *testing.F) {
	f.Add("FM_TASK=7\x00FM_ATTEMPT=1\x00FM_PROJECT=/p\x00GH_TOKEN=x")
	f.Add("FM_TASK=../x\x00FM_ATTEMPT=-1\x00FM_PROJECT=p\x00A_SECRET")
	f.Add("=x\x00CLAUDE_CODE_USE_BEDROCK=1\x00AWS_SECRET_ACCESS_KEY=a\x00MY_PASSWORD=\xff")
	f.Fuzz(func(t *testing.T, environ string) {
		all := entries([]byte(environ))
		if run, ok := runOf(all, "/p"); ok {
			if again, err := fm.ParseRun(run.String()); err != nil || again != run {
				t.Errorf("%+v is no run: %v", run, err)
			}
		}
		left := Scrub(all, nil)
		for _, entry := range left {
			name, _, _ := strings.Cut(entry, "=")
			if name == "GH_TOKEN" || name == "FM_TASK" || strings.HasSuffix(name, "PASSWORD") && !strings.HasPrefix(name, "AWS_") &&
				!strings.HasPrefix(name, "ANTHROPIC_") && !strings.HasPrefix(name, "GOOGLE_") && !strings.HasPrefix(name, "CLOUDSDK_") && !strings.HasPrefix(name, "AZURE_") {
				t.Errorf("%q is left", entry)
			}
		}
		if again := Scrub(left, nil); len(again) != len(left) {
			t.Errorf("%q, scrubbed once more: %q", left, again)
		}
	})
}
