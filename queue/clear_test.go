package queue

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
)

// TestWhoeverLeavesIsCleared takes a task out of the hands of its worker in every
// way there is, by fm and by a person's edit of the file.
// Caught: a task that was stopped, or is to be tried again, and kept the checkout; a
// task in the main checkout that is none of fm fix, and was completed; a
// status of the user's own; a line that was removed, and came back when its task
// was cleared; one that never began, and yet was cleared.
func TestWhoeverLeavesIsCleared(t *testing.T) {
	type steps = []func(b *bench, t fm.Task)
	do := func(c func(t fm.Task) Change) func(*bench, fm.Task) {
		return func(b *bench, t fm.Task) { b.commit(c(t)) }
	}
	edit := func(from, to string) func(*bench, fm.Task) {
		return func(b *bench, _ fm.Task) {
			b.m.sed("||12|"+from, "||12|"+to)
			b.refresh(0)
		}
	}
	remove := func(b *bench, _ fm.Task) {
		b.m.sed(b.lineOf("12")+"\n", "")
		b.refresh(0)
		b.refresh(time.Second)
	}
	claim := func(b *bench, t fm.Task) { b.commit(Claim(t, 3, b.now)) }
	release := do(func(t fm.Task) Change { return Release(t, "stopped", epoch) })
	complete := do(func(t fm.Task) Change { return Complete(t, "7", epoch) })
	publish := do(func(t fm.Task) Change { return Publish(t, epoch) })
	owe := do(func(t fm.Task) Change { return Owe(t, "no route", epoch) })
	block := do(func(t fm.Task) Change { return Block(t, "ask", epoch) })
	cancel := do(func(t fm.Task) Change { return Cancel(t, "no", epoch) })
	hold := do(func(t fm.Task) Change { return Hold(t, "no", epoch) })
	failOnce := do(func(t fm.Task) Change { return Fail(t, "broke", 9, epoch) })
	fail := do(func(t fm.Task) Change { return Fail(t, "broke", 1, epoch) })
	reopen := do(func(t fm.Task) Change { return Reopen(t, "conflict", 9, epoch) })
	merge := do(func(t fm.Task) Change { return Merge(t, epoch) })
	tidied := do(func(t fm.Task) Change { return Tidied(t, epoch) })
	cleared := do(func(t fm.Task) Change { return Cleared(t, "kept") })
	retry := do(func(t fm.Task) Change { return Retry(t, epoch) })

	for _, c := range []struct {
		name  string
		steps steps
		// what is to be cleared of one that is mended in a worktree, of one that is
		// mended in the main checkout, and of another one there
		fix, main, other string
	}{
		{"pending", nil, "", "", ""},
		{"cancelled before it began", steps{cancel}, "", "", ""},
		{"held before it began", steps{hold}, "", "", ""},
		{"removed before it began", steps{remove}, "gone", "gone", "gone"},
		{"working", steps{claim}, "", "has", "has"},
		{"stopped", steps{claim, release}, "", "clearing", "clearing"},
		{"stopped, and cleared", steps{claim, release, cleared}, "", "", ""},
		{"stopped, and claimed again", steps{claim, release, claim}, "", "has", "has"},
		{"publishing", steps{claim, publish}, "", "has", "has"},
		{"owed", steps{claim, publish, owe}, "", "has", "has"},
		{"owed, and cancelled", steps{claim, publish, owe, cancel}, "", "clearing", "clearing"},
		{"completed", steps{claim, publish, complete}, "clearing", "clearing", "clearing"},
		{"completed, and cleared", steps{claim, complete, cleared}, "", "", ""},
		{"completed, cleared, and merged", steps{claim, complete, cleared, merge}, "tidying", "tidying", "tidying"},
		{"completed, and merged at once", steps{claim, complete, merge}, "tidying", "tidying has", "tidying has"},
		{"merged, and tidied up", steps{claim, complete, merge, tidied}, "", "", ""},
		{"completed, cleared, and to be mended", steps{claim, complete, cleared, reopen}, "", "", ""},
		{"completed, and to be mended", steps{claim, complete, reopen}, "", "clearing", "clearing"},
		{"failed once", steps{claim, failOnce}, "", "clearing", "clearing"},
		{"failed", steps{claim, failOnce, claim, fail}, "", "clearing", "clearing"},
		{"failed, and cleared", steps{claim, fail, cleared}, "", "", ""},
		{"failed, cleared, and retried", steps{claim, fail, cleared, retry}, "", "", ""},
		{"failed, cleared, retried, and held", steps{claim, fail, cleared, retry, hold}, "", "", ""},
		{"failed, and retried at once", steps{claim, fail, retry}, "", "clearing", "clearing"},
		{"blocked", steps{claim, block}, "", "clearing", "clearing"},
		{"cancelled", steps{claim, cancel}, "", "clearing", "clearing"},
		{"held", steps{claim, hold}, "", "clearing", "clearing"},
		{"stopped, and held", steps{claim, release, hold}, "", "clearing", "clearing"},
		{"held, and then cancelled", steps{claim, hold, cancel}, "", "clearing", "clearing"},

		{"cancelled in the file", steps{claim, edit("working|worker-3", "cancelled|worker-3")}, "", "clearing", "clearing"},
		{"held in the file", steps{claim, edit("working|worker-3", "hold|worker-3")}, "", "clearing", "clearing"},
		{"stopped, and cancelled in the file", steps{claim, release, edit("pending", "cancelled")}, "", "clearing", "clearing"},
		{"stopped, and someday in the file", steps{claim, release, edit("pending", "someday")}, "", "clearing", "clearing"},
		{"pending in the file before it was cleared", steps{claim, hold, edit("hold", "pending")}, "", "clearing", "clearing"},
		{"pending in the file after it was cleared", steps{claim, hold, cleared, edit("hold", "pending")}, "", "", ""},
		{"completed, and cancelled in the file", steps{claim, complete, edit("completed", "cancelled")}, "", "clearing", "clearing"},
		{"marks taken off in the file", steps{claim, hold, edit("hold", "hold"), func(b *bench, _ fm.Task) {
			b.m.sed("|has=main", "|color=red")
			b.m.sed("|ph=clearing", "|ph=tidying")
			b.refresh(0)
		}}, "", "clearing", "clearing"},
		{"stopped, and removed from the file", steps{claim, release, remove}, "gone", "clearing gone", "clearing gone"},
		{"held, and removed from the file", steps{claim, hold, remove}, "gone", "clearing gone", "clearing gone"},
		{"removed, and cleared", steps{claim, hold, remove, cleared}, "gone", "gone", "gone"},
		{"merged, removed, and tidied up", steps{claim, complete, merge, remove, tidied}, "gone", "gone", "gone"},
		{"removed, and retried", steps{claim, hold, remove, cleared, retry}, "", "", ""},
	} {
		for terms, want := range map[fm.Terms]string{{Fix: true}: c.fix, {Fix: true, Main: true}: c.main, {Main: true}: c.other, {}: c.fix} {
			task := mended()
			task.Terms = terms
			b := newBench(t, append(three(), task)...)
			for _, step := range c.steps {
				step(b, b.task("12"))
			}
			at := b.task("12")
			if terms == (fm.Terms{}) && want == "clearing" {
				want = "" // its worktree waits for the merge
			}
			got := marks(at)
			if strings.Contains(want, "gone") != (b.lineOf("12") == "") {
				t.Errorf("%s, %+v: its line is %q", c.name, terms, b.lineOf("12"))
			}
			if want = strings.TrimSpace(strings.TrimSuffix(want, "gone")); strings.HasPrefix(want, "clearing") && terms.Main {
				want += " has"
			}
			if got != want {
				t.Errorf("%s, %+v: got %q, want %q, in %q", c.name, terms, got, want, renderLine(at))
			}
		}
	}
}

