package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/founder-mode/fm"
)

// yard is a tracker and a forge on a disk that fails.
type yard struct {
	ctx     context.Context //nolint:containedctx // of the test that it is a part of
	dir     string
	tracker *Tracker
	forge   *Forge
	merges  int

	ops    []string // so far
	fails  func(n int, op string) error
	issue  fm.IssueID
	child  fm.IssueID
	pull   fm.PullRequest
	number map[string]string // by branch, what was told
}

func newYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{ctx: t.Context(), dir: t.TempDir(), number: map[string]string{}}
	y.tracker, y.forge = NewTracker(filepath.Join(y.dir, "issues")), NewForge(filepath.Join(y.dir, "pulls"), y)
	step := func(op string) error {
		y.ops = append(y.ops, op)
		if y.fails == nil {
			return nil
		}
		return y.fails(len(y.ops), op)
	}
	y.tracker.folder.step, y.forge.folder.step = step, step
	return y
}

const tip = "0123456789012345678901234567890123456789"

// Head fits Merger.
func (y *yard) Head(context.Context, string) (string, error) { return tip, nil }

// MergeBranch fits Merger: the merge itself goes well, and is made once.
func (y *yard) MergeBranch(context.Context, string, string, string, string) (string, error) {
	y.merges = 1
	return "abc", nil
}

// course is what a night does with the files, each step once more after an error.
func (y *yard) course() []func() error {
	return []func() error{
		func() (err error) {
			if y.issue == "" {
				y.issue, err = y.parent()
			}
			return err
		},
		func() error {
			child, err := y.tracker.Create(y.ctx, y.issue, "one", fm.Subissue{Title: "A part"}, nil)
			y.child = child.ID
			return err
		},
		func() (err error) {
			y.pull, err = y.forge.Open(y.ctx, fm.Proposal{Task: fm.TaskID(y.child), Title: "A part", Head: "subissue/2", Base: "main"})
			return err
		},
		func() error {
			p, err := y.forge.Merge(y.ctx, y.pull.Number, tip)
			if err == nil && p.State != fm.PullMerged {
				err = fmt.Errorf("told to be merged, and is %s", p.State)
			}
			return err
		},
		func() error { return y.tracker.Close(y.ctx, y.child, "Merged.") },
		func() error { return y.tracker.Close(y.ctx, y.issue, "All merged.") },
	}
}

func (y *yard) parent() (fm.IssueID, error) {
	issue, err := y.tracker.Add(y.ctx, "The whole", "Body.")
	return issue.ID, err
}

// whole says what is half or twice in the folders.
func (y *yard) whole(t *testing.T, what string) {
	t.Helper()
	issues, err := NewTracker(filepath.Join(y.dir, "issues")).List(y.ctx)
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	parts := 0
	for _, issue := range issues {
		if issue.Title != "The whole" && !strings.HasSuffix(issue.Title, "] A part") {
			t.Errorf("%s: half an issue: %+v", what, issue)
		}
		if issue.Parent != "" {
			parts++
		}
	}
	if parts > 1 {
		t.Errorf("%s: %d issues for one key", what, parts)
	}
	pulls, err := NewForge(filepath.Join(y.dir, "pulls"), y).All(y.ctx, "subissue/")
	if err != nil || len(pulls) > 1 {
		t.Errorf("%s: pull requests %+v, %v", what, pulls, err)
	}
	for _, p := range pulls {
		if p.State == fm.PullMerged && y.merges == 0 {
			t.Errorf("%s: it says merged, and nothing was", what)
		}
	}
}

// TestEveryFailingOperationLeavesWholeFiles fails each operation on the files of
// the local tracker and forge: once with an error of the disk, and for good with no
// room or read-only. What is told is there, nothing is half or twice, and
// going on brings it to its end.
//
// Fault: F4, F5, F6.
//
// Caught: a file that was written in place; a second issue for one key after the
// first one's folder could not be synced.
func TestEveryFailingOperationLeavesWholeFiles(t *testing.T) {
	undisturbed := newYard(t)
	for i, step := range undisturbed.course() {
		if err := step(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	all := 0
	for at := 1; at <= len(undisturbed.ops); at++ {
		for _, errno := range []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EROFS} {
			needsRoom := []string{"open", "write", "link"}
			if errno == syscall.ENOSPC && !slices.Contains(needsRoom, undisturbed.ops[at-1]) {
				continue
			}
			all++
			y := newYard(t)
			y.fails = func(n int, op string) error {
				if n == at || errno != syscall.EIO && n > at && (errno == syscall.EROFS || slices.Contains(needsRoom, op)) {
					return errno
				}
				return nil
			}
			y.endures(t, fmt.Sprintf("%v at operation %d (%s)", errno, at, undisturbed.ops[at-1]))
		}
	}
	t.Logf("%d operations, %d ways to fail", len(undisturbed.ops), all)
}

func (y *yard) endures(t *testing.T, what string) {
	t.Helper()
	for i, step := range y.course() {
		err := step()
		for range 2 {
			if err == nil {
				break
			}
			y.whole(t, what)
			err = step()
		}
		if err != nil { // somebody makes room
			y.fails = nil
			err = step()
		}
		if err != nil {
			t.Errorf("%s: step %d: %v", what, i, err)
			return
		}
	}
	y.whole(t, what)
	if got, err := y.tracker.Issue(y.ctx, y.child); err != nil || !got.Closed {
		t.Errorf("%s: ends as %+v, %v", what, got, err)
	}
	entries, err := os.ReadDir(filepath.Join(y.dir, "issues"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".md") && e.Name() != lockName && e.Name() != tempName {
			t.Errorf("%s: %s is left behind", what, e.Name())
		}
	}
}

// TestASyncThatFailedIsNotMergedOrMade: what could not be flushed is no success.
//
// Fault: F6.
//
// Caught: the folder not synced behind a rename.
func TestASyncThatFailedIsNotMergedOrMade(t *testing.T) {
	undisturbed := newYard(t)
	for _, step := range undisturbed.course() {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	syncs := 0
	for _, op := range undisturbed.ops {
		if op == "sync" {
			syncs++
		}
	}
	if syncs < 12 { // a file and its folder for each of six steps, and once more for the merge
		t.Errorf("%d syncs", syncs)
	}
	for at, op := range undisturbed.ops {
		if op != "sync" {
			continue
		}
		y := newYard(t)
		y.fails = func(n int, _ string) error {
			if n == at+1 {
				return syscall.EIO
			}
			return nil
		}
		failed := false
		for _, step := range y.course() {
			if err := step(); err != nil {
				failed = failed || errors.Is(err, syscall.EIO)
				break
			}
		}
		if !failed {
			t.Errorf("sync %d failed, and nobody was told", at+1)
		}
	}
}
