package claude

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/founder-mode/fm"
)

// Caught: a torn line that is folded, or passed over.
func TestATornLineWaitsForItsRest(t *testing.T) {
	h := newHooked(t)
	line, err := event{At: time.Now(), Name: "UserPromptSubmit"}.line()
	if err != nil {
		t.Fatal(err)
	}
	h.append(line[:20])
	if r := h.report(); r.State != fm.Starting {
		t.Errorf("with half a line: got %s, want starting", r.State)
	}
	h.append(line[20:])
	if r := h.report(); r.State != fm.AtWork {
		t.Errorf("with the rest: got %s, want working", r.State)
	}
}

func (h *hooked) append(b []byte) {
	h.t.Helper()
	f, err := os.OpenFile(h.path(), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := f.Write(b); err != nil {
		h.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		h.t.Fatal(err)
	}
}

// Caught: an offset that is kept for another file.
func TestAFileThatWasReplacedIsReadFromItsBeginning(t *testing.T) {
	h := newHooked(t)
	h.hook(`{"hook_event_name":"StopFailure","error":"server_error"}`)
	if r := h.report(); r.Turns != 1 {
		t.Fatalf("got %d turns, want 1", r.Turns)
	}
	if err := os.Remove(h.path()); err != nil {
		t.Fatal(err)
	}
	if r := h.report(); r.State != fm.UnknownState {
		t.Errorf("without the file: got %s, want unknown", r.State)
	}
	if err := h.claude.begin(h.run, h.dir); err != nil {
		t.Fatal(err)
	}
	if err := appendEvent(h.path(), event{At: time.Now(), Name: launchEvent}); err != nil {
		t.Fatal(err)
	}
	if r := h.report(); r.State != fm.Starting || r.Turns != 0 {
		t.Errorf("with another file: got %s and %d turns, want starting and none", r.State, r.Turns)
	}
	const stop = `{"at":"2026-11-20T14:30:00Z","event":"StopFailure","session_id":"a-long-one"}` + "\n"
	if err := replace(h.path(), []byte(stop+string(readFile(t, h.path()))), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := h.report(); r.Turns != 1 {
		t.Errorf("with a longer file: got %d turns, want 1", r.Turns)
	}
}

func TestReportRefusesToReadThroughALink(t *testing.T) {
	h := newHooked(t)
	if err := os.Rename(h.path(), h.path()+".moved"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(h.path()+".moved", h.path()); err != nil {
		t.Fatal(err)
	}
	if r, err := h.claude.Report(t.Context(), h.run, h.dir); err == nil {
		t.Errorf("got %+v, want an error", r)
	}
}

func TestReportReadsTheLevelOfItsOwnProcess(t *testing.T) {
	h := newHooked(t)
	h.environ["FM_AGENT_PID"] = "4711"
	h.hook(`{"hook_event_name":"SessionStart","session_id":"s"}`)
	h.hook(`{"hook_event_name":"UserPromptSubmit","session_id":"s"}`)
	later := func(seconds int) string {
		return strconv.FormatInt(time.Now().Add(time.Duration(seconds)*time.Second).UnixMilli(), 10)
	}
	path := filepath.Join(h.claude.configDir(), "sessions", "4711.json")
	for _, tt := range []struct {
		text string
		want fm.AgentState
	}{
		{`{"sessionId":"s","sta`, fm.AtWork},
		{`{"sessionId":7}`, fm.AtWork},
		{``, fm.AtWork},
		{`{"sessionId":"s","status":"waiting","waitingFor":"permission prompt","statusUpdatedAt":` + later(10) + `}`, fm.Waiting},
		{`{"sessionId":"s","status":"busy","statusUpdatedAt":` + later(20) + `}`, fm.AtWork},
		{`{"sessionId":"s","status":"idle","statusUpdatedAt":` + later(30) + `}`, fm.AtPrompt},
		{``, fm.AtPrompt},
	} {
		writeFile(t, path, tt.text)
		if r := h.report(); r.State != tt.want {
			t.Errorf("%s: got %s, want %s", tt.text, r.State, tt.want)
		}
	}
}

// A finished task is forgotten in time, a live one never; and who is asked about
// again is read again. Caught: readings that stay for ever.
func TestRunsThatNobodyAsksAboutAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHooked(t)
		h.hook(`{"hook_event_name":"StopFailure","error":"server_error"}`)
		ask := func(task fm.TaskID) {
			if _, err := h.claude.Report(t.Context(), fm.Run{Task: task, Attempt: 1}, h.dir); err != nil {
				t.Fatal(err)
			}
		}
		before := h.report()
		for _, task := range []fm.TaskID{"1", "2", "3"} {
			ask(task)
		}
		for range 7 {
			time.Sleep(2 * time.Minute)
			ask("3")
		}
		ask("4")
		if got := slices.Sorted(maps.Keys(byTask(h.claude.readings))); !slices.Equal(got, []fm.TaskID{"3", "4"}) {
			t.Errorf("remembered %v, want 3 and 4", got)
		}
		if again := h.report(); again.Turns != 1 || again.State != before.State {
			t.Errorf("read again: %+v, want %+v", again, before)
		}
	})
}

func byTask(readings map[fm.Run]*reading) map[fm.TaskID]*reading {
	all := map[fm.TaskID]*reading{}
	for run, r := range readings {
		all[run.Task] = r
	}
	return all
}

// What a hundred quiet workers cost at every tick.
func BenchmarkReportOfAQuietAgent(b *testing.B) {
	c := &Claude{project: fm.Project{Root: b.TempDir()}, home: b.TempDir(), readings: map[fm.Run]*reading{}}
	run, dir := fm.Run{Task: "456", Attempt: 1}, b.TempDir()
	if err := c.begin(run, dir); err != nil {
		b.Fatal(err)
	}
	transcript := filepath.Join(b.TempDir(), "s.jsonl")
	if err := os.WriteFile(transcript, []byte("{}\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	events := []event{{Name: launchEvent}, {Name: "UserPromptSubmit", Session: "s", PID: 4711, Transcript: transcript}}
	for range 10_000 {
		events = append(events, event{Name: "PostToolUse", Session: "s", PID: 4711})
	}
	for _, e := range events {
		e.At = time.Now()
		if err := appendEvent(c.project.Events(run), e); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := c.Report(b.Context(), run, dir); err != nil {
			b.Fatal(err)
		}
	}
}
