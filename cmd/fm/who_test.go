package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// TestANameThatCouldMeanTwoAgentsMeansNone: what is said to the wrong agent
// cannot be taken back. Caught: the worker of that number taken before the task
// of that number.
func TestANameThatCouldMeanTwoAgentsMeansNone(t *testing.T) {
	tasks := []fm.Task{
		{ID: "2", Status: fm.Working, Worker: 1},
		{ID: "3", Status: fm.Working, Worker: 3},
		{ID: "456", Status: fm.Working, Worker: 2},
		{ID: "PROJ-1", Status: fm.Working, Worker: 4},
		{ID: "5", Status: fm.Pending},
	}
	var sight fm.Sight
	for w := range fm.WorkerID(4) {
		sight.Sessions = append(sight.Sessions, fm.Session{Worker: w + 1})
	}
	for word, want := range map[string]fm.WorkerID{
		"worker-1": 1, "worker-2": 2, "1": 1, "3": 3, "#2": 1, "456": 2, "#456": 2, "PROJ-1": 4, "5": 5, "worker-9": 9,
	} {
		if got, err := named(word, tasks, sight); got != want || err != nil {
			t.Errorf("%s: got %v, %v; want %v", word, got, err, want)
		}
	}
	for word, want := range map[string]string{
		"2":        "2 is a worker and a task that worker-1 works on: write worker-2 or '#2'",
		"#5":       "no worker works on #5 now; see: fm why 5",
		"PROJ-2":   `"PROJ-2": want worker-3, or a task that is being worked on`,
		"worker-0": `"worker-0": want worker-3, or a task`,
		"../x":     `"../x": want worker-3, or a task`,
		"":         `"": want worker-3, or a task`,
	} {
		if got, err := named(word, tasks, sight); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v; want %q", word, got, err, want)
		}
	}
}

// TestWordsAreTextAndBounded: what is pasted to an agent has no keys in it.
func TestWordsAreTextAndBounded(t *testing.T) {
	for in, want := range map[string]string{
		"use\x1b[2J SQLite\r\n": "use SQLite", "-": "from\nstdin", " a ": "a",
	} {
		a := app{stdin: strings.NewReader("from\nstdin\n\x04")}
		if got, err := a.words(in); got != want || err != nil {
			t.Errorf("%q: got %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", " \n", "\x1b[2J", "-"} {
		a := app{stdin: bytes.NewReader(bytes.Repeat([]byte("x"), maxWords+1))}
		if got, err := a.words(in); err == nil {
			t.Errorf("%q: got %d bytes, want an error", in, len(got))
		}
	}
}
