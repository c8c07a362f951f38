package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/queue"
)

// queueFacts is what a rehearsal with copies of the ledger and of queue.txt
// tells.
type queueFacts struct {
	used     bool // there is a queue
	snap     queue.Snapshot
	last     time.Time       // of the ledger's last entry about a task
	problems []queue.Problem // lines that cannot be taken as they stand
	view     error           // why queue.txt is damaged as a whole; nil when it is not
	torn     bool            // the ledger ends in half a line, which the next change cuts off
	apart    []fm.TaskID     // tasks that queue.txt alone would not bring back as they are
}

// settling is how long the queue watches what looks odd in queue.txt before it
// acts. In a rehearsal it passes at once.
const settling = 3 * time.Second

// rehearse takes in what stands in the files as the next command would, in
// memory. An error wraps [queue.ErrCorrupt] when the ledger is damaged. A view
// that looks damaged is read once more, because an editor may be saving it.
func (h *house) rehearse(ctx context.Context, now time.Time) (queueFacts, error) {
	f, err := h.rehearseOnce(ctx, now)
	if err != nil || f.view == nil {
		return f, err
	}
	again := time.NewTimer(700 * time.Millisecond)
	defer again.Stop()
	select {
	case <-again.C:
		return h.rehearseOnce(ctx, now)
	case <-ctx.Done():
		return f, ctx.Err()
	}
}

func (h *house) rehearseOnce(ctx context.Context, now time.Time) (queueFacts, error) {
	f := queueFacts{used: exists(h.project.Ledger()) || exists(h.project.Queue())}
	if !f.used {
		return f, nil
	}
	text, unread := readView(h.project.Queue()) // before the ledger, which is never the older one
	ledger, err := os.ReadFile(h.project.Ledger())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f, fmt.Errorf("read ledger: %w", err)
	}
	r := &rehearsal{ledger: ledger, generation: 1, view: unmarkBad(text), hasView: unread == nil}
	q, err := queue.Open(ctx, r.files())
	if err != nil {
		return f, err
	}
	entries, err := q.History(ctx, "")
	if err != nil {
		return f, err
	}
	if len(entries) > 0 {
		f.last = entries[len(entries)-1].At
	}
	for _, at := range []time.Time{now, now.Add(settling)} {
		if f.snap, err = q.Refresh(ctx, at); err != nil {
			return f, err
		}
		f.problems = append(f.problems, f.snap.Problems...)
	}
	f.torn = r.cut
	switch {
	case unread != nil && len(f.snap.Tasks) > 0:
		f.view = unread
	case r.kept:
		f.view = errors.New("queue.txt was cut off, or more than half of its lines are gone")
	}
	f.apart, err = apart(ctx, r.view, f.snap, now)
	return f, err
}

// readView reads queue.txt, if it is one.
func readView(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("queue.txt is gone")
	case err == nil && !info.Mode().IsRegular():
		return nil, errors.New("queue.txt is not a file")
	case err == nil && info.Size() > disk.MaxView:
		return nil, fmt.Errorf("queue.txt has %d bytes, at most %d can be a queue", info.Size(), disk.MaxView)
	case err != nil:
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err == nil && bytes.IndexByte(text, 0) >= 0 {
		err = errors.New("queue.txt is no text")
	}
	return text, err
}

// badMark is what fm writes before a line that it could not read.
const badMark = "#!bad "

// unmarkBad has marked lines read again, so that it is known what is wrong.
func unmarkBad(text []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(text) {
		b.Write(bytes.TrimPrefix(line, []byte(badMark)))
	}
	return b.Bytes()
}

