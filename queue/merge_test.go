package queue

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
)

// FuzzMerge saves foreign text as the view: no task is lost, no claim is
// moved, no line of text vanishes, and fm comes to rest.
func FuzzMerge(f *testing.F) {
	for _, s := range []string{
		"", "\n", "# c\n", "2|123|789|pending||\n", "1|9|1|cancelled|worker-3|2026-11-20T14:30:45Z|r=2|a=1|t=one\n",
		"1|9|1|working|worker-4|2026-11-20T14:30:45Z|r=2|a=7|t=one\n", "x|y\n#!bad x|y\n", "\x00\xff\n|||||\n", "1|9|2|pending|||r=99\n1|9|2|hold||\n",
		"1|9|1|working|worker-3|2026-11-20T14:30:45Z|r=2|a=1|c=0.25|k=10|t=one\n", "1|9|1|hold|||c=99|cb=98|kb=1\n2|9|55|pending|||c=5|cb=7\n",
		header + " — s=3\n2|9|3|pending||2026-11-20T14:30:45Z|r=1|t=three\n",
		"3||12|pending|||as=fix,main|limit=1h|paths=a:b\n1|9|2|pending|||as=fix|has=main|ph=clearing\n", "1|9|3|hold||2026-11-20T14:30:45Z|r=1|as=main|t=three\n",
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, whole bool) {
		b := newBench(t, three()...)
		b.claim("1")
		b.spend("1", dollars(0.25, 10))
		claim := b.spend("1", dollars(1.5, 20))
		if whole {
			b.m.write(s)
		} else {
			b.m.echo(s)
		}
		b.refresh(0)
		for range 4 {
			b.refresh(3 * time.Second)
		}
		got := b.task("1")
		if ended := got.Status == fm.Cancelled || got.Status == fm.Hold; got.Attempt != claim.Attempt || (!ended && got.Worker != claim.Worker) {
			t.Errorf("claim %+v became %+v", claim, got)
		}
		if got.Spent != claim.Spent || got.Before != claim.Before || len(b.q.Snapshot().Days) != 1 {
			t.Errorf("spent %+v became %+v, days %v", claim.Spent, got.Spent, b.q.Snapshot().Days)
		}
		b.task("2")
		b.task("3")
		writes, text := b.m.writes, b.m.text()
		b.refresh(3 * time.Second)
		if b.m.writes != writes {
			t.Errorf("no rest: writes\n%s\nthen\n%s", text, b.m.text())
		}
		for line := range strings.Lines(s) {
			line = strings.TrimSpace(line)
			if e, err := parseLine(line); err == nil && line != "" {
				b.task(e.task.ID)
			}
		}
		again := b.open()
		for _, want := range b.q.Snapshot().Tasks {
			if got, _ := again.Snapshot().Task(want.ID); renderLine(got) != renderLine(want) {
				t.Errorf("after reopening %q, want %q", renderLine(got), renderLine(want))
			}
		}
	})
}

// machine drives two handles and a person at random.
type machine struct {
	b        *bench
	q        [2]*Queue
	stale    [2]Snapshot
	copies   []string // of the view, as a person may still have it
	attempts map[fm.TaskID]int
	holder   map[fm.Run]int // who was told that the claim is his
	known    map[fm.TaskID]bool
	spent    map[fm.TaskID]fm.Spending // the most that was seen
}

// Caught: Commit without the revision check; amounts as a stale caller had
// them; all that a task has spent, counted for the day each time.
func TestClaimsNeverDoubleAndAttemptsNeverFall(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := &bench{m: newMemory(), now: epoch}
		m := &machine{b: b, attempts: map[fm.TaskID]int{}, holder: map[fm.Run]int{}, known: map[fm.TaskID]bool{}, spent: map[fm.TaskID]fm.Spending{}}
		for i := range m.q {
			q, err := Open(t.Context(), b.m.files())
			if err != nil {
				t.Fatal(err)
			}
			m.q[i] = q
		}
		t.Repeat(map[string]func(*rapid.T){
			"commit":  m.commit,
			"refresh": m.refresh,
			"edit":    m.edit,
			"restore": m.restore,
			"":        m.check,
		})
	})
}

