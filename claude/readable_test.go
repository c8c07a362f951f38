package claude

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Whoever reads need not have the agent's CLAUDE_CONFIG_DIR.
//
// Caught: a search in the reader's own folder alone.
func TestTheConversationIsReadWhereTheHooksSayItIs(t *testing.T) {
	h := newHooked(t)
	path := filepath.Join(t.TempDir(), "s-1.jsonl")
	if err := os.WriteFile(path, []byte(userLine("Hello\x1b[2J there")), 0o600); err != nil {
		t.Fatal(err)
	}
	h.hook(fmt.Sprintf(`{"hook_event_name":"SessionStart","session_id":"s-1","transcript_path":%q}`, path))
	var b strings.Builder
	next, err := h.claude.Readable(t.Context(), h.run, Passage{}, &b)
	if err != nil || !strings.HasSuffix(b.String(), " ❯ Hello there\n") {
		t.Errorf("got %q, %v", b.String(), err)
	}
	b.Reset()
	if again, err := h.claude.Readable(t.Context(), h.run, Passage{After: next}, &b); err != nil || b.Len() > 0 || again != next {
		t.Errorf("read twice: got %q from %v to %v, %v", b.String(), next, again, err)
	}
}

// An agent that writes into the events file shows no other file with it, and
// holds nobody up.
//
// Caught: a path that is believed whatever its name; a plain open of a pipe.
func TestAHookCannotNameAFileThatIsNoTranscript(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte(userLine("secret")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(dir, "link.jsonl")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.jsonl"), 0o600); err != nil {
		t.Fatal(err)
	}
	for session, name := range map[string]string{"other": "secret", "link": "link.jsonl", "pipe": "pipe.jsonl"} {
		h := newHooked(t)
		h.hook(fmt.Sprintf(`{"hook_event_name":"SessionStart","session_id":%q,"transcript_path":%q}`, session, filepath.Join(dir, name)))
		var b strings.Builder
		if _, err := h.claude.Readable(t.Context(), h.run, Passage{}, &b); err != nil || b.Len() > 0 {
			t.Errorf("%s: got %q, %v, want nothing", name, b.String(), err)
		}
	}
}

func userLine(text string) string {
	return fmt.Sprintf(`{"type":"user","timestamp":"2026-11-20T14:30:45Z","message":{"role":"user","content":"%s"}}`+"\n",
		strings.ReplaceAll(text, "\x1b", `\u001b`))
}

// An attempt may begin its conversation anew, while somebody reads: all of them
// are read, in their order, each line once, as text or as it is.
//
// Caught: an offset of the first transcript that is used in the second; the last
// conversation alone.
func TestAllConversationsOfAnAttemptAreRead(t *testing.T) {
	h := newHooked(t)
	dir := t.TempDir()
	talk := func(session, text string) {
		t.Helper()
		path := filepath.Join(dir, session+".jsonl")
		if err := os.WriteFile(path, []byte(userLine(text)), 0o600); err != nil {
			t.Fatal(err)
		}
		h.hook(fmt.Sprintf(`{"hook_event_name":"SessionStart","session_id":%q,"transcript_path":%q}`, session, path))
	}
	read := func(p Passage) (string, Place) {
		t.Helper()
		var b strings.Builder
		at, err := h.claude.Readable(t.Context(), h.run, p, &b)
		if err != nil {
			t.Fatal(err)
		}
		return b.String(), at
	}
	talk("s-1", "The first conversation is the longer one")
	first, at := read(Passage{})
	talk("s-2", "The second")
	second, end := read(Passage{After: at})
	if !strings.HasSuffix(first, "longer one\n") || !strings.HasSuffix(second, " ❯ The second\n") || strings.Count(second, "\n") != 1 {
		t.Errorf("got %q, then %q", first, second)
	}
	if end.File() != filepath.Join(dir, "s-2.jsonl") {
		t.Errorf("reads on in %q", end.File())
	}
	if all, _ := read(Passage{}); all != first+second {
		t.Errorf("got %q at once", all)
	}
	if raw, _ := read(Passage{Raw: true}); raw != userLine("The first conversation is the longer one")+userLine("The second") {
		t.Errorf("got %q as it is", raw)
	}
	for since, want := range map[string]string{"2026-11-20T14:30:45Z": first + second, "2026-11-20T14:30:46Z": ""} {
		at, err := time.Parse(time.RFC3339, since)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := read(Passage{Since: at}); got != want {
			t.Errorf("since %s: got %q", since, got)
		}
	}
}

// A tool that is called is told in words. Caught: the input as it stands in the
// transcript; what a shell runs with the escapes of HTML.
func TestAToolCallIsTold(t *testing.T) {
	for _, tt := range []struct{ tool, input, want string }{
		{"Bash", `{"command":"git add -A \u0026\u0026 git commit -m 'Do <it>'","description":"Commit"}`, "git add -A && git commit -m 'Do <it>'"},
		{"Write", `{"content":"a\nb\n","file_path":"/p/a b.txt"}`, "/p/a b.txt"},
		{"Edit", `{"file_path":"/p/a.go","old_string":"x","new_string":"y"}`, "/p/a.go"},
		{"Read", `{"file_path":"/p/a.go","limit":10}`, "/p/a.go"},
		{"Grep", `{"pattern":"a.*b","path":"/p"}`, "a.*b"},
		{"Glob", `{"pattern":"**/*.go"}`, "**/*.go"},
		{"Bash", `{"command":["ls"],  "timeout":12345678901234567890}`, `{"command":["ls"],"timeout":12345678901234567890}`},
		{"mcp__x__y", `{"b": "<p> \u0026 co", "a": [1, 2]}`, `{"a":[1,2],"b":"<p> & co"}`},
		{"Read", `null`, "null"},
	} {
		line := fmt.Sprintf(`{"type":"assistant","message":{"content":[{"type":"tool_use","name":%q,"input":%s}]}}`, tt.tool, tt.input)
		if got := readable([]byte(line), time.Time{}); !strings.HasSuffix(got, " ▸ "+tt.tool+" "+tt.want+"\n") {
			t.Errorf("%s %s: got %q, want %q", tt.tool, tt.input, got, tt.want)
		}
	}
}
