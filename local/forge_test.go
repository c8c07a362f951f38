package local_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/local"
)

// merger stands for a repository: branches, and what main contains. With
// fail, it fails once; with crash, it merges and then fails.
type merger struct {
	heads       map[string]string
	merged      map[string]bool
	merges      int
	fail, crash error
}

func (m *merger) Head(_ context.Context, branch string) (string, error) {
	if sha := m.heads[branch]; sha != "" {
		return sha, nil
	}
	return "", fmt.Errorf("branch %s: %w", branch, fm.ErrGone)
}

func (m *merger) MergeBranch(_ context.Context, _, head, sha, _ string) (string, error) {
	if err := m.fail; err != nil {
		m.fail = nil
		return "", err
	}
	switch {
	case m.merged[sha]:
		return "tip of main", nil
	case m.heads[head] != sha:
		return "", fmt.Errorf("head moved: %w", fm.ErrRefused)
	}
	if m.merged == nil {
		m.merged = map[string]bool{}
	}
	m.merged[sha] = true
	m.merges++
	if err := m.crash; err != nil {
		m.crash = nil
		return "", err
	}
	return "merge of " + sha, nil
}

func newForge(tb testing.TB) (string, *local.Forge, *merger) {
	tb.Helper()
	dir := filepath.Join(tb.TempDir(), "pulls")
	m := &merger{heads: map[string]string{"subissue/456": "aaa"}}
	return dir, local.NewForge(dir, m), m
}

