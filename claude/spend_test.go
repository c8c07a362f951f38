package claude

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// A stands for a launch; the numbers are what the CLI then says. Each case was
// seen with the real CLI: it remembers the cost of the session that ended last
// in the project, if that ended well.
//
// Caught: the last reading alone; readings that are added up; a resumed count
// that is taken for new costs.
func TestTheBillCountsEachDollarOnce(t *testing.T) {
	tests := map[string]struct {
		says []float64 // -1 for a launch
		want fm.USD
	}{
		"nothing":                        {nil, 0},
		"one process":                    {[]float64{-1, 0, .5, 1.5}, 1_500_000},
		"its first reading missed":       {[]float64{-1, .5, 1.5}, 1_500_000},
		"resumed after an orderly end":   {[]float64{-1, 0, 2, -1, 2, 2, 2.5}, 2_500_000},
		"its last reading missed":        {[]float64{-1, 0, 2, -1, 2.25, 2.5}, 2_500_000},
		"resumed after a kill":           {[]float64{-1, 0, 2, -1, 2, 3, -1, 2, 2.5}, 3_500_000},
		"another session ended meantime": {[]float64{-1, 0, 2, -1, 0, .5}, 2_500_000},
		"launched, never read":           {[]float64{-1, 0, 2, -1, -1}, 2_000_000},
		"a count that falls":             {[]float64{-1, 0, 2, .5}, 2_000_000},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var b bill
			for _, dollars := range tt.says {
				if dollars < 0 {
					b = b.next()
				} else {
					b = b.read(dollars)
				}
			}
			if b.total() != tt.want {
				t.Errorf("got %d, want %d", b.total(), tt.want)
			}
		})
	}
}

// The CLI writes one line for each part of a message, and keeps a transcript
// for each subagent.
//
// Caught: lines that are added up without a look at the message's id; one set of
// ids for all files; a torn line that is counted, or lost.
func TestTokensAreCountedOnceWhileTheTranscriptGrows(t *testing.T) {
	h := newHooked(t)
	transcript := filepath.Join(t.TempDir(), "s.jsonl")
	line := func(id string, in, out int) string {
		return fmt.Sprintf(`{"type":"assistant","message":{"id":%q,"usage":{"input_tokens":%d,"output_tokens":%d,"cache_read_input_tokens":1000,"cache_creation_input_tokens":100}}}`+"\n", id, in, out)
	}
	h.hook(`{"hook_event_name":"UserPromptSubmit","session_id":"s","transcript_path":"` + transcript + `"}`)
	check := func(what string, want int64) {
		t.Helper()
		if got := h.report().Spent.Tokens; got != want {
			t.Errorf("%s: got %d tokens, want %d", what, got, want)
		}
	}
	check("no transcript", 0)
	writeFile(t, transcript, `{"type":"user"}`+"\n"+line("m1", 10, 1)+line("m1", 10, 1)+line("m1", 10, 5)+line("m2", 10, 1)[:40])
	check("a message in three parts and a torn one", 1115)
	appendTo(t, transcript, line("m2", 10, 1)[40:]+strings.Repeat("garbage\n{\"message\":{\"id\":\"x\",\"usage\":7}}\n", 3))
	check("the rest of it", 2226)
	subagent := filepath.Join(strings.TrimSuffix(transcript, ".jsonl"), "subagents", "agent-a.jsonl")
	writeFile(t, subagent, line("m1", 1, 1))
	appendTo(t, transcript, `{"type":"user"}`+"\n")
	check("a subagent", 3328)
	appendTo(t, transcript, `{"usage":"`+strings.Repeat("x", 3*maxMeter)+`"}`+"\n"+line("m3", 1, 1))
	for range 5 {
		h.report()
	}
	check("behind a picture", 4430)
	h.hook(`{"hook_event_name":"SessionStart","source":"clear","session_id":"z","transcript_path":"` + filepath.Join(filepath.Dir(transcript), "z.jsonl") + `"}`)
	writeFile(t, filepath.Join(filepath.Dir(transcript), "z.jsonl"), line("m1", 1, 1))
	check("after a clear", 5532)
}

// An agent can write to the events file.
func TestTokensAreReadFromTranscriptsOnly(t *testing.T) {
	h := newHooked(t)
	path := filepath.Join(t.TempDir(), "secret.jsonl")
	text := `{"message":{"id":"m","usage":{"input_tokens":7}}}` + "\n"
	writeFile(t, path, text)
	h.hook(`{"hook_event_name":"UserPromptSubmit","session_id":"s","transcript_path":"` + path + `"}`)
	link := filepath.Join(t.TempDir(), "l.jsonl")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	h.hook(`{"hook_event_name":"UserPromptSubmit","session_id":"l","transcript_path":"` + link + `"}`)
	if got := h.report().Spent.Tokens; got != 0 {
		t.Errorf("got %d tokens of a file that is no transcript", got)
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	writeFile(t, path, string(readFile(t, path))+text)
}
