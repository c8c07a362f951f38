package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// TestWhatIsNoCompletionFinishesNothing has agents put everything under the name
// of COMPLETION.md that is none: it is read at once or refused at once, the task
// waits for a person with the reason, and the supervisor looks on meanwhile. The
// one of another attempt, and the one that is replaced all the time while it is
// read, count as what they become.
//
// Fault: F18.
func TestWhatIsNoCompletionFinishesNothing(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{})
	good := "printf '# Completion Status\\n**Status:** SUCCESS\\n\\n## Summary\\nDone.\\n'"
	kinds := []struct {
		name, script, note string // the note of a task that waits
	}{
		{"empty", ": >COMPLETION.md", "no **Status:** line"},
		{"partial text", "printf '# Completion Sta' >COMPLETION.md", "no **Status:** line"},
		{"wrong status", "echo '**Status:** DONE' >COMPLETION.md", `status "DONE"`},
		{"link", "echo '**Status:** SUCCESS' >../secret; ln -s ../secret COMPLETION.md", "not a regular file"},
		{"device", "ln -s /dev/zero COMPLETION.md", "not a regular file"},
		{"pipe", "mkfifo COMPLETION.md", "not a regular file"},
		{"folder", "mkdir COMPLETION.md", "not a regular file"},
		{"100 MB", good + " >COMPLETION.md; truncate -s 100M COMPLETION.md", "larger than 64 KiB"},
		{"binary", "head -c 4000 /dev/urandom >COMPLETION.md", "**Status:** line"},
		{"of another attempt", good + " >COMPLETION.md; touch -d '1 hour ago' COMPLETION.md", "COMPLETION.md"},
	}
	var parts []part
	for _, k := range kinds {
		turn := append(done(strings.ReplaceAll(k.name, " ", "-"))[:2], doing{"do": "run", "argv": []string{"sh", "-c", "rm -rf COMPLETION.md; " + k.script}})
		parts = append(parts, part{k.name, [][]doing{turn, turn[2:], turn[2:]}})
	}
	// Replaced a thousand times, with the right one in the end.
	restless := "for i in $(seq 300); do " + good + " >new; mv new COMPLETION.md; ln -sf /dev/zero new; mv new COMPLETION.md; done; rm COMPLETION.md; " + good + " >COMPLETION.md"
	parts = append(parts, acts("Restless", append(done("restless")[:2], doing{"do": "run", "argv": []string{"sh", "-c", restless}})...))
	b.plays(parts...)
	b.must("work", "1", "--workers", "6")
	pid := b.status().PID
	for i, k := range kinds {
		task := b.becomes(fm.TaskID(strconv.Itoa(i+2)), fm.Blocked)
		if !strings.Contains(task.Note, k.note) {
			t.Errorf("%s: the note says %q, want %q", k.name, task.Note, k.note)
		}
		if strings.Contains(task.Note, "\ufffd") || strings.ContainsFunc(task.Note, func(r rune) bool { return r < ' ' }) {
			t.Errorf("%s: the note holds what a terminal obeys: %q", k.name, task.Note)
		}
	}
	b.once(fm.TaskID(strconv.Itoa(len(kinds) + 2)))
	b.until("the same supervisor to show that one is merged", soon, func() (any, bool) { // a moment after the queue
		s := b.status()
		return fmt.Sprint(s.PID, s.Counts), s.PID == pid && s.Counts[fm.Merged] == 1
	})
	if kept := resident(t, pid); kept > 100<<20 {
		t.Errorf("the supervisor has %d bytes of memory", kept)
	}
}

// TestARebootBelievesNoSession: everything of fm and of its agents is gone at
// once, as after the machine was started again, and the ids that were written down
// are those of other processes by now. fm recover starts all tasks again where
// they stood, in their conversations, and ends nobody's process for its id. No
// attempt is spent, and what was finished and not published yet is not done twice.
// Caught: a pid in the lock that was taken for a supervisor that runs; a process
// that was ended because it had the id of an agent of before.
//
// Fault: F26.
func TestARebootBelievesNoSession(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{})
	var parts []part
	for _, name := range []string{"one", "two", "three"} {
		turn := append([]doing{b.waits(name)}, done(name)...)
		parts = append(parts, part{name, [][]doing{turn, turn}})
	}
	b.plays(append(parts, acts("four", done("four")...))...)
	b.must("work", "1", "--workers", "3")
	b.busy(3)
	b.stops(b.status().PID) // so that it publishes nothing of what is finished
	b.lets("one")
	b.until("the first to be finished", 30*time.Second, func() (any, bool) {
		_, err := os.Stat(filepath.Join(b.tree("2"), "COMPLETION.md"))
		return err, err == nil
	})
	agents := b.pids()
	b.endAll()
	// What was written down by id is now said of this test's own process.
	own := strconv.Itoa(os.Getpid())
	b.plain(b.project.LockFile(), "pid "+own+"\n")
	for _, pid := range agents {
		b.replaced(strconv.Itoa(pid), own)
	}
	b.says("is not running")
	if out := b.must("recover"); !strings.Contains(out, "0 sessions adopted, 3 started again") {
		t.Errorf("fm recover says %q", out)
	}
	b.lets("two")
	b.lets("three")
	for _, id := range []fm.TaskID{"2", "3", "4", "5"} {
		b.once(id)
	}
	for _, id := range []fm.TaskID{"3", "4"} {
		text, err := os.ReadFile(b.project.Events(fm.Run{Task: id, Attempt: 1}))
		if err != nil || !strings.Contains(string(text), `"source":"resume"`) {
			t.Errorf("%s was not resumed: %v\n%s", id, err, text)
		}
	}
}

// replaced replaces a number in what the agents' attempts and their CLI left.
func (b *bench) replaced(old, by string) {
	b.Helper()
	var files []string
	for _, pattern := range []string{b.project.File("events/*"), filepath.Join(b.dir, "agent", "sessions", "*")} {
		found, _ := filepath.Glob(pattern) // the pattern is good
		files = append(files, found...)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		for _, form := range []string{`"pid":%s,`, `"pid":%s}`, `"pid": %s,`} {
			text = []byte(strings.ReplaceAll(string(text), fmt.Sprintf(form, old), fmt.Sprintf(form, by)))
		}
		b.plain(path, string(text))
		if filepath.Base(path) == old+".json" {
			if err := os.Rename(path, filepath.Join(filepath.Dir(path), by+".json")); err != nil {
				b.Fatal(err)
			}
		}
	}
}
