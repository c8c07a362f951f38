package claude

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// A hooked is a run whose hooks can be called.
type hooked struct {
	t       *testing.T
	claude  *Claude
	run     fm.Run
	dir     string // the worktree
	environ map[string]string
}

func newHooked(t *testing.T) *hooked {
	t.Helper()
	h := &hooked{t: t, claude: bare(t), run: fm.Run{Task: "456", Attempt: 1}, dir: t.TempDir()}
	if err := h.claude.begin(h.run, h.dir); err != nil {
		t.Fatal(err)
	}
	if err := appendEvent(h.path(), event{At: time.Now(), Name: launchEvent}); err != nil {
		t.Fatal(err)
	}
	h.environ = map[string]string{
		"FM_TASK": "456", "FM_ATTEMPT": "1", "FM_WORKER": "worker-3", "FM_PROJECT": h.claude.project.Root,
		"CLAUDE_PROJECT_DIR": h.dir,
	}
	return h
}

func (h *hooked) path() string { return h.claude.project.Events(h.run) }

func (h *hooked) env(name string) string { return h.environ[name] }

// hook calls the hook and returns what it printed.
func (h *hooked) hook(payload string) string {
	h.t.Helper()
	var out bytes.Buffer
	if err := Hook(h.t.Context(), strings.NewReader(payload), &out, h.env); err != nil {
		h.t.Fatal(err)
	}
	return out.String()
}

func (h *hooked) report() fm.Report {
	h.t.Helper()
	r, err := h.claude.Report(h.t.Context(), h.run, h.dir)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// Caught: a block in every turn, which would nag a person who took over; a
// block in spite of a background task.
func TestAStopWithoutCompletionIsSentBackOnceInASession(t *testing.T) {
	h := newHooked(t)
	h.hook(`{"hook_event_name":"SessionStart","session_id":"s","source":"startup"}`)
	h.hook(`{"hook_event_name":"UserPromptSubmit","session_id":"s"}`)
	if got := h.hook(`{"hook_event_name":"Stop","background_tasks":[{"id":"b"}]}`); got != "" {
		t.Errorf("with a background task: got %s, want nothing", got)
	}
	got := h.hook(`{"hook_event_name":"Stop","background_tasks":[]}`)
	var answer struct{ Decision, Reason string }
	if err := json.Unmarshal([]byte(got), &answer); err != nil || answer.Decision != "block" || !strings.Contains(answer.Reason, "COMPLETION.md") {
		t.Errorf("got %q, want a block that names COMPLETION.md", got)
	}
	if r := h.report(); r.State != fm.AtWork || r.Turns != 0 {
		t.Errorf("after the block: got %s and %d turns, want working and none", r.State, r.Turns)
	}
	for _, payload := range []string{`{"hook_event_name":"Stop","stop_hook_active":true}`, `{"hook_event_name":"Stop"}`} {
		if got := h.hook(payload); got != "" {
			t.Errorf("%s: got %s, want nothing", payload, got)
		}
	}
	if r := h.report(); r.State != fm.AtPrompt || r.Turns != 2 {
		t.Errorf("in the end: got %s and %d turns, want idle and 2", r.State, r.Turns)
	}
}

func TestAStopWithCompletionPasses(t *testing.T) {
	h := newHooked(t)
	writeFile(t, filepath.Join(h.dir, completionFile), "x")
	if got := h.hook(`{"hook_event_name":"Stop","cwd":"/"}`); got != "" {
		t.Errorf("got %s, want nothing", got)
	}
}

func TestAPersonsOwnSessionIsLeftAlone(t *testing.T) {
	h := newHooked(t)
	h.environ = map[string]string{}
	before := len(readFile(t, h.path()))
	if got := h.hook(`{"hook_event_name":"Stop"}`); got != "" {
		t.Errorf("got %s, want nothing", got)
	}
	if after := len(readFile(t, h.path())); after != before {
		t.Errorf("the events file grew by %d bytes", after-before)
	}
}

// Caught: O_CREATE in the hook, by which an orphan of a removed attempt would
// make a file that says "launched".
func TestAHookNeverMakesTheEventsFile(t *testing.T) {
	h := newHooked(t)
	h.environ["FM_ATTEMPT"] = "2"
	var out bytes.Buffer
	err := Hook(t.Context(), strings.NewReader(`{"hook_event_name":"Stop"}`), &out, h.env)
	if !errors.Is(err, fs.ErrNotExist) || out.Len() > 0 {
		t.Errorf("got %v and %q, want an error for the log and no answer", err, out.String())
	}
	if _, err := os.Lstat(h.claude.project.Events(fm.Run{Task: "456", Attempt: 2})); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file of another attempt: %v, want none", err)
	}
}