// marks tells what is to be cleared up after a task.
func marks(t fm.Task) string {
	var words []string
	if Clearing(t) {
		words = append(words, "clearing")
	}
	if Tidying(t) {
		words = append(words, "tidying")
	}
	if Holds(t) {
		words = append(words, "has")
	}
	return strings.Join(words, " ")
}

// TestTheMainCheckoutIsNeverLost takes tasks through anything that may happen to
// them: one has the main checkout from its claim until it was cleared or tidied up,
// and whenever nobody will go on there, it is to be cleared.
// Caught: a mark that went with the phase; a retry that had the checkout again; a
// merge before it was cleared; a mark that a task in a worktree got.
func TestTheMainCheckoutIsNeverLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		task := Add(mended(), epoch).Task
		task.Terms = fm.Terms{Fix: rapid.Bool().Draw(t, "fix"), Main: rapid.Bool().Draw(t, "main")}
		has := false
		step := func(c Change) {
			line := renderLine(c.Task)
			back, err := parseLine(line)
			if err != nil || renderLine(back.task) != line {
				t.Fatalf("%q, %v", line, err)
			}
			task = back.task
		}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			working := task.Status == fm.Working
			can := map[string]bool{
				"claim": task.Status == fm.Pending && !Clearing(task), "release": working, "fail": working, "give up": working, "publish": working, "owe": Publishing(task),
				"complete": working, "reopen": task.Status == fm.Completed, "merge": task.Pull != "" && !working, "tidied": Tidying(task),
				"cleared": Clearing(task), "block": true, "cancel": true, "hold": true, "retry": true, "someday": !working, "spend": true,
			}
			var names []string
			for _, name := range []string{"claim", "release", "fail", "give up", "publish", "owe", "complete", "reopen", "merge", "tidied", "cleared", "block", "cancel", "hold", "retry", "someday", "spend"} {
				if can[name] {
					names = append(names, name)
				}
			}
			switch rapid.SampledFrom(names).Draw(t, "step") {
			case "claim":
				step(Claim(task, 3, epoch))
				has = task.Terms.Main
			case "release":
				step(Release(task, "", epoch))
			case "fail":
				step(Fail(task, "", 99, epoch))
			case "give up":
				step(Fail(task, "", 1, epoch))
			case "publish":
				step(Publish(task, epoch))
			case "owe":
				step(Owe(task, "", epoch))
			case "complete":
				step(Complete(task, "7", epoch))
			case "reopen":
				step(Reopen(task, "", 99, epoch))
			case "merge":
				step(Merge(task, epoch))
			case "tidied":
				step(Tidied(task, epoch))
				has = false
			case "cleared":
				step(Cleared(task, ""))
				has = false
			case "block":
				step(Block(task, "", epoch))
			case "cancel":
				step(Cancel(task, "", epoch))
			case "hold":
				step(Hold(task, "", epoch))
			case "retry":
				step(Retry(task, epoch))
			case "someday":
				step(Change{Op: OpEdit, Task: moved(task, "someday", epoch)})
			case "spend":
				step(Spend(task, dollars(1, 1), epoch))
			}
			line := renderLine(task)
			if Holds(task) != has {
				t.Fatalf("has the main checkout: %v, want %v: %q", Holds(task), has, line)
			}
			goesOn := task.Status == fm.Working || Tidying(task)
			if ready := len(Ready([]fm.Task{task}, epoch.Add(time.Hour))) == 1; ready != (task.Status == fm.Pending && !has) {
				t.Fatalf("ready: %v: %q", ready, line)
			}
			if has && !goesOn && !Clearing(task) {
				t.Fatalf("nobody gives the main checkout back: %q", line)
			}
			if Clearing(task) && !has && (!task.Terms.Fix || task.Status != fm.Completed) {
				t.Fatalf("nothing is to be cleared: %q", line)
			}
		}
	})
}
