package queue

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// maxBackoffAhead bounds a backoff that a line brings along, against a clock
// that was wrong when it was written.
const maxBackoffAhead = maxBackoff

// mergeView takes a whole text of the view into the draft: each line against
// the revision that it names, then comments and order. It returns the tasks
// whose lines were taken away from a copy that had them.
func mergeView(d *draft, v view) (gone []fm.TaskID) {
	mergeLines(d, v)
	gone = missing(d.state, v)
	if v.seq == 0 || v.seq >= d.state.commentSeq {
		mergeComments(d, v)
	} else {
		addComments(d, v)
	}
	if v.seq == 0 || v.seq >= d.state.orderSeq {
		mergeOrder(d, v)
	}
	return gone
}

// mergePatch takes lines into the draft that are not the whole view: what they
// do not say is no news.
func mergePatch(d *draft, v view) {
	mergeLines(d, v)
	addComments(d, v)
}

// mergeLeft takes from a view that a dead process had displaced what it may not
// have come to: tasks that nobody knows, edits of lines as they still stand, and
// remarks. All else is what it was told before, or is an old copy.
func mergeLeft(d *draft, v view) {
	for _, l := range v.lines {
		cur, known := d.task(l.edit.task.ID)
		hidden := known && d.state.records[cur.ID] != nil && d.state.records[cur.ID].hidden
		if !known || !hidden && l.edit.has("r") && l.edit.task.Revision == cur.Revision {
			mergeCopied(d, l, v.seq)
		}
	}
	for i := range v.lines {
		v.lines[i].above = remarks(v.lines[i].above)
	}
	v.end = remarks(v.end)
	addComments(d, v)
}

// remarks are the comments that no reader marked.
func remarks(comments []string) []string {
	return slices.DeleteFunc(slices.Clone(comments), func(line string) bool { return strings.HasPrefix(line, badMark) })
}

func mergeLines(d *draft, v view) {
	for _, bad := range v.bad {
		d.problems = append(d.problems, markedProblem(bad.raw, bad.err))
	}
	for _, l := range v.lines {
		mergeCopied(d, l, v.seq)
	}
}

func mergeLine(d *draft, l viewLine) { mergeCopied(d, l, 0) }

// mergeCopied merges a line of a copy that was made at made, a ledger sequence; 0
// when that is not known.
func mergeCopied(d *draft, l viewLine, made uint64) {
	cur, ok := d.task(l.edit.task.ID)
	if !ok {
		d.put(OpAdd, newcomer(d, l), "line in the queue file")
		return
	}
	r := d.state.records[cur.ID]
	_, changed := d.changed[cur.ID]
	if r != nil && !changed && !r.hidden && r.line == l.raw {
		return // as fm wrote it
	}
	m := merger{line: l.edit.task, cur: cur, next: cur, now: d.now}
	if r != nil && made > 0 && r.added > made && !l.edit.has("r") {
		if !m.bornWith(r, l.edit) {
			return
		}
	} else {
		m.findBase(r, l.edit)
	}
	m.fields()
	op := m.status()
	if renderLine(m.next) != renderLine(cur) || (r != nil && r.hidden && !changed) {
		d.put(op, m.next, "edit of the queue file")
	}
	if len(m.lost) > 0 {
		d.problem(l.raw, strings.Join(m.lost, "; "), m.advice())
	}
}

// newcomer is the task of a line with an id that the ledger does not know. What
// nobody did stands in no ledger: it is neither done nor has it a pull request,
// whatever the line says, and may be the copy of another task's.
func newcomer(d *draft, l viewLine) fm.Task {
	t := l.edit.task
	t.Extra = unmarked(t.Extra)
	t.Before = within(t.Before, fm.Spending{}, t.Spent)
	t.Worker, t.Pull, t.Node = 0, "", ""
	switch said := t.Status; said {
	case fm.Working:
		t.Status = fm.Pending
		d.problem(l.raw, "only fm claims tasks: added as pending", "nothing")
	case fm.Completed, fm.Merged, fm.Failed, fm.Blocked:
		t.Status = fm.Hold
		d.problem(l.raw, fmt.Sprintf("fm knows no such task, and status %s is for fm to set: added on hold", said), "set it to pending to have it done, or to cancelled")
	case fm.Pending, fm.Hold, fm.Cancelled:
	}
	if limit := d.now.Add(maxBackoffAhead); t.NotBefore.After(limit) {
		t.NotBefore = limit.UTC().Truncate(time.Second)
	}
	if t.Since.IsZero() {
		t.Since = d.now.UTC().Truncate(time.Second)
	}
	return t
}

