package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// clearLimit is how long the end waits for worktrees to be removed. A person who
// is attached may keep them.
const clearLimit = 20 * time.Second

// watch shows what becomes of the issues until all are over, and then the
// result: on a terminal as a picture that changes in its place, elsewhere with a
// line for each change. It returns an error with exit code 3 if not all of them
// are mended.
func (f *fixing) watch(ctx context.Context, q *queue.Queue, ids []fm.TaskID) error {
	v := &fixView{fixing: f, queue: q, ids: ids, seen: map[fm.TaskID]fm.Task{}, last: map[fm.TaskID]fm.Task{}, calls: calls{out: f.stdout}, hinted: hinted{}, screen: screen{out: f.stdout}}
	if rows, _ := size(f.stdout); rows > 0 && !f.json && f.getenv("TERM") != "dumb" {
		v.drawn = true
	}
	err := f.looks(ctx, q, goOn(f.again()+", or fm status --watch"), func(snap queue.Snapshot, s supervisor.Status) (bool, error) {
		return v.look(ctx, snap, s)
	})
	v.screen.end()
	if err != nil {
		return err
	}
	return f.result(ctx, v.rows, v.status)
}

// fixView is what is shown while issues are mended.
type fixView struct {
	*fixing
	queue  *queue.Queue
	ids    []fm.TaskID
	drawn  bool // on a terminal, else line by line
	screen screen
	calls  calls
	hinted hinted
	seen   map[fm.TaskID]fm.Task
	last   map[fm.TaskID]fm.Task // as the queue had them
	past   map[fm.TaskID]past    // nil when the ledger is to be read

	status supervisor.Status
	rows   []fixRow
	over   time.Time // since when all are over; zero for not yet
}

// look shows what there is to see, and says whether it is the end.
func (v *fixView) look(ctx context.Context, snap queue.Snapshot, s supervisor.Status) (over bool, err error) {
	now := time.Now()
	if v.keep(snap); v.past == nil {
		if v.past, err = v.pasts(ctx, v.queue); err != nil && ctx.Err() == nil {
			return false, err
		}
	}
	v.status = s
	v.rows = fixScene{snap: snap, last: v.last, status: s, past: v.past, manual: v.manual, now: now}.rows(v.ids)
	picture := board{title: v.title() + " Progress", rows: v.rows, hints: against(s, now)}
	if v.drawn {
		v.screen.draw(picture.lines)
	} else {
		v.changes(snap, v.ids, v.seen, picture.done())
		v.calls.tell(s, now)
		v.hinted.tell(v.stdout, s)
	}
	return v.ends(now), nil
}

// keep keeps the tasks as they are. The ledger grows with all that ever was: it is
// read anew only when one of these begins or ends to be worked on.
func (v *fixView) keep(snap queue.Snapshot) {
	for _, id := range v.ids {
		t, ok := snap.Task(id)
		if old := v.last[id]; ok && (old.Status != t.Status || old.Attempt != t.Attempt || queue.Clearing(old) != queue.Clearing(t)) {
			v.past = nil
		}
		if ok {
			v.last[id] = t
		}
	}
}

// pasts reads the ledger. What of it is damaged is done without.
func (f *fixing) pasts(ctx context.Context, q *queue.Queue) (map[fm.TaskID]past, error) {
	entries, err := q.History(ctx, "")
	if err != nil && !errors.Is(err, queue.ErrCorrupt) {
		return nil, err
	}
	return pasts(entries), nil
}

// ends says whether all are over, and what they leave is cleared up, as far as
// that is worth waiting for.
func (v *fixView) ends(now time.Time) bool {
	if slices.ContainsFunc(v.rows, func(r fixRow) bool { return !r.over }) {
		v.over = time.Time{}
		return false
	}
	if v.over.IsZero() {
		v.over = now
	}
	leaves := func(r fixRow) bool { return queue.Clearing(r.task) || queue.Tidying(r.task) }
	return !slices.ContainsFunc(v.rows, leaves) || now.Sub(v.over) > clearLimit
}

// rows says how it stands with the tasks.
func (x fixScene) rows(ids []fm.TaskID) []fixRow {
	var rows []fixRow
	for _, id := range ids {
		t, ok := x.snap.Task(id)
		if !ok { // somebody took it out of the queue
			t = x.last[id]
			t.ID, t.Terms.Fix, t.Status = id, true, fm.Cancelled
			t.Note = "it is not in the queue any more"
		}
		rows = append(rows, x.row(t))
	}
	return rows
}

// title says how the issues are worked on.
func (f *fixing) title() string {
	if f.terms.Main {
		return "Sequential Execution"
	}
	return "Parallel Execution"
}

// plainWidth is the room where nobody says how much there is.
const plainWidth = 100

// width is the room for a line.
func (h *house) width() int {
	if _, cols := size(h.stdout); cols > 0 {
		return cols
	}
	if cols, err := strconv.Atoi(h.getenv("COLUMNS")); err == nil && cols > 0 {
		return cols
	}
	return plainWidth
}

// left says whether the worktree of a task is still there. Where none could be
// made, the folder is somebody else's.
func (f *fixing) left(t fm.Task) bool {
	_, _, none := git.Uncreated(t.Note)
	info, err := os.Stat(f.worktree(t))
	return err == nil && info.IsDir() && !t.Terms.Main && !none
}
