package claude

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
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
	next, err := h.claude.Readable(t.Context(), h.run, 0, &b)
	if err != nil || !strings.HasSuffix(b.String(), " ❯ Hello there\n") {
		t.Errorf("got %q, %v", b.String(), err)
	}
	b.Reset()
	if again, err := h.claude.Readable(t.Context(), h.run, next, &b); err != nil || b.Len() > 0 || again != next {
		t.Errorf("read twice: got %q from %d to %d, %v", b.String(), next, again, err)
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
		if _, err := h.claude.Readable(t.Context(), h.run, 0, &b); err != nil || b.Len() > 0 {
			t.Errorf("%s: got %q, %v, want nothing", name, b.String(), err)
		}
	}
}

func userLine(text string) string {
	return fmt.Sprintf(`{"type":"user","timestamp":"2026-11-20T14:30:45Z","message":{"role":"user","content":"%s"}}`+"\n",
		strings.ReplaceAll(text, "\x1b", `\u001b`))
}