// merger merges one line: base is the task that its writer saw, cur what it is
// now, next what it becomes.
type merger struct {
	line, base, cur, next fm.Task
	basis                 basis
	now                   time.Time
	lost                  []string
}

// basis is what a line was based on.
type basis int

const (
	unnamed basis = iota // the line names no revision: what it says is a wish
	current              // the revision that counts now
	old                  // one that is known still
	unknown              // one that is forgotten, or never was
)

func (m *merger) findBase(r *record, e edit) {
	switch {
	case !e.has("r"):
		m.base = m.cur
		m.basis = unnamed
		if !m.line.Since.IsZero() && m.line.Since.Equal(m.cur.Since) {
			m.basis = current
		}
		m.complete(e)
	case m.line.Revision == m.cur.Revision:
		m.basis, m.base = current, m.cur
	default:
		m.basis = unknown
		m.base = m.cur
		if t, ok := r.at(m.line.Revision); ok {
			m.basis, m.base = old, t
		}
	}
}

// bornWith bases a line on the beginning of its task: whoever wrote it into a copy
// that is older than the task did not know of it, or copied the line that it came
// from. It is no wish to have the task once more. Without that beginning it is no
// news at all.
func (m *merger) bornWith(r *record, e edit) (known bool) {
	if len(r.past) == 0 || r.past[0].seq != r.added {
		return false
	}
	first, err := parseLine(r.past[0].line)
	if err != nil {
		return false
	}
	m.basis, m.base = old, first.task
	m.complete(e)
	return true
}

// at is the task as it was at a revision.
func (r *record) at(number uint64) (fm.Task, bool) {
	if r == nil {
		return fm.Task{}, false
	}
	for _, p := range slices.Backward(r.past) {
		if p.number == number {
			e, err := parseLine(p.line)
			return e.task, err == nil
		}
	}
	return fm.Task{}, false
}

// complete fills in what a line without a revision does not mention: it was
// typed by hand, and leaving a key out takes nothing away.
func (m *merger) complete(e edit) {
	l, c := &m.line, m.base
	if l.Parent == "" {
		l.Parent = c.Parent
	}
	if !e.has("dep") {
		l.DependsOn = c.DependsOn
	}
	if !e.has("t") {
		l.Title = c.Title
	}
	if !e.has("n") {
		l.Note = c.Note
	}
	extra := slices.Clone(c.Extra)
	for _, f := range l.Extra {
		extra = append(without(extra, f.Key), f)
	}
	if len(l.Extra) > 0 && !slices.Equal(sortedFields(extra), sortedFields(c.Extra)) {
		l.Extra = extra
	} else {
		l.Extra = c.Extra
	}
	l.Revision, l.Attempt, l.Failures, l.NotBefore = c.Revision, c.Attempt, c.Failures, c.NotBefore
	l.Spent, l.Before = c.Spent, c.Before
	m.completeTerms(e)
	l.Branch, l.Pull, l.Node, l.Worker, l.Since = c.Branch, c.Pull, c.Node, c.Worker, c.Since
}

// completeTerms keeps the terms of the task, and says so where the line has
// others: whoever wrote them would wonder.
func (m *merger) completeTerms(e edit) {
	l, c := &m.line, m.base
	asked, has := l.Terms, c.Terms
	asked.Timeout, has.Timeout = 0, 0
	if e.has(termsKey) && asked != has || e.has(timeoutKey) && l.Terms.Timeout != c.Terms.Timeout || e.has(pathsKey) && !slices.Equal(l.Paths, c.Paths) || e.has(guessKey) && l.Estimate != c.Estimate {
		m.lose("as, limit, paths and est belong to fm")
	}
	l.Terms, l.Paths, l.Estimate = c.Terms, c.Paths, c.Estimate
}

func sortedFields(fields []fm.Field) []fm.Field {
	return slices.SortedFunc(slices.Values(fields), func(a, b fm.Field) int {
		return strings.Compare(a.Key+"="+a.Value, b.Key+"="+b.Value)
	})
}

// field is a part of a task that people own.
type field struct {
	name string
	same func(a, b fm.Task) bool
	take func(to *fm.Task, from fm.Task)
}

