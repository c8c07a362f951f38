package main

import (
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// TestEveryStatusHasItsWord asks of every place that an issue can be in for the
// word that is shown, and for whether there is anything left to wait for.
//
// Caught: a completed task of a project where people merge, which was waited
// for; one behind it that was not; a conflict that counted as the end.
func TestEveryStatusHasItsWord(t *testing.T) {
	t.Parallel()
	at := noon()
	open := fm.Task{ID: "1", Status: fm.Completed, Pull: "45"}
	snap := queue.Snapshot{Tasks: []fm.Task{
		open,
		{ID: "2", Status: fm.Failed},
		{ID: "3", Status: fm.Completed, Terms: fm.Terms{Fix: true, NoPull: true}},
		{ID: "4", Status: fm.Working, Worker: 1},
		{ID: "5", Status: fm.Pending, DependsOn: []fm.TaskID{"1"}},
		{ID: "6", Status: fm.Pending, DependsOn: []fm.TaskID{"2", "1"}},
		{ID: "7", Status: fm.Pending, DependsOn: []fm.TaskID{"7"}},
	}}
	status := supervisor.Status{
		Pulls: []supervisor.PullStatus{{Task: "1", Number: "45", Text: "waits for its checks"}},
		Workers: []supervisor.WorkerStatus{
			{Worker: 1, Task: "4", State: "working"},
			{Worker: 2, Task: "6", State: "waiting", Question: fm.Question{Kind: fm.AsksPermission, Text: "Bash: make"}},
			{Worker: 3, Task: "7", State: "waiting", Question: fm.Question{Kind: fm.AsksDialog, Text: "Trust?"}},
			{Worker: 4, Task: "8", State: "working", Held: true},
		},
	}
	for name, tt := range map[string]struct {
		task   fm.Task
		manual bool
		stands standing
		over   bool
		remark string
		note   string
		hangs  string
	}{
		"new":                  {task: fm.Task{Status: fm.Pending}, stands: standsPending},
		"behind one":           {task: fm.Task{Status: fm.Pending, DependsOn: []fm.TaskID{"4"}}, stands: standsPending, remark: "waits for #4"},
		"behind a pull":        {task: fm.Task{Status: fm.Pending, DependsOn: []fm.TaskID{"1"}}, stands: standsPending, remark: "waits for #1 to be merged (PR #45)"},
		"behind people":        {task: fm.Task{Status: fm.Pending, DependsOn: []fm.TaskID{"1"}}, manual: true, stands: standsPending, over: true, remark: "waits for #1 to be merged (PR #45)", note: "waits for #1 to be merged (PR #45)"},
		"far behind people":    {task: fm.Task{Status: fm.Pending, DependsOn: []fm.TaskID{"5"}}, manual: true, stands: standsPending, over: true, remark: "waits for #5", note: "waits for #5"},
		"behind a branch":      {task: fm.Task{Status: fm.Pending, DependsOn: []fm.TaskID{"3"}}, manual: true, stands: standsPending},
		"behind a failure":     {task: fm.Task{Status: fm.Pending, DependsOn: []fm.TaskID{"2"}}, stands: standsPending, over: true, remark: "waits for #2, which is failed", note: "waits for #2, which is failed", hangs: "2"},
		"far behind a failure": {task: fm.Task{Status: fm.Pending, DependsOn: []fm.TaskID{"5", "6"}}, stands: standsPending, over: true, remark: "waits for #5; waits for #6", note: "waits for #5; waits for #6", hangs: "2"},
		"a circle":             {task: fm.Task{ID: "8", Status: fm.Pending, DependsOn: []fm.TaskID{"7"}}, stands: standsPending, over: true, remark: "waits for #7", note: "waits for #7", hangs: "7"},
		"behind nothing":       {task: fm.Task{Status: fm.Pending, DependsOn: []fm.TaskID{"99"}}, stands: standsPending, over: true, remark: "waits for #99, which is not in the queue", note: "waits for #99, which is not in the queue", hangs: "99"},
		"again":                {task: fm.Task{Status: fm.Pending, Failures: 1, Note: "it crashed", NotBefore: at.Add(time.Second)}, stands: standsPending, remark: "is tried again at 12:00:01: it crashed"},
		"at work":              {task: fm.Task{ID: "4", Status: fm.Working, Worker: 1}, stands: standsRunning},
		"asks":                 {task: fm.Task{ID: "6", Status: fm.Working, Worker: 2}, stands: standsWaiting, remark: "waits for you, fm inbox says how to answer: permission: Bash: make"},
		"a dialog":             {task: fm.Task{ID: "7", Status: fm.Working, Worker: 3}, stands: standsWaiting, remark: "waits for you, fm inbox says how to answer: dialog: Trust?"},
		"kept":                 {task: fm.Task{ID: "8", Status: fm.Working, Worker: 4}, stands: standsRunning, remark: "is held: fm release worker-4"},
		"to be merged":         {task: open, stands: standsRunning, remark: "pull request #45: waits for its checks"},
		"people merge":         {task: open, manual: true, stands: standsSuccess, over: true, note: "Clean fix"},
		"no pull request":      {task: fm.Task{ID: "1", Status: fm.Completed, Terms: fm.Terms{NoPull: true}}, stands: standsSuccess, over: true, note: "Clean fix"},
		"merged":               {task: fm.Task{ID: "1", Status: fm.Merged, Pull: "45"}, stands: standsSuccess, over: true, note: "Clean fix"},
		"failed":               {task: fm.Task{Status: fm.Failed, Note: "no\nmore"}, stands: standsFailed, over: true, note: "no"},
		"blocked":              {task: fm.Task{Status: fm.Blocked, Note: "a person", Pull: "45"}, stands: standsBlocked, over: true, note: "a person"},
		"a part":               {task: fm.Task{Status: fm.Blocked, Note: supervisor.PartNote + "half"}, stands: standsPartial, over: true, note: supervisor.PartNote + "half"},
		"held":                 {task: fm.Task{Status: fm.Hold}, stands: standsHeld, over: true},
		"cancelled":            {task: fm.Task{Status: fm.Cancelled}, stands: standsCancelled, over: true},
		"a strange word":       {task: fm.Task{Status: "soon\x1b[2J"}, stands: standsUnknown, over: true, note: `its status "soon" means nothing to fm`},
	} {
		x := fixScene{snap: snap, status: status, past: map[fm.TaskID]past{"1": {said: "Clean fix\nand more"}}, manual: tt.manual, now: at}
		got := x.row(tt.task)
		if got.stands != tt.stands || got.over != tt.over || got.remark != tt.remark || got.note != tt.note {
			t.Errorf("%s: %s, over %v, %q, %q; want %s, over %v, %q, %q", name, got.stands, got.over, got.remark, got.note, tt.stands, tt.over, tt.remark, tt.note)
		}
		var hangs []string
		for _, on := range got.hangs {
			hangs = append(hangs, string(on.ID))
		}
		if got := strings.Join(hangs, " "); got != tt.hangs {
			t.Errorf("%s: hangs on %q, want %q", name, got, tt.hangs)
		}
	}
}

// TestTimeIsThatOfWork: pauses between attempts are nobody's work. Caught: the
// time from the first claim to the end.
func TestTimeIsThatOfWork(t *testing.T) {
	t.Parallel()
	at := func(s int) time.Time { return noon().Add(time.Duration(s) * time.Second) }
	entry := func(s int, op queue.Op, status fm.Status, why string) queue.Entry {
		return queue.Entry{At: at(s), Op: op, Task: fm.Task{ID: "1", Status: status}, Why: why}
	}
	entries := []queue.Entry{
		entry(0, queue.OpAdd, fm.Pending, ""),
		entry(10, queue.OpClaim, fm.Working, ""),
		entry(40, queue.OpFail, fm.Pending, "it crashed"),
		entry(100, queue.OpClaim, fm.Working, ""),
		entry(110, queue.OpPublish, fm.Working, ""),
		entry(120, queue.OpComplete, fm.Completed, "Clean fix"),
	}
	merged := append(entries, entry(500, queue.OpMerge, fm.Merged, ""))
	if p := pasts(merged)["1"]; p.worked != 50*time.Second || !p.since.IsZero() || p.said != "Clean fix" {
		t.Errorf("got %+v", p)
	}
	cleared := entry(510, queue.OpClear, fm.Merged, "kept in refs/fm/preserved/1/1")
	cleared.Task.Terms.Main = true
	if p := pasts(append(merged, cleared))["1"]; p.kept != "kept in refs/fm/preserved/1/1" { // Caught: user files that were moved away without a word
		t.Errorf("got %+v", p)
	}
	x := fixScene{past: pasts(entries[:4]), now: at(107)}
	if r := x.row(fm.Task{ID: "1", Status: fm.Working}); r.took != 37*time.Second {
		t.Errorf("took %s, want 37s", r.took)
	}
	for d, want := range map[time.Duration]string{
		0: "-", -time.Second: "-", 45 * time.Second: "45s", 154 * time.Second: "2m 34s", time.Hour: "1h 0m", 26*time.Hour + 59*time.Second: "26h 0m",
	} {
		if got := lasted(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
