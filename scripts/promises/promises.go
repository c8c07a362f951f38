package main

import "slices"

// promise is one number that fm is to hold.
type promise struct {
	what   string
	target string // as people say it
	at     metric
	scale  float64 // from the unit of the benchmark to that of the target; 0 is 1
	unit   string  // of the target
	most   float64 // the value may be

	reference metric // measured in the same run; zero for none
	refName   string
	ratio     metric  // of both, if the benchmark gives that itself
	ratioMost float64 // 0: the ratio is shown, and promised is the value alone
	least     bool    // ratioMost is what it must be at least, and the value is only shown

	by   string // what holds it, where that is no benchmark
	note string // the heading of its reason in notes.md
}

// promises is the list, in the order of the page.
func promises() []promise {
	return slices.Concat(handOff(), deaths(), sights(), queues())
}

func handOff() []promise {
	bare := "`git worktree add` + `new-session`"
	from := func(name, unit string) metric { return metric{"HandOff/" + name, unit} }
	return []promise{
		{
			what: "lost or doubled tasks, pull requests, subissues", target: "0", by: "tests: see [reliability.md](reliability.md)",
		},
		{
			what: "`COMPLETION.md` stable → next agent's process, worktree made beforehand, half of all", target: "≤ 50 ms",
			at: from("ready", "p50-ms"), unit: "ms", most: 50, reference: from("ready", "bare-ms"), refName: bare, ratio: from("ready", "ratio"), note: "hand-off",
		},
		{
			what: "… 99 of 100", target: "≤ 1 s",
			at: from("ready", "p99-ms"), unit: "ms", most: 1000, note: "hand-off",
		},
		{
			what: "… without a worktree made beforehand, half of all", target: "≤ 300 ms, ratio ≤ 3",
			at: from("made", "p50-ms"), unit: "ms", most: 300, reference: from("made", "bare-ms"), refName: bare, ratio: from("made", "ratio"), ratioMost: 3, note: "hand-off",
		},
		{
			what: "… 99 of 100", target: "≤ 1 s",
			at: from("made", "p99-ms"), unit: "ms", most: 1000, note: "hand-off",
		},
		{
			what: "a worktree of 1,000 files, made beforehand, taken for a task", target: "ratio ≤ 1",
			at: metric{"Worktree/prepare-ready", "ns/op"}, scale: 1e-6, unit: "ms", most: -1,
			reference: metric{"Worktree/bare-add", "ns/op"}, refName: "`git worktree add`", ratioMost: 1, note: "taken",
		},
		{
			what: "worker idle while work is ready, of a task of 20 minutes", target: "≤ 0.1 %",
			at: from("ready", "%idle"), unit: "%", most: 0.1, note: "idle",
		},
	}
}

func deaths() []promise {
	return []promise{
		{what: "death of an agent → known, 99 of 100", target: "≤ 20 ms", at: metric{"DeathIsKnown", "p99-ms"}, unit: "ms", most: 20, note: "death"},
		{what: "death of an agent → restarted, no backoff, 99 of 100", target: "≤ 500 ms", at: metric{"DeathIsMended", "p99-ms"}, unit: "ms", most: 500, note: "restart"},
		{
			what: "`kill -9` of the supervisor with 100 sessions → all adopted by the next one, from its start; none restarted", target: "≤ 300 ms",
			at: metric{"HundredWorkers/adopted", "p99-ms"}, unit: "ms", most: 300, note: "adopted",
		},
		{
			what: "supervisor with 100 workers at one look a second: CPU", target: "≤ 0.3 % of a core",
			at: metric{"HundredWorkers/rest", "%core-at-1Hz"}, unit: "%", most: 0.3, note: "cpu",
		},
		{what: "… memory", target: "≤ 40 MB", at: metric{"HundredWorkers/rest", "MB"}, unit: "MB", most: 40, note: "memory"},
		{what: "… processes started", target: "0", at: metric{"HundredWorkers/rest", "forks"}, note: "forks"},
		{what: "healthy sessions restarted, or typed into while a person is attached", target: "0", by: "tests: see [reliability.md](reliability.md)"},
	}
}

func sights() []promise {
	scan := func(unit string) metric { return metric{"Scan", unit} }
	return []promise{
		{
			what: "`fm status` on 10,000 tasks, whole process", target: "≤ 20 ms", at: metric{"`fm status`, 10,000 tasks", "middle-ms"}, unit: "ms", most: 20,
			reference: metric{"`git --version`", "middle-ms"}, refName: "`git --version`", note: "status",
		},
		{
			what: "… without a supervisor", target: "≤ 20 ms", at: metric{"`fm status`, 10,000 tasks, no supervisor", "middle-ms"}, unit: "ms", most: 20,
			reference: metric{"`git --version`", "middle-ms"}, refName: "`git --version`", note: "status",
		},
		{what: "frame of the dashboard with 100 workers", target: "≤ 5 ms", at: metric{"Frame", "ns/op"}, scale: 1e-6, unit: "ms", most: 5, note: "frame"},
		{
			what: "screens of 100 panes", target: "≤ 20 ms, ratio ≤ 0.2", at: scan("scan-ms"), unit: "ms", most: 20,
			reference: scan("exec-per-pane-ms"), refName: "one exec per pane", ratio: scan("ratio"), ratioMost: 0.2, note: "scan",
		},
	}
}

func queues() []promise {
	claim := func(unit string) metric { return metric{"Claim", unit} }
	life := func(unit string) metric { return metric{"TaskAfterHistory", unit} }
	return []promise{
		{
			what: "durable claim by 8 processes, 10,000 tasks, 99 of 100", target: "≤ 10 ms", at: claim("fm-p99-ms"), unit: "ms", most: 10,
			reference: claim("sqlite-p99-ms"), refName: "SQLite", note: "claim",
		},
		{
			what: "… claims per second", target: "ratio ≥ 0.5", at: claim("fm-claims/s"), unit: "/s",
			reference: claim("sqlite-claims/s"), refName: "SQLite", ratioMost: 0.5, least: true, note: "claim",
		},
		{
			what: "life of a task in the queue after 100,000 lines of ledger", target: "ratio ≤ 1.5", at: life("after-100000-ms"), unit: "ms",
			reference: life("after-1000-ms"), refName: "after 1,000", ratio: life("ratio"), ratioMost: 1.5, most: -1, note: "history",
		},
		{
			what: "100 workers, a task each, all merged once: per task", target: "≤ 1 s", at: metric{"HundredTasks", "ms/task"}, unit: "ms", most: 1000, note: "hundred",
		},
	}
}