func open(tb testing.TB, f *local.Forge, head string) fm.PullRequest {
	tb.Helper()
	p, err := f.Open(tb.Context(), fm.Proposal{Task: "456", Title: "Add: a #login", Body: "Closes #456\n", Head: head, Base: "main"})
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func look(tb testing.TB, f *local.Forge, number string) fm.PullRequest {
	tb.Helper()
	all, err := f.Look(tb.Context(), []string{number})
	if err != nil || len(all) != 1 {
		tb.Fatalf("%+v, %v", all, err)
	}
	return all[0]
}

func TestAPullRequestIsAFile(t *testing.T) {
	dir, forge, _ := newForge(t)
	if _, err := forge.Find(t.Context(), "subissue/456"); !errors.Is(err, fm.ErrGone) {
		t.Fatalf("got %v, want gone", err)
	}
	got := open(t, forge, "subissue/456")
	want := fm.PullRequest{
		Number: "1", URL: filepath.Join(dir, "0001-subissue-456.md"), Title: "Add: a #login",
		Head: "subissue/456", Base: "main", State: fm.PullOpen, SHA: "aaa",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	text := "---\nnumber: 1\ntitle: 'Add: a #login'\nhead: subissue/456\nbase: main\nstate: open\nsha: aaa\nmerge_commit:\ntask: 456\n---\n\nCloses #456\n"
	if diff := cmp.Diff(text, read(t, dir, "0001-subissue-456.md")); diff != "" {
		t.Fatal(diff)
	}
	if again := open(t, forge, "subissue/456"); again.Number != "1" {
		t.Fatalf("opened #%s beside #1", again.Number)
	}
	found, err := forge.Find(t.Context(), "subissue/456")
	if diff := cmp.Diff(want, found); diff != "" || err != nil {
		t.Fatal(err, diff)
	}
	if _, err := forge.Open(t.Context(), fm.Proposal{Head: "subissue/9"}); !errors.Is(err, fm.ErrRefused) {
		t.Fatalf("got %v, want a refusal of a branch that is not pushed", err)
	}
}

func TestMergeIsNotedOnce(t *testing.T) {
	dir, forge, m := newForge(t)
	p := open(t, forge, "subissue/456")
	for range 2 {
		got, err := forge.Merge(t.Context(), p.Number, "aaa")
		if err != nil || got.State != fm.PullMerged {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if text := read(t, dir, "0001-subissue-456.md"); !strings.Contains(text, "\nstate: merged\nsha: aaa\nmerge_commit: merge of aaa\n") || strings.Contains(text, "merging") {
		t.Fatalf("unexpected file:\n%s", text)
	}
	if m.merges != 1 {
		t.Fatalf("merged %d times", m.merges)
	}
	// After a merge, the branch may be offered again.
	m.heads["subissue/456"] = "bbb"
	if next := open(t, forge, "subissue/456"); next.Number != "2" {
		t.Fatalf("got #%s, want #2", next.Number)
	}
	if found, err := forge.Find(t.Context(), "subissue/456"); err != nil || found.Number != "2" {
		t.Fatalf("found %+v, %v; want the open one", found, err)
	}
	if got, err := forge.Merge(t.Context(), "7", "aaa"); !errors.Is(err, fm.ErrGone) {
		t.Fatalf("%+v, %v; want gone", got, err)
	}
}

// A task that was done again after a conflict pushes to the same branch.
//
// Caught: Look that shows the head that the pull request was opened with, which
// can never be merged.
func TestAPullRequestFollowsItsBranch(t *testing.T) {
	_, forge, m := newForge(t)
	p := open(t, forge, "subissue/456")
	m.heads["subissue/456"] = "bbb"
	seen := look(t, forge, p.Number)
	if got, err := forge.Merge(t.Context(), p.Number, seen.SHA); err != nil || got.State != fm.PullMerged || got.SHA != "bbb" {
		t.Errorf("%+v, %v; want bbb merged", got, err)
	}
}

// Caught: a Merge without the note of its order.
func TestACrashAfterTheMergeIsRepaired(t *testing.T) {
	for _, repair := range []string{"look", "merge"} {
		dir, forge, m := newForge(t)
		p := open(t, forge, "subissue/456")
		m.crash = errors.New("cut off")
		if _, err := forge.Merge(t.Context(), p.Number, "aaa"); err == nil {
			t.Fatal("the crash did not happen")
		}
		forge = local.NewForge(dir, m)
		var got fm.PullRequest
		if repair == "look" {
			got = look(t, forge, p.Number)
		} else {
			got, _ = forge.Merge(t.Context(), p.Number, "aaa")
		}
		if got.State != fm.PullMerged || m.merges != 1 {
			t.Fatalf("by %s: %+v after %d merges", repair, got, m.merges)
		}
	}
}

// A merge that was declined must not be made by a later look.
// Caught: leaving the order in the file.
func TestADeclinedMergeIsNotRepeatedByLook(t *testing.T) {
	for _, reason := range []error{fm.ErrConflict, fm.ErrRefused} {
		_, forge, m := newForge(t)
		p := open(t, forge, "subissue/456")
		m.fail = fmt.Errorf("main.txt: %w", reason)
		got, err := forge.Merge(t.Context(), p.Number, "aaa")
		if !errors.Is(err, reason) || !strings.Contains(err.Error(), "main.txt") || got.State != fm.PullOpen {
			t.Fatalf("%+v, %v", got, err)
		}
		if got := look(t, forge, p.Number); got.State != fm.PullOpen || m.merges != 0 {
			t.Fatalf("%+v after %d merges", got, m.merges)
		}
	}
}

func TestAPersonMayCloseAPullRequest(t *testing.T) {
	dir, forge, m := newForge(t)
	p := open(t, forge, "subissue/456")
	name := filepath.Base(p.URL)
	text := read(t, dir, name)
	write(t, dir, name, strings.Replace(text, "state: open", "State: Closed # not now", 1))
	if got := look(t, forge, "1"); got.State != fm.PullClosed {
		t.Fatalf("%+v", got)
	}
	if _, err := forge.Merge(t.Context(), "1", "aaa"); !errors.Is(err, fm.ErrRefused) || m.merges != 0 {
		t.Fatalf("got %v after %d merges, want a refusal", err, m.merges)
	}
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
	if got := look(t, forge, "1"); got.State != fm.PullClosed || got.Number != "1" {
		t.Fatalf("%+v", got)
	}
	// A folder that is not there says nothing about pull requests.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := forge.Look(t.Context(), []string{"1"}); err == nil {
		t.Fatalf("%+v, want an error", got)
	}
}

// Caught: a look that saw no pull request at all while one file could not be
// used, so that nothing was merged all night.
func TestOneBadFileDoesNotBlindALookToTheOthers(t *testing.T) {
	dir, forge, m := newForge(t)
	for _, head := range []string{"subissue/1", "subissue/2", "subissue/3"} {
		m.heads[head] = "tip of " + head
		open(t, forge, head)
	}
	write(t, dir, "0001-copy.md", read(t, dir, "0001-subissue-1.md"))
	write(t, dir, "0002-subissue-2.md", read(t, dir, "0002-subissue-2.md")+strings.Repeat("x", 1<<20))
	got, err := forge.Look(t.Context(), []string{"1", "2", "3"})
	if err != nil || len(got) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i, why := range []string{"both 0001-copy.md and 0001-subissue-1.md claim this number", "read 0002-subissue-2.md: larger than 1 MiB"} {
		p := got[i]
		if !strings.Contains(p.Unread, why) {
			t.Errorf("it says %q, want %q", p.Unread, why)
		}
		if diff := cmp.Diff(fm.PullRequest{Number: fmt.Sprint(i + 1), Unread: p.Unread}, p); diff != "" {
			t.Errorf("something is taken for known: %s", diff)
		}
	}
	if p := got[2]; p.State != fm.PullOpen || p.SHA != "tip of subissue/3" || p.Unread != "" {
		t.Errorf("the good one: %+v", p)
	}
	if _, err := forge.Merge(t.Context(), "1", m.heads["subissue/1"]); !errors.Is(err, fm.ErrRefused) || m.merges != 0 {
		t.Errorf("got %v after %d merges, want a refusal", err, m.merges)
	}
}