// apart lists the tasks that would come back otherwise, or not at all, from the
// text of queue.txt alone.
func apart(ctx context.Context, view []byte, snap queue.Snapshot, now time.Time) ([]fm.TaskID, error) {
	r := &rehearsal{generation: 1, view: view, hasView: true}
	q, err := queue.Open(ctx, r.files())
	if err != nil && !errors.Is(err, queue.ErrCorrupt) {
		return nil, err
	}
	again, err := q.RebuildLedger(ctx, now)
	if err != nil {
		return nil, err
	}
	var ids []fm.TaskID
	for _, t := range snap.Tasks {
		if u, ok := again.Task(t.ID); !ok || u.Status != t.Status || u.Attempt != t.Attempt || u.Worker != t.Worker {
			ids = append(ids, t.ID)
		}
	}
	return ids, nil
}

func (v *visit) checkQueue(context.Context) []finding {
	q, err := v.queue()
	switch {
	case errors.Is(err, queue.ErrCorrupt):
		return failed(errors.New(strings.ReplaceAll(text(err), ": run `fm queue rebuild`", "")), v.rebuilding())
	case err != nil:
		return failed(err, "ls -l "+quoted(v.project.Dir()))
	case !q.used:
		return well("nothing has been started yet")
	}
	var all []finding
	if q.view != nil {
		all = append(all, v.damagedView(q.view))
	}
	for _, p := range q.problems {
		if p.Line == "" { // of the whole file, which is told above
			continue
		}
		all = append(all, finding{level: wrong, found: fmt.Sprintf("%s: %s (%s)", p.What, p.Line, p.Do), fix: "${EDITOR:-vi} " + quoted(v.project.Queue())})
	}
	if len(all) == 0 && len(q.apart) > 0 {
		all = append(all, finding{level: warning, found: fmt.Sprintf("queue.txt alone would not bring back %s as it is", q.apart[0].Ref()), fix: "fm queue rebuild --from ledger"})
	}
	if len(all) > 0 {
		return some(all, "lines")
	}
	found := fm.Count(len(q.snap.Tasks), "task") + "; ledger and queue.txt can each rebuild the other"
	if q.torn {
		found += "; the ledger ends in half a line, which the next change cuts off"
	}
	return well("%s", found)
}

// rebuilding is the command that restores a damaged ledger.
func (v *visit) rebuilding() string {
	if v.holder().alive {
		return "fm stop --now && fm queue rebuild"
	}
	return "fm queue rebuild"
}

// damagedView can be written anew from the ledger, which the supervisor does by
// itself.
func (v *visit) damagedView(why error) finding {
	f := finding{level: wrong, found: text(why) + "; the ledger has every task"}
	if v.holder().alive {
		f.level, f.found = warning, f.found+", and the supervisor writes it anew"
		return f
	}
	f.mend = func(ctx context.Context) (string, error) {
		if v.house.incumbent().alive {
			return "", errCameBack
		}
		q, err := v.openQueue(ctx)
		if err != nil {
			return "", err
		}
		snap, err := q.RebuildView(ctx, v.now())
		if err == nil && len(snap.Problems) > 0 {
			err = errors.New(snap.Problems[0].What)
		}
		return fmt.Sprintf("wrote queue.txt anew from the ledger, %s; what stood there is kept beside it", fm.Count(len(snap.Tasks), "task")), err
	}
	return f
}

// backwards is how far a clock may be behind the ledger: two machines that share
// a folder do not agree to the second.
const backwards = time.Minute

func (v *visit) checkClock(context.Context) []finding {
	q, err := v.queue()
	if err != nil || q.last.IsZero() {
		return well("nothing has been written that it could be compared with")
	}
	now := v.now()
	if behind := q.last.Sub(now); behind > backwards {
		return []finding{{
			level: warning, fix: "sudo timedatectl set-ntp true",
			found: fmt.Sprintf("it is %s, and the ledger's last entry is of %s: the clock was set back by %s", now.Format("15:04:05"), q.last.Local().Format("2006-01-02 15:04:05"), fm.Span(behind)),
		}}
	}
	return well("the ledger's last entry is %s old", fm.Span(max(now.Sub(q.last), 0)))
}
