package queue

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
	"github.com/google/go-cmp/cmp"
)

// anyTask draws a task with hostile text wherever text is allowed.
func anyTask() *rapid.Generator[fm.Task] {
	id := rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9_-]{0,20}`)
	text := rapid.OneOf(rapid.String(), rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, "bytes")) }),
		rapid.SampledFrom([]string{"", "50% |\r\n\x1b[2J\u202e", " %7C", "#!bad", "r=9|a=9", "\u2028"}))
	when := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "zero") {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(1, 4e9).Draw(t, "unix"), 0).UTC()
	})
	amount := rapid.OneOf(rapid.Just[int64](0), rapid.Int64Range(0, maxAmount))
	spent := rapid.Custom(func(t *rapid.T) fm.Spending {
		return fm.Spending{Cost: fm.USD(amount.Draw(t, "cost")), Tokens: amount.Draw(t, "tokens")}
	})
	return rapid.Custom(func(t *rapid.T) fm.Task {
		task := fm.Task{
			ID: fm.TaskID(id.Draw(t, "id")), Priority: fm.Priority(rapid.IntRange(1, 4).Draw(t, "priority")),
			Status: fm.Status(rapid.SampledFrom([]string{"pending", "working", "completed", "merged", "failed", "blocked", "cancelled", "hold", "someday"}).Draw(t, "status")),
			Worker: fm.WorkerID(rapid.IntRange(0, fm.MaxWorkers).Draw(t, "worker")), Since: when.Draw(t, "since"), NotBefore: when.Draw(t, "nb"),
			Revision: rapid.Uint64().Draw(t, "r"), Attempt: rapid.IntRange(0, 1<<30).Draw(t, "a"), Failures: rapid.IntRange(0, 9).Draw(t, "f"),
			Spent: spent.Draw(t, "spent"), Before: spent.Draw(t, "before"),
			Terms: drawnTerms(t), Paths: drawnPaths(t), Estimate: time.Duration(rapid.Int64Range(0, 1e13).Draw(t, "est")),
			Branch: text.Draw(t, "br"), Pull: rapid.OneOf(rapid.Just(""), id).Draw(t, "pr"), Node: text.Draw(t, "node"), Title: text.Draw(t, "t"), Note: text.Draw(t, "n"),
		}
		if rapid.Bool().Draw(t, "has parent") {
			task.Parent = fm.IssueID(id.Draw(t, "parent"))
		}
		for range rapid.IntRange(0, 3).Draw(t, "deps") {
			task.DependsOn = append(task.DependsOn, fm.TaskID(id.Draw(t, "dep")))
		}
		for range rapid.IntRange(0, 3).Draw(t, "extras") {
			task.Extra = append(task.Extra, fm.Field{Key: "x" + id.Draw(t, "key"), Value: text.Draw(t, "value")})
		}
		return task
	})
}

// Caught: encode without the percent sign; a title before the keys that a
// line break in it could forge.
func TestLineReadsBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyTask().Draw(t, "task")
		line := renderLine(want)
		e, err := parseLine(line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if diff := cmp.Diff(want, e.task); diff != "" {
			t.Fatalf("%q:\n%s", line, diff)
		}
		if fm.Plain(line) != line || strings.ContainsAny(line, "\n\t") {
			t.Fatalf("%q is not safe to show", line)
		}
	})
}

func TestBadLines(t *testing.T) {
	for line, want := range map[string]string{
		"":                                                   "columns",
		"1|2|3|pending":                                      "columns",
		"5|2|3|pending||":                                    "priority",
		"|2|3|pending||":                                     "priority",
		"1|../..|3|pending||":                                "parent",
		"1|2|-rf|pending||":                                  "subissue",
		"1|2||pending||":                                     "subissue",
		"1|2|3|pen ding||":                                   "status",
		"1|2|3|pending||yesterday":                           "timestamp",
		"1|2|3|pending|||word":                               "want key=value",
		"1|2|3|pending|||r=-1":                               "field r",
		"1|2|3|pending|||a=x":                                "field a",
		"1|2|3|pending|||f=9999999999":                       "field f",
		"1|2|3|pending|||nb=soon":                            "field nb",
		"1|2|3|pending|||c=-1":                               "field c: \"-1\": want dollars such as 1.25",
		"1|2|3|pending|||c=1.1234567":                        "six decimals",
		"1|2|3|pending|||cb=1e9":                             "field cb",
		"1|2|3|pending|||k=1.5":                              "field k: \"1.5\": want a number of tokens",
		"1|2|3|pending|||kb=9999999999999999":                "out of range",
		"1|2|3|pending|||dep=a/b":                            "field dep",
		"3||12|pending||||as=fix":                            "field \"\": want key=value", // a column too many
		"3||12|pending|||as=mend":                            "field as: \"mend\": want fix, no-pr and main",
		"3||12|pending|||as=":                                "field as",
		"3||12|pending|||as=fix main":                        "field as",
		"3||12|pending|||limit=10":                           "field limit: \"10\": want a time such as 10m",
		"3||12|pending|||limit=-5m":                          "field limit",
		"3||12|pending|||limit=":                             "field limit",
		"1|2|3|pending||2026-11-20T14:30:45Z1|2|4|pending||": "timestamp", // joined
	} {
		if _, err := parseLine(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error about %s", line, err, want)
		}
	}
}

func TestOddWorkerIsKept(t *testing.T) {
	b := newBench(t)
	b.m.write("1|2|3|hold|bob@host|\n")
	b.refresh(0)
	if got, want := b.lineOf("3"), "1|2|3|hold||2026-11-20T14:30:45Z|r=1|worker=bob@host"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzParseLine(f *testing.F) {
	for _, s := range []string{
		"1|123|456|working|worker-3|2026-11-20T14:30:45Z|r=7|a=1|br=subissue/456|t=Add JWT middleware",
		"2|123|789|pending||", "P1|1234|1240|pending|||r=7|nb=2026-11-20T10:05:00Z|dep=1238,1239|t=Fix the 50%25 case %7C ok",
		"1|2|3|working||2026-11-20T14:30:45Z|r=9|a=2|c=1.234567|k=45210|cb=0.5|kb=07|t=x", "1|2|3|pending|||c=1.|k=|cb=999999999.9999999",
		"1|2|3|pending|||=x", "#", "3||12|pending|||as=fix,main, no-pr|limit=1h|paths=a:b::c d", "3||12|hold|||limit=1ns|est=90m|paths=:|as=fix,fix|has=main", "|||||", "1|2|3|pending|w|0001-01-01T00:00:00Z|t=%", "\ufeff1|2|3|hold||",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		first, err := parseLine(s)
		if err != nil {
			return
		}
		line := renderLine(first.task)
		again, err := parseLine(line)
		if err != nil {
			t.Fatalf("%q became %q: %v", s, line, err)
		}
		if got := renderLine(again.task); got != line {
			t.Fatalf("%q became %q, then %q", s, line, got)
		}
	})
}

func drawnTerms(t *rapid.T) fm.Terms {
	on := func(name string) bool { return rapid.Bool().Draw(t, name) }
	return fm.Terms{Fix: on("fix"), NoPull: on("no-pr"), Main: on("main"), Timeout: time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "limit"))}
}

func drawnPaths(t *rapid.T) []string {
	paths := rapid.SliceOfN(rapid.StringMatching(`[a-z./ %|-]{1,12}`), 0, 3).Draw(t, "paths")
	if len(paths) == 0 {
		return nil
	}
	return paths
}
