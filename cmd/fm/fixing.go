package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/intake"
	"github.com/founder-mode/fm/overlap"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// fixing is one run of fm fix.
type fixing struct {
	*house
	choice    choice
	words     []string
	parallel  int // how many at the same time
	terms     fm.Terms
	priority  fm.Priority
	mode      string // permission mode; "" for the one that there was
	look      bool   // for files that several would change
	predict   bool
	onOverlap overlapAnswer
	flags     []string // that say how it is worked on, as they were given
	detach    bool
	json      bool
	document  io.Writer // takes the result

	issues []fm.Issue
	paths  map[fm.IssueID][]string // files that each will probably change
	shared []overlap.Shared        // between those that are new in the queue
	manual bool                    // people merge
	base   string                  // branch that the work is merged into
	urls   map[string]string       // of pull requests, by number
}

// run takes the issues in, has them mended, and shows that until all is over.
func (f *fixing) run(ctx context.Context) error {
	if err := f.read(ctx); err != nil {
		return err
	}
	f.show()
	before, err := f.before(ctx)
	if err != nil {
		return err
	}
	order := intake.Order{Priority: f.priority, Fix: &intake.Fix{Terms: f.terms}}
	for _, issue := range f.issues {
		order.Issues = append(order.Issues, issue.ID)
	}
	if order.Fix.After, err = f.overlaps(ctx, before); err != nil {
		return err
	}
	if !f.terms.Main { // there the order of the user counts, whatever the files
		order.Fix.Paths = f.paths
	}
	ids, q, w, err := f.begin(ctx, order, before)
	if err != nil {
		return err
	}
	fmt.Fprintln(f.stdout)
	f.sayMode(w)
	if f.detach {
		return f.leave(ctx, w, ids, q)
	}
	return f.watch(ctx, q, ids)
}

// read finds the issues, and out what would fail later, before anything is
// changed.
func (f *fixing) read(ctx context.Context) error {
	if err := f.choose(ctx, f.choice.Source); err != nil {
		return err
	}
	o, err := f.office(ctx)
	if err != nil {
		return err
	}
	f.manual = cmp.Or(supervisor.MergePolicy(f.config.Merge), o.merge) == supervisor.ManualMerge
	if err := f.choice.check(); err != nil {
		return err
	}
	if err := o.check(ctx); err != nil {
		return err
	}
	ids, err := f.house.issues(ctx, o, f.words, f.choice, "fm fix")
	if err != nil {
		return err
	}
	in := intake.Intake{Tracker: o.tracker}
	if f.used() {
		if in.Queue, err = f.openQueue(ctx); err != nil {
			return err
		}
	}
	reading := f.busy("reading %s", fm.Count(len(ids), "issue"))
	f.issues, err = in.Read(ctx, ids)
	reading.done()
	if err != nil {
		return o.unfound(ctx, ids, err)
	}
	if err := f.foresee(ctx, o, intake.Order{Issues: ids, Fix: &intake.Fix{}}); err != nil {
		return err
	}
	if err := f.check(ctx); err != nil {
		return err
	}
	return f.survey(ctx)
}

// survey finds the files that the issues name. Without a list of the
// repository's files there is none to be found.
func (f *fixing) survey(ctx context.Context) error {
	repo, err := f.repo(ctx)
	if err != nil {
		return err
	}
	f.base = repo.Base()
	if f.terms.Main {
		if err := repo.Idle(ctx); err != nil {
			return mendable(err)
		}
	}
	f.paths = map[fm.IssueID][]string{}
	files, err := repo.Files(ctx)
	if err != nil {
		return f.unsurveyed(err)
	}
	renamed, err := repo.Renamed(ctx)
	if err != nil {
		return f.unsurveyed(err)
	}
	tree := overlap.NewTree(files, renamed)
	for _, issue := range f.issues {
		f.paths[issue.ID] = tree.Mentions(wording(issue))
	}
	return nil
}

// unsurveyed goes on without the files, which are a help and no more.
func (f *fixing) unsurveyed(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	fmt.Fprintf(f.stderr, "! The repository's files could not be listed, so no overlap is found: %s\n", text(err))
	return nil
}

// wording is all that an issue says.
func wording(issue fm.Issue) string {
	words := []string{issue.Title, issue.Body}
	for _, c := range issue.Comments {
		words = append(words, c.Body)
	}
	return strings.Join(words, "\n\n")
}

