package scripted

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
)

const splits = `{"splits":[
	{"id":"7","title":"Convert weights","subissues":[{"title":"A","priority":"high"},{"title":"B","depends_on":[1]}]},
	{"id":"8","title":"Say how","subissues":[{"title":"C"}]},
	{"id":"21","answer":"error","api_error_status":429,"message":"Too many"},
	{"id":"22","answer":"unstructured","message":"I would rather talk"},
	{"id":"23","answer":"garbled"}]}`

// reply is what a caller of claude -p reads.
type reply struct {
	Type     string    `json:"type"`
	Subtype  string    `json:"subtype"`
	IsError  bool      `json:"is_error"`
	Status   *int      `json:"api_error_status"`
	Result   string    `json:"result"`
	Session  string    `json:"session_id"`
	Split    *fm.Split `json:"structured_output"`
	Denials  []string  `json:"permission_denials"`
	Terminal string    `json:"terminal_reason"`
}

func TestPrintModeAnswersWithTheSplitOfTheIssue(t *testing.T) {
	b := newBench(t, splits)
	for prompt, want := range map[string][]string{
		"Split into 2 to 5.\n\nIssue 9: Convert WEIGHTS and volumes\n\nsay how it is done": {"A", "B"},
		"Issue 7: another title":     {"A", "B"},
		"See #8.":                    {"C"},
		"Split 7 things; issue 70":   {"Make the change", "Document the change"},
		"Say how to convert weights": {"C"},
	} {
		// The prompt comes by standard input, the tools swallow words up to the next flag.
		r := b.agent(prompt, "-p", "--output-format", "json", "--json-schema", `{"type":"object"}`, "--tools", "Read,Glob", "Grep",
			"--permission-mode", "dontAsk", "--no-session-persistence", "--strict-mcp-config", "--max-turns", "9")
		var got reply
		if err := json.Unmarshal([]byte(r.out), &got); err != nil || r.code != 0 {
			t.Fatalf("exit %d, %v: %s%s", r.code, err, r.out, r.errout)
		}
		if got.Split == nil {
			t.Errorf("%q: no structured output", prompt)
			continue
		}
		titles := []string{}
		for _, s := range got.Split.Subissues {
			titles = append(titles, s.Title)
		}
		if d := cmp.Diff(want, titles); d != "" {
			t.Errorf("%q: -want +got\n%s", prompt, d)
		}
		if got.Type != "result" || got.Subtype != "success" || got.IsError || got.Status != nil || !strings.HasPrefix(got.Result, `{"subissues":[`) {
			t.Errorf("%q: got %+v", prompt, got)
		}
		if strings.Contains(r.out, `"paths":null`) {
			t.Errorf("%q: a list is null, which no schema allows: %s", prompt, r.out)
		}
	}
}

// What is asked for is told by the schema. Caught: a split for who asked for
// paths.
func TestPrintModePredictsWhatAFixChanges(t *testing.T) {
	b := newBench(t, `{"predictions":[{"id":"7","paths":["src/a.go","docs/"]},{"title":"Say how"},{"id":"9","answer":"error","message":"no"}],
		"splits":[{"id":"7","subissues":[{"title":"A"}]}]}`)
	for prompt, want := range map[string]string{
		"Issue 7: Convert":  `"structured_output":{"paths":["src/a.go","docs/"]}`,
		"Issue 8: Say how":  `"structured_output":{"paths":[]}`,
		"Issue 70: Another": `"structured_output":{"paths":[]}`,
		"Issue 9: Refused":  `"is_error":true`,
	} {
		r := b.agent(prompt, "-p", "--output-format", "json", "--json-schema", `{"type":"object","properties":{"paths":{"type":"array"}}}`)
		if !strings.Contains(r.out, want) {
			t.Errorf("%q: got %s%s, want %s", prompt, r.out, r.errout, want)
		}
	}
}

func TestPrintModeFailsAsTheCLIFails(t *testing.T) {
	b := newBench(t, splits)
	schema := []string{"-p", "--output-format=json", "--json-schema", "{}", "--"}
	for _, c := range []struct {
		args       []string
		code       int
		out, other string
	}{
		{append(schema, "issue 21"), 1, `"is_error":true`, ""},
		{append(schema, "issue 21"), 1, `"api_error_status":429`, ""},
		{append(schema, "issue 22"), 0, `"structured_output":null`, ""},
		{append(schema, "issue 23"), 0, "this is not JSON", ""},
		{[]string{"-p", "issue 22"}, 0, "I would rather talk\n", ""},
		{[]string{"-p"}, 1, "", "Error: Input must be provided either through stdin or as a prompt argument when using --print\n"},
		{[]string{"-p", "--json-schema", "{", "x"}, 1, "", "error: --json-schema is not valid JSON\n"},
		{[]string{"--version"}, 0, "2.1.197 (scripted agent, not Claude)\n", ""},
		{[]string{"--frobnicate", "-p"}, 1, "", "error: unknown option '--frobnicate'\n"},
		{[]string{"--model"}, 1, "", "error: option '--model' argument missing\n"},
		{[]string{"--settings", "{bad json", "--", "x"}, 1, "", "Error: Settings file not found: {bad json\n"},
		{
			[]string{"--permission-mode", "yolo"},
			1, "",
			"error: option '--permission-mode <mode>' argument 'yolo' is invalid. Allowed choices are acceptEdits, auto, bypassPermissions, default, dontAsk, plan.\n",
		},
	} {
		r := b.agent("", c.args...)
		if r.code != c.code || !strings.Contains(r.out, c.out) || r.errout != c.other {
			t.Errorf("%q: got exit %d\n%s%s\nwant exit %d\n%s%s", c.args, r.code, r.out, r.errout, c.code, c.out, c.other)
		}
	}
}

// Some flags swallow every word up to the next flag; the prompt is safe only
// behind "--".
func TestVariadicFlagsSwallowThePrompt(t *testing.T) {
	for _, c := range []struct {
		args   []string
		prompt string
	}{
		{[]string{"--allowedTools", "Bash,Edit", "--", "hello"}, "hello"},
		{[]string{"--allowedTools", "Bash,Edit", "hello"}, ""},
		{[]string{"--resume", "x", "hello"}, "hello"},
		{[]string{"--model", "-x", "hello"}, "hello"},
		{[]string{"--print", "hello"}, "hello"},
		{[]string{"--", "--model"}, "--model"},
	} {
		o, err := parseOptions(c.args)
		if err != nil || o.prompt != c.prompt {
			t.Errorf("%q: got prompt %q, error %v; want %q", c.args, o.prompt, err, c.prompt)
		}
	}
}
