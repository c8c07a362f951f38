package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

func decision(id fm.TaskID, rule string) supervisor.Decision {
	return supervisor.Decision{Run: fm.Run{Task: id, Attempt: 1}, Rule: rule, Then: "go on"}
}

// TestJournalKeepsWhatWasDecided in the order it was decided, each task apart,
// also over a line that a power cut left half.
func TestJournalKeepsWhatWasDecided(t *testing.T) {
	j := journal{t.TempDir()}
	j.add([]supervisor.Decision{decision("1", "a"), decision("2", "b"), decision("1", "c")})
	if err := j.write("1", []byte(`{"rule":"ha`+"\n")); err != nil {
		t.Fatal(err)
	}
	j.add([]supervisor.Decision{decision("1", "d")})
	got, err := j.read("1")
	if err != nil {
		t.Fatal(err)
	}
	want := []supervisor.Decision{decision("1", "a"), decision("1", "c"), decision("1", "d")}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("got -, want +:\n%s", diff)
	}
	j.add([]supervisor.Decision{decision("", "of all")})
	if all, err := j.read(""); len(all) != 1 || err != nil {
		t.Errorf("%v, %v; want the one about all", all, err)
	}
	if none, err := j.read("3"); len(none) > 0 || err != nil {
		t.Errorf("%v, %v; want nothing of a task that nothing was decided about", none, err)
	}
}

// TestJournalIsBounded: a task that goes wrong for months fills no disk, and
// its last decisions are there. Caught: no rotation; a rotated file that
// another task, "1.1" say, would write to.
func TestJournalIsBounded(t *testing.T) {
	j := journal{t.TempDir()}
	long := decision("1", strings.Repeat("x", 100<<10))
	for range 40 {
		j.add([]supervisor.Decision{long})
	}
	j.add([]supervisor.Decision{decision("1", "last")})
	files, err := os.ReadDir(j.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > maxJournal {
			t.Errorf("%s has %d bytes", f.Name(), info.Size())
		}
		if id, err := fm.ParseTaskID(f.Name()); err == nil && id != "1" {
			t.Errorf("%s is another task's", f.Name())
		}
	}
	got, err := j.read("1")
	if err != nil || len(got) < 10 || got[len(got)-1].Rule != "last" {
		t.Errorf("%d decisions, %v; want the last ones", len(got), err)
	}
}

// TestJournalWritesToNoLinkAndNoPipe: an agent could put one there. Caught: the
// file opened without O_NOFOLLOW, and without O_NONBLOCK, which waits for a
// reader for ever.
func TestJournalWritesToNoLinkAndNoPipe(t *testing.T) {
	j := journal{t.TempDir()}
	target := filepath.Join(t.TempDir(), "target")
	if err := os.WriteFile(target, []byte("mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, j.path("1")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(j.path("2"), 0o600); err != nil {
		t.Fatal(err)
	}
	j.add([]supervisor.Decision{decision("1", "a"), decision("2", "b"), decision("../3", "c")})
	if text, err := os.ReadFile(target); string(text) != "mine\n" {
		t.Errorf("%q, %v: written through a link", text, err)
	}
	for _, id := range []fm.TaskID{"1", "2"} {
		if _, err := j.read(id); err == nil {
			t.Errorf("journal of %s: want an error", id)
		}
	}
	if _, err := os.Lstat(filepath.Join(filepath.Dir(j.dir), "3")); err == nil {
		t.Error("written outside of the journal")
	}
}

// TestWhyTellsWhatConcernedAllOnlyWhileTheTaskWasWorkedOn. Caught: a limit of
// last week in the story of a task of today.
func TestWhyTellsWhatConcernedAllOnlyWhileTheTaskWasWorkedOn(t *testing.T) {
	at := func(minutes int) time.Time { return noon().Add(time.Duration(minutes) * time.Minute) }
	entries := []queue.Entry{
		{At: at(0), Task: fm.Task{Status: fm.Pending}},
		{At: at(10), Task: fm.Task{Status: fm.Working}},
		{At: at(20), Task: fm.Task{Status: fm.Completed}},
		{At: at(30), Task: fm.Task{Status: fm.Working}},
	}
	var shared []supervisor.Decision
	for _, minutes := range []int{-5, 5, 15, 25, 35} {
		shared = append(shared, supervisor.Decision{At: at(minutes)})
	}
	var got []time.Time
	for _, d := range concerning(shared, entries) {
		got = append(got, d.At)
	}
	if diff := cmp.Diff(got, []time.Time{at(15), at(35)}); diff != "" {
		t.Errorf("got -, want +:\n%s", diff)
	}
}