// Fault: F20.
func TestMarksThatCannotBeOursAreRefused(t *testing.T) {
	for _, environ := range []map[string]string{
		{"FM_TASK": "../../x", "FM_ATTEMPT": "1", "FM_PROJECT": "/p"},
		{"FM_TASK": "456", "FM_ATTEMPT": "0", "FM_PROJECT": "/p"},
		{"FM_TASK": "456", "FM_ATTEMPT": "1", "FM_PROJECT": "p"},
		{"FM_TASK": "456", "FM_ATTEMPT": "1"},
		{"FM_PROJECT": "/p"},
	} {
		var out bytes.Buffer
		err := Hook(t.Context(), strings.NewReader(`{"hook_event_name":"Stop"}`), &out, func(name string) string { return environ[name] })
		if err == nil || out.Len() > 0 {
			t.Errorf("%v: got %v and %q, want an error for the log and no answer", environ, err, out.String())
		}
	}
}

// What a tool gave back can be larger than what is read.
//
// Caught: json.Unmarshal of the whole payload.
func TestAHugePayloadStillCounts(t *testing.T) {
	h := newHooked(t)
	h.hook(`{"session_id":"s","hook_event_name":"UserPromptSubmit","prompt":"` + strings.Repeat("x", 3*maxPayload) + `"}`)
	if r := h.report(); r.State != fm.AtWork || r.Session != "s" {
		t.Errorf("got %+v, want working", r)
	}
}

// Caught: two writes for a line and its newline.
func TestHooksAtOnceLoseNoLine(t *testing.T) {
	h := newHooked(t)
	const n = 50
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			payload := fmt.Sprintf(`{"hook_event_name":"StopFailure","error":"e%d","last_assistant_message":%q}`, i, strings.Repeat("é", 2*maxText))
			if err := Hook(t.Context(), strings.NewReader(payload), &bytes.Buffer{}, h.env); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if r := h.report(); r.Turns != n {
		t.Errorf("got %d turns, want %d", r.Turns, n)
	}
}

func TestStatusLineWritesTheCostWhenItChanged(t *testing.T) {
	h := newHooked(t)
	feed := func(cost string) string {
		t.Helper()
		var out bytes.Buffer
		if err := StatusLine(t.Context(), strings.NewReader(`{"session_id":"s","cost":{"total_cost_usd":`+cost+`},"context_window":{"used_percentage":12.4}}`), &out, h.env); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if got := feed("0.25"); got != "fm 456.1 · $0.25 · 12 % context\n" {
		t.Errorf("got %q", got)
	}
	feed("0.25")
	feed("0.5")
	if got := strings.Count(string(readFile(t, h.path())), costEvent); got != 2 {
		t.Errorf("got %d cost lines, want 2:\n%s", got, readFile(t, h.path()))
	}
}

// Whatever the CLI sends, the hook answers nothing or a block, and what it
// writes can be read again.
func FuzzHook(f *testing.F) {
	for _, payload := range []string{
		`{"hook_event_name":"Stop","background_tasks":[]}`,
		`{"hook_event_name":"Stop","background_tasks":{"a":1},"stop_hook_active":"yes"}`,
		`{"hook_event_name":"Notification","message":"\u001b]0;x\u0007\u202e\n","notification_type":7}`,
		`{"hook_event_name":"StopFailure","error":{"x":[]},"last_assistant_message":"<<<<<>>>>>"}`,
		`{"hook_event_name":"SessionStart","session_id":"` + strings.Repeat("<", 5000) + `","transcript_path":"` + strings.Repeat("&", 5000) + `"}`,
		`{"hook_event_name":`, `[]`, ``, `{"a":1}{"b":2}`, "\xff\xfe{",
	} {
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		h := newHooked(t)
		var out bytes.Buffer
		_ = Hook(t.Context(), strings.NewReader(payload), &out, h.env) // an error is for the log
		if out.Len() > 0 && out.String() != string(sendBack()) {
			t.Errorf("answered %q", out.String())
		}
		text := readFile(t, h.path())
		if n := bytes.Count(text, []byte("\n")); n > 2 || !bytes.HasSuffix(text, []byte("\n")) {
			t.Errorf("wrote %d lines:\n%s", n, text)
		}
		for line := range bytes.Lines(text) {
			if _, ok := parseEvent(bytes.TrimSuffix(line, []byte("\n"))); !ok {
				t.Errorf("wrote what cannot be read: %s", line)
			}
		}
	})
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
