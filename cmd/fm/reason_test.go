package main

import (
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// noon is a moment of tests, in the time zone of whoever runs them.
func noon() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.Local) }

// TestWhyNamesWhatStandsInTheWay asks of every place that a task can be in for
// the words that a person needs to go on. Caught: a gate that was left out
// where a project is paused, a dependency without its status, a held worker
// that was counted as free.
func TestWhyNamesWhatStandsInTheWay(t *testing.T) {
	at := noon()
	dep := fm.Task{ID: "1", Status: fm.Failed, Priority: fm.Normal}
	waits := fm.Task{ID: "2", Status: fm.Pending, Priority: fm.Normal, DependsOn: []fm.TaskID{"1", "9"}}
	ready := fm.Task{ID: "3", Status: fm.Pending, Priority: fm.Normal}
	later := fm.Task{ID: "4", Status: fm.Pending, Priority: fm.Low, NotBefore: at.Add(40 * time.Second), Note: "it crashed"}
	last := fm.Task{ID: "5", Status: fm.Pending, Priority: fm.Low}
	works := fm.Task{ID: "6", Status: fm.Working, Worker: 1, Attempt: 2}
	open := fm.Task{ID: "7", Status: fm.Completed, Pull: "12"}
	odd := fm.Task{ID: "8", Status: "soon\x1b[2J"}
	snap := queue.Snapshot{Tasks: []fm.Task{dep, waits, ready, later, last, works, open, odd}}

	up := func(change func(*supervisor.Status)) supervisor.Status {
		s := supervisor.Status{PID: 1, Wanted: supervisor.Wanted{Workers: 1}, Workers: []supervisor.WorkerStatus{
			{Worker: 1, Task: "6", Attempt: 2, State: "working", Evidence: "hook PostToolUse"},
		}}
		change(&s)
		return s
	}
	same := func(*supervisor.Status) {}
	limit := supervisor.Gate{Why: "usage limit reached", Until: at.Add(34 * time.Minute)}
	for name, tt := range map[string]struct {
		task   fm.Task
		change func(*supervisor.Status)
		agent  fm.Report
		manual bool
		want   []string
	}{
		"dependencies":   {task: waits, change: same, want: []string{"waits for #1, which is failed: fm why 1; it waits for #9, which is not in the queue."}},
		"backoff":        {task: later, change: same, want: []string{"tried again at 12:00:40 (in 40s) (it crashed)."}},
		"paused":         {task: ready, change: func(s *supervisor.Status) { s.Wanted.Paused = true }, want: []string{"paused: fm resume."}},
		"paused, limit":  {task: ready, change: func(s *supervisor.Status) { s.Wanted.Paused, s.Gate = true, limit }, want: []string{"paused: fm resume; nothing new is begun until 12:34 (in 34m): usage limit reached."}},
		"no supervisor":  {task: ready, change: func(s *supervisor.Status) { s.PID = 0 }, want: []string{"supervisor is not running: fm resume."}},
		"stopping":       {task: ready, change: func(s *supervisor.Status) { s.Wanted.Stop = supervisor.StopDrain }, want: []string{"fm stops, and begins nothing new: fm resume."}},
		"no workers":     {task: ready, change: func(s *supervisor.Status) { s.Wanted.Workers = 0 }, want: []string{"no workers: fm workers add 1."}},
		"busy":           {task: ready, change: same, want: []string{"waits for a free worker."}},
		"busy, later on": {task: last, change: same, want: []string{"waits for a free worker, 1 task before it."}},
		"free":           {task: ready, change: func(s *supervisor.Status) { s.Workers[0].Task = "" }, want: []string{"a worker is about to take it."}},
		"held": {
			task: ready, change: func(s *supervisor.Status) { s.Workers[0].Task, s.Workers[0].Held = "", true },
			want: []string{"waits for a free worker (1 worker in the hands of people: fm workers)."},
		},
		"working": {
			task: works, change: same, agent: fm.Report{State: fm.AtWork, Since: at.Add(-12 * time.Minute)},
			want: []string{"worker-1 has it, attempt 2, working for 12m (hook PostToolUse)."},
		},
		"working, unattended": {
			task: works, change: func(s *supervisor.Status) { s.PID, s.Workers = 0, nil },
			agent: fm.Report{State: fm.AtWork, Since: at.Add(-time.Minute), Evidence: fm.Evidence{Source: fm.HookSource, What: "Stop", At: at}},
			want:  []string{"attempt 2, working for 1m (hook Stop at 12:00:00); the supervisor is not running: fm resume."},
		},
		"a person types": {task: works, change: func(s *supervisor.Status) { s.Workers[0].Person = true }, want: []string{"; a person is at its keyboard, ", "fm release worker-1."}},
		"waiting": {
			task: works, agent: fm.Report{State: fm.Waiting, Since: at.Add(-5 * time.Minute)},
			change: func(s *supervisor.Status) {
				s.Workers[0].State = "waiting"
				s.Workers[0].Question = fm.Question{Kind: fm.AsksPermission, Text: "Bash: make", Options: []string{"Yes", "No"}}
			},
			want: []string{"worker-1 waits for you for 5m: permission: Bash: make. Answer with: fm answer worker-1 --option N"},
		},
		"completed":         {task: open, change: same, want: []string{"#12 is open, and fm has it merged when nothing speaks against it."}},
		"completed, people": {task: open, change: same, manual: true, want: []string{"waits for people to merge it."}},
		"completed, seen": {task: open, manual: true, change: func(s *supervisor.Status) {
			s.Pulls = []supervisor.PullStatus{{Task: open.ID, Number: "12", Text: "checks run"}}
		}, want: []string{"Its pull request #12 is open: checks run."}},
		"failed": {task: dep, change: same, want: []string{"It failed: nobody says why.", "fm queue retry 1"}},
		"odd":    {task: odd, change: same, want: []string{`Its status "soon" means nothing to fm`}},
	} {
		t.Run(name, func(t *testing.T) {
			x := scene{task: tt.task, queue: snap, status: up(tt.change), agent: tt.agent, manual: tt.manual, now: at}
			got := x.reason()
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("got %q, want %q in it", got, want)
				}
			}
		})
	}
}