func (m *machine) commit(t *rapid.T) {
	i := rapid.IntRange(0, 1).Draw(t, "handle")
	s := m.stale[i] // as that process saw it last, however old
	id := fm.TaskID(rapid.SampledFrom([]string{"1", "2"}).Draw(t, "id"))
	task, ok := s.Task(id)
	at := m.b.now
	changes := map[string]Change{
		"claim": Claim(task, fm.WorkerID(i+1), at), "fail": Fail(task, "broke", 3, at), "complete": Complete(task, "7", at),
		"release": Release(task, "stop", at), "retry": Retry(task, at), "block": Block(task, "ask", at), "publish": Publish(task, at),
		"cancel": Cancel(task, "enough", at), "merge": Merge(task, at), "first": Reprioritize(task, 1),
		"spend": Spend(task, fm.Spending{Cost: fm.USD(rapid.IntRange(-1, 3e6).Draw(t, "cost")), Tokens: int64(rapid.IntRange(-1, 9000).Draw(t, "tokens"))}, at),
	}
	last := changes["fail"]
	last.Task.Spent = last.Task.Before.Plus(changes["spend"].Task.Spent)
	changes["fail"] = last
	names := append(slices.Sorted(maps.Keys(changes)), "claim", "claim", "claim", "claim", "spend", "spend")
	name := rapid.SampledFrom(names).Draw(t, "change")
	c := changes[name]
	if !ok {
		name, c = "add", Add(fm.Task{ID: id, Parent: "9"}, at)
	}
	if name == "claim" && task.Status != fm.Pending {
		return
	}
	s, err := m.q[i].Commit(t.Context(), at, c)
	if errors.Is(err, ErrStale) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	m.stale[i] = s
	m.known[id] = true
	if name == "claim" {
		run := fm.Run{Task: id, Attempt: task.Attempt + 1}
		if other, taken := m.holder[run]; taken {
			t.Fatalf("claim %v was given to handle %d, now to %d", run, other, i)
		}
		m.holder[run] = i
	}
}

func (m *machine) refresh(t *rapid.T) {
	m.b.now = m.b.now.Add(time.Duration(rapid.IntRange(0, 700).Draw(t, "ms")) * time.Millisecond)
	i := rapid.IntRange(0, 1).Draw(t, "handle")
	s, err := m.q[i].Refresh(t.Context(), m.b.now)
	if err != nil {
		t.Fatal(err)
	}
	m.stale[i] = s
}

func (m *machine) edit(t *rapid.T) {
	m.copies = append(m.copies, m.b.m.text())
	text := m.b.m.text()
	switch rapid.SampledFrom([]string{"append", "status", "priority", "attempt", "amount", "delete", "cut"}).Draw(t, "edit") {
	case "append":
		id := rapid.SampledFrom([]string{"1", "2", "77", "78"}).Draw(t, "id")
		m.b.m.echo("2|9|" + id + "|pending||\n")
		m.known[fm.TaskID(id)] = m.known[fm.TaskID(id)] || strings.HasSuffix(text, "\n") || text == ""
	case "status":
		word := rapid.SampledFrom([]string{"pending", "hold", "cancelled", "working", "merged"}).Draw(t, "word")
		m.b.m.sed("|1|pending|", "|1|"+word+"|")
	case "priority":
		m.b.m.sed("3|9|", "1|9|")
	case "attempt":
		m.b.m.sed("|a=", "|a=0|aa=")
	case "amount":
		m.b.m.sed("|c=", rapid.SampledFrom([]string{"|c=9", "|c=0|x=", "|cc="}).Draw(t, "amount"))
	case "delete":
		lines := strings.SplitAfter(text, "\n")
		i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
		m.b.m.write(strings.Join(slices.Delete(lines, i, i+1), ""))
	case "cut":
		m.b.m.write(text[:rapid.IntRange(0, len(text)).Draw(t, "at")])
	}
}

// restore saves a copy of the file from some time ago.
func (m *machine) restore(t *rapid.T) {
	if len(m.copies) > 0 {
		m.b.m.write(rapid.SampledFrom(m.copies).Draw(t, "copy"))
	}
}

func (m *machine) check(t *rapid.T) {
	for _, q := range m.q {
		s := q.Snapshot()
		for _, task := range s.Tasks {
			if task.Attempt < m.attempts[task.ID] && s.Seq >= max(m.q[0].Snapshot().Seq, m.q[1].Snapshot().Seq) {
				t.Fatalf("attempt of %s fell from %d to %d", task.ID, m.attempts[task.ID], task.Attempt)
			}
			m.attempts[task.ID] = max(m.attempts[task.ID], task.Attempt)
			m.spent[task.ID] = within(m.spent[task.ID], task.Spent, most())
		}
	}
	q, err := Open(t.Context(), m.b.m.files())
	if err != nil {
		t.Fatal(err)
	}
	var all, days fm.Spending
	for _, task := range q.Snapshot().Tasks {
		if task.Spent != m.spent[task.ID] || !covers(task.Spent, task.Before) {
			t.Fatalf("%s has spent %v, %v before; the most that was seen is %v", task.ID, task.Spent, task.Before, m.spent[task.ID])
		}
		all = all.Plus(task.Spent)
	}
	for _, sum := range q.Snapshot().Days {
		days = days.Plus(sum)
	}
	if all != days {
		t.Fatalf("tasks have spent %v, and days %v", all, days)
	}
	for run := range m.holder {
		if task, _ := q.Snapshot().Task(run.Task); task.Attempt < run.Attempt {
			t.Fatalf("claim %v is not in the ledger: %+v", run, task)
		}
	}
}