// show prints the table of the issues.
func (f *fixing) show() {
	t := table{heads: []string{"#", "Title", "Type", "Est. Scope"}, long: 1}
	for _, issue := range f.issues {
		t.rows = append(t.rows, []string{string(issue.ID), issue.Title, intake.Kind(issue), intake.Scope(issue, f.paths[issue.ID])})
	}
	fmt.Fprintf(f.stdout, "Issues to fix:\n\n%s\n", strings.Join(t.lines(f.width()), "\n"))
}

// before is the queue as it is without these issues; without one it is empty.
func (f *fixing) before(ctx context.Context) (queue.Snapshot, error) {
	if !f.used() {
		return queue.Snapshot{}, nil
	}
	q, err := f.openQueue(ctx)
	if err != nil {
		return queue.Snapshot{}, err
	}
	return q.Snapshot(), nil
}

// begin puts the issues into the queue, and sees that somebody works on them.
func (f *fixing) begin(ctx context.Context, order intake.Order, before queue.Snapshot) ([]fm.TaskID, *queue.Queue, supervisor.Wanted, error) {
	none := supervisor.Wanted{}
	if err := f.move(ctx); err != nil {
		return nil, nil, none, err
	}
	// The mode first: a supervisor that runs may begin with a task at once.
	undo, err := f.setMode(ctx, f.mode)
	if err != nil {
		return nil, nil, none, err
	}
	undoBound, err := f.setBound(ctx, f.others(before))
	if err != nil {
		return nil, nil, none, errors.Join(err, undo())
	}
	ids, q, err := f.take(ctx, order, &news{out: f.stdout})
	if err != nil {
		return nil, nil, none, errors.Join(err, undoBound(), undo())
	}
	w, err := f.want(ctx, func(w *supervisor.Wanted) {
		// More are no harm, as the issues have a bound of their own; and a number
		// that is set here is that of every later command.
		w.Stop, w.Workers = "", max(w.Workers, min(f.parallel, len(ids)))
	})
	if err != nil {
		return nil, nil, w, err
	}
	return ids, q, w, f.ensure(ctx)
}

// setBound says how many issues are mended at the same time, before the first of
// them can be begun.
func (f *fixing) setBound(ctx context.Context, others int) (undo func() error, err error) {
	var fixes int
	_, err = f.want(ctx, func(w *supervisor.Wanted) { fixes, w.Fixes = w.Fixes, f.parallel })
	if err == nil && fixes > 0 && fixes != f.parallel && others > 0 {
		fmt.Fprintf(f.stdout, "\n! Issues that are mended at once, those of other commands among them: %d instead of %d\n", f.parallel, fixes)
	}
	return func() error {
		_, err := f.want(context.WithoutCancel(ctx), func(w *supervisor.Wanted) { w.Fixes = fixes })
		return err
	}, err
}

// others counts the issues of other commands that are to be mended.
func (f *fixing) others(snap queue.Snapshot) int {
	n := 0
	for _, t := range snap.Tasks {
		mine := slices.ContainsFunc(f.issues, func(issue fm.Issue) bool { return fm.TaskID(issue.ID) == t.ID })
		if t.Terms.Fix && (t.Status == fm.Pending || t.Status == fm.Working) && !mine {
			n++
		}
	}
	return n
}

// leave says what begins, and how to come back to it.
func (f *fixing) leave(ctx context.Context, w supervisor.Wanted, ids []fm.TaskID, q *queue.Queue) error {
	if err := f.announce(ctx, w, ids, q); err != nil {
		return err
	}
	fmt.Fprintf(f.stdout, "\nProgress and result:  %s    Watch:  fm dashboard, or fm status --watch    End:  fm stop\n", f.again())
	if !f.json {
		return nil
	}
	snap, err := q.Refresh(ctx, time.Now())
	if err != nil {
		return err
	}
	s, err := f.status(ctx)
	if err != nil {
		return err
	}
	rows, err := f.rows(ctx, q, snap, s, ids)
	if err != nil {
		return err
	}
	return f.print(rows)
}

// again is the command that joins what runs: with the flags that were given, for
// the sake of those issues that are not begun yet.
func (f *fixing) again() string {
	words := []string{"fm fix"}
	for _, issue := range f.issues {
		words = append(words, string(issue.ID))
	}
	return strings.Join(append(words, f.flags...), " ")
}