func userFields() []field {
	return []field{
		{
			"priority", func(a, b fm.Task) bool { return a.Priority == b.Priority },
			func(to *fm.Task, from fm.Task) { to.Priority = from.Priority },
		},
		{
			"parent", func(a, b fm.Task) bool { return a.Parent == b.Parent },
			func(to *fm.Task, from fm.Task) { to.Parent = from.Parent },
		},
		{
			"dep", func(a, b fm.Task) bool { return slices.Equal(a.DependsOn, b.DependsOn) },
			func(to *fm.Task, from fm.Task) { to.DependsOn = from.DependsOn },
		},
		{
			"title", func(a, b fm.Task) bool { return a.Title == b.Title },
			func(to *fm.Task, from fm.Task) { to.Title = from.Title },
		},
		{
			"note", func(a, b fm.Task) bool { return a.Note == b.Note },
			func(to *fm.Task, from fm.Task) { to.Note = from.Note },
		},
		{
			"keys", func(a, b fm.Task) bool {
				return slices.Equal(unmarked(a.Extra), unmarked(b.Extra))
			},
			takeExtra,
		},
	}
}

func takeExtra(to *fm.Task, from fm.Task) {
	extra := unmarked(from.Extra)
	for _, f := range to.Extra {
		if f.Key == phaseKey || f.Key == hasKey {
			extra = append(extra, f)
		}
	}
	to.Extra = extra
}

// fields takes over what the line changed of its base, unless somebody else
// has changed the same since.
func (m *merger) fields() {
	for _, f := range userFields() {
		switch {
		case f.same(m.line, m.cur):
		case m.basis == unknown:
			m.lose(f.name + " differs, and revision " + fmt.Sprint(m.line.Revision) + " is not known")
		case f.same(m.line, m.base):
		case !f.same(m.base, m.cur):
			m.lose(f.name + " was changed by somebody else since revision " + fmt.Sprint(m.line.Revision))
		default:
			f.take(&m.next, m.line)
		}
	}
}

// sameOwn says whether the line left alone what belongs to fm. That it names
// less than was spent by now only tells that it was copied before.
func (m *merger) sameOwn() bool {
	l, b := m.line, m.base
	return covers(m.cur.Spent, l.Spent) && l.Before == b.Before && l.Worker == b.Worker && l.Since.Equal(b.Since) && l.Attempt == b.Attempt && l.Failures == b.Failures &&
		l.NotBefore.Equal(b.NotBefore) && l.Terms == b.Terms && slices.Equal(l.Paths, b.Paths) && l.Estimate == b.Estimate && l.Branch == b.Branch && l.Pull == b.Pull && l.Node == b.Node
}

func (m *merger) lose(what string) { m.lost = append(m.lost, what) }

func (m *merger) advice() string {
	if m.basis == current || m.basis == unnamed {
		return "use pending, cancelled or hold, or the fm command for it"
	}
	return "the file has the current line again: repeat the edit there if it still applies"
}

// status takes a change of status over where a person may make it, and names
// the operation.
func (m *merger) status() Op {
	want := m.line.Status
	if want == m.cur.Status || (m.basis != unnamed && m.basis != unknown && want == m.base.Status) {
		if m.basis != unknown && !m.sameOwn() {
			m.lose("worker, timestamp, a, f, c, k, cb, kb, nb, as, limit, paths, br, pr and node belong to fm")
		}
		return OpEdit
	}
	if why := m.refuse(want); why != "" {
		m.lose(why)
		return OpEdit
	}
	if want != fm.Pending {
		m.next = moved(m.next, want, m.now)
		return opFor(want)
	}
	m.next = again(m.next, m.now)
	if m.next.Note == m.cur.Note {
		m.next.Note = ""
	}
	return opFor(want)
}

// opFor names the operation of a status that a person set.
func opFor(s fm.Status) Op {
	if s == fm.Pending {
		return OpRetry
	}
	if s == fm.Cancelled {
		return OpCancel
	}
	if s == fm.Hold {
		return OpHold
	}
	return OpEdit
}

// refuse says why a person may not set the status, or "".
func (m *merger) refuse(want fm.Status) string {
	switch {
	case m.basis == old || m.basis == unknown:
		return fmt.Sprintf("status %s was set on an old copy of the line (revision %d, now %d)", want, m.line.Revision, m.cur.Revision)
	case want != fm.Pending && want != fm.Cancelled && want != fm.Hold && want.Known():
		return fmt.Sprintf("status %s is for fm to set", want)
	case m.cur.Status == fm.Merged && want != fm.Pending:
		return "the task is merged already"
	case m.cur.Status != fm.Working:
		return ""
	case Owed(m.cur) && (want == fm.Pending || !want.Known()):
		return "it has finished, and its pull request is owed; set cancelled or hold to do without"
	case want == fm.Pending || !want.Known():
		return fmt.Sprintf("%s works on the task; set cancelled or hold to stop it", m.cur.Worker)
	case m.basis != current && !Owed(m.cur):
		return fmt.Sprintf("%s works on the task, and the line does not name the current revision", m.cur.Worker)
	}
	return ""
}
