package git_test

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
)

// baseMoves puts a commit on the remote's base, as another machine would.
func (y *yard) baseMoves(name, text string) string {
	y.Helper()
	z := y.clone()
	z.git(z.root, "switch", "--quiet", "main")
	sha := z.commit(z.root, name, text)
	z.git(z.root, "push", "--quiet", "origin", "main")
	return sha
}

func (y *yard) rebase(id fm.TaskID) string {
	y.Helper()
	sha, err := y.repo.Rebase(y.Context(), on(id))
	if err != nil {
		y.Fatal(err)
	}
	return sha
}

// state is everything that a rebase could change.
func (y *yard) state(dir string) map[string]string {
	y.Helper()
	s := y.tree(dir)
	s["index"] = y.git(dir, "ls-files", "--stage")
	s["status"], _ = y.tryGit(dir, "status", "--porcelain", "--branch")
	s["refs"] = y.git(y.root, "for-each-ref", "refs/heads", "refs/fm")
	s["remote"] = y.git(y.remote, "for-each-ref")
	return s
}

// unchanged checks that a rebase fails and leaves everything as it was.
func (y *yard) unchanged(dir string, kind error, says ...string) {
	y.Helper()
	before := y.state(dir)
	_, err := y.repo.Rebase(y.Context(), on("1"))
	if !errors.Is(err, kind) {
		y.Fatalf("got %v, want %v", err, kind)
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			y.Errorf("%q does not say %q", err, s)
		}
	}
	if diff := cmp.Diff(before, y.state(dir)); diff != "" {
		y.Error("the rebase changed:", diff)
	}
}

// Caught: a committer's name for the author's; a message that is trimmed.
func TestRebaseKeepsAuthorsAndMessages(t *testing.T) {
	t.Parallel()
	y := newYard(t, "-rf ünï")
	dir := y.prepare("1")
	y.write(filepath.Join(dir, "a.txt"), "a\n")
	y.git(dir, "add", ".")
	y.git(dir, "-c", "user.name=Zoë O'Neil", "commit", "--quiet", "--cleanup=verbatim", "--date=2020-02-02T02:02:02+0530", "-m", "Subject -m x\n\n# body $(touch pwn)\n\n\nCo-authored-by: B <b@x>\n")
	y.git(dir, "-c", "i18n.commitEncoding=ISO-8859-1", "commit", "--quiet", "--allow-empty", "-m", "empty, and wanted")
	y.commit(dir, "b.txt", "b\n")
	y.push("1")
	format := "--format=%an|%ae|%ad|%e|%B"
	before := y.git(dir, "log", format, "main..")
	base := y.baseMoves("main.txt", "two\n")

	sha := y.rebase("1")
	if got := y.git(y.remote, "rev-parse", "subissue/1"); got != sha || y.git(dir, "rev-parse", "HEAD") != sha {
		t.Fatalf("the remote has %s, want %s", got, sha)
	}
	if diff := cmp.Diff(before, y.git(dir, "log", format, base+"..")); diff != "" {
		t.Error(diff)
	}
	if got := y.git(dir, "merge-base", base, sha); got != base {
		t.Errorf("it is on %s, want %s", got, base)
	}
	if got := y.read(filepath.Join(dir, "main.txt")) + y.git(dir, "status", "--porcelain", "--branch"); got != "two\n## subissue/1" {
		t.Errorf("the worktree: %q", got)
	}
	if again := y.rebase("1"); again != sha {
		t.Errorf("a second rebase made %s of %s", again, sha)
	}
	// The next push is under the lease of what was published.
	if got := y.commit(dir, "c.txt", "c\n"); y.push("1") != got {
		t.Error("the push after it was not made")
	}
}

// Caught: the branch moved commit by commit; a worktree that is left behind.
func TestARebaseInConflictChangesNothing(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.commit(dir, "fine.txt", "fine\n")
	y.commit(dir, "main.txt", "mine\n")
	y.push("1")
	y.write(filepath.Join(dir, "COMPLETION.md"), "fm's own file\n")
	y.baseMoves("main.txt", "theirs\n")
	y.unchanged(dir, fm.ErrConflict, "main.txt", "change main.txt", "subissue/1")
	if got := y.git(y.root, "worktree", "list", "--porcelain"); strings.Count(got, "worktree ") != 2 {
		t.Errorf("worktrees: %s", got)
	}
}

// Caught: no look at the status, or at what git has begun.
func TestRebaseRefusesWhatAPersonOrAnAgentLeft(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		leave func(y *yard, dir string)
		says  string
	}{
		"an edited file":   {func(y *yard, dir string) { y.write(filepath.Join(dir, "a.txt"), "edited\n") }, "a.txt"},
		"an untracked one": {func(y *yard, dir string) { y.write(filepath.Join(dir, "new.txt"), "new\n") }, "new.txt"},
		"a staged one": {func(y *yard, dir string) {
			y.write(filepath.Join(dir, "new.txt"), "new\n")
			y.git(dir, "add", "new.txt")
		}, "new.txt"},
		"a rebase": {func(y *yard, dir string) {
			_, _ = y.tryGit(dir, "fetch", "--quiet")
			if out, err := y.tryGit(dir, "rebase", "origin/main"); err == nil {
				y.Fatal("no conflict: ", out)
			}
		}, "git rebase --continue"},
		"a merge": {func(y *yard, dir string) {
			_, _ = y.tryGit(dir, "fetch", "--quiet")
			if out, err := y.tryGit(dir, "merge", "origin/main"); err == nil {
				y.Fatal("no conflict: ", out)
			}
		}, "merge"},
		"another branch": {func(y *yard, dir string) { y.git(dir, "switch", "--quiet", "-c", "mine") }, "git switch subissue/1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			dir := y.prepare("1")
			y.commit(dir, "a.txt", "a\n")
			y.push("1")
			if name == "a rebase" || name == "a merge" {
				y.commit(dir, "main.txt", "mine\n")
			}
			y.baseMoves("main.txt", "theirs\n")
			tt.leave(y, dir)
			y.unchanged(dir, fm.ErrRefused, tt.says)
		})
	}
}

// A person who works on the branch in another checkout would find it changed
// under their hands.
// Caught: a look at the task's own worktree alone.
func TestRebaseLeavesABranchThatIsCheckedOutElsewhere(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.offer("1", "a.txt", "a\n")
	if err := y.tryRemove(on("1")); err != nil {
		t.Fatal(err)
	}
	y.baseMoves("main.txt", "theirs\n")
	y.git(y.root, "switch", "--quiet", "subissue/1")
	y.unchanged(y.root, fm.ErrRefused, y.root)
}

// Caught: a branch of another machine that is not fetched; its commit not noted
// as pushed, so that the push is refused.
func TestRebaseWithoutAWorktree(t *testing.T) {
	t.Parallel()
	for _, keep := range []string{"the branch", "nothing"} {
		y := newYard(t, "")
		another := y.clone()
		old := y.offer("1", "a.txt", "a\n")
		if err := y.tryRemove(on("1")); err != nil {
			t.Fatal(err)
		}
		if keep == "nothing" {
			y = another
		}
		if got := y.rebase("1"); got != old {
			t.Fatalf("with %s, nothing to do: %s, want %s", keep, got, old)
		}
		base := y.baseMoves("main.txt", "two\n")
		sha := y.rebase("1")
		if got := y.git(y.remote, "log", "-1", "--format=%H %P", "subissue/1"); got != sha+" "+base {
			t.Fatalf("with %s: the remote has %s, want %s on %s", keep, got, sha, base)
		}
		dir := y.prepare("1")
		if got := y.read(filepath.Join(dir, "main.txt")) + y.read(filepath.Join(dir, "a.txt")); got != "two\na\n" {
			t.Fatalf("with %s: %q", keep, got)
		}
	}
	y := newYard(t, "")
	if _, err := y.repo.Rebase(t.Context(), on("1")); !errors.Is(err, fm.ErrGone) {
		t.Fatalf("got %v, want gone", err)
	}
}

// Caught: a push with --force; a pushed ref that is set without the look.
func TestRebaseOverwritesNobody(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.commit(dir, "a.txt", "a\n")
	y.push("1")
	z := y.clone()
	z.git(z.root, "switch", "--quiet", "subissue/1")
	z.commit(z.root, "theirs.txt", "a person's\n")
	z.git(z.root, "push", "--quiet", "origin", "subissue/1")
	y.baseMoves("main.txt", "two\n")
	y.unchanged(dir, fm.ErrRefused, "git fetch origin subissue/1")
}

// A crash between the branch here and the branch there.
// Caught: Rebase that returns when there is nothing to put on top; a base that
// is not fetched.
func TestARebaseThatWasCutOffIsFinished(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.commit(dir, "a.txt", "a\n")
	old := y.push("1")
	y.baseMoves("main.txt", "two\n")
	y.onPush("test -e go || exit 1")
	if _, err := y.repo.Rebase(t.Context(), on("1")); err == nil || y.git(y.remote, "rev-parse", "subissue/1") != old {
		t.Fatalf("the push was made (%v)", err)
	}
	y.write(filepath.Join(y.remote, "go"), "")
	y.baseMoves("more.txt", "three\n")
	if sha := y.rebase("1"); sha == old || y.git(y.remote, "rev-parse", "subissue/1") != sha || y.read(filepath.Join(dir, "more.txt")) != "three\n" {
		t.Fatalf("%s was not finished", sha)
	}
}

// The agent merged the base by itself, and solved a conflict in doing so.
// Caught: merges left out, whose conflict then comes again.
func TestRebaseOfABranchWithMergesMerges(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.commit(dir, "main.txt", "mine\n")
	y.push("1")
	y.baseMoves("main.txt", "theirs\n")
	y.git(dir, "fetch", "--quiet")
	if out, err := y.tryGit(dir, "merge", "origin/main"); err == nil {
		t.Fatal("no conflict: ", out)
	}
	head := y.commit(dir, "main.txt", "both\n")
	base := y.baseMoves("b.txt", "b\n")
	sha := y.rebase("1")
	if got := y.git(y.remote, "log", "-1", "--format=%P", "subissue/1"); got != head+" "+base {
		t.Fatalf("%s has parents %s", sha, got)
	}
	if got := y.read(filepath.Join(dir, "main.txt")) + y.read(filepath.Join(dir, "b.txt")); got != "both\nb\n" {
		t.Fatalf("the worktree: %q", got)
	}
}

// Caught: commits that became empty kept; those that were empty dropped.
func TestRebaseDropsWhatTheBaseHas(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.commit(dir, "a.txt", "a\n")
	y.git(dir, "commit", "--quiet", "--amend", "-m", "not the same commit")
	y.push("1")
	base := y.baseMoves("a.txt", "a\n")
	y.unchanged(dir, fm.ErrRefused, "there already")
	y.commit(dir, "b.txt", "b\n")
	if sha := y.rebase("1"); y.git(y.root, "log", "-1", "--format=%P", sha) != base {
		t.Fatalf("%s is not right on %s", sha, base)
	}
	y.git(dir, "checkout", "--quiet", "--orphan", "other")
	y.git(dir, "commit", "--quiet", "--allow-empty", "-m", "no history")
	y.git(dir, "branch", "--force", "subissue/1", "other")
	y.git(dir, "switch", "--quiet", "subissue/1")
	y.baseMoves("c.txt", "c\n")
	if _, err := y.repo.Rebase(t.Context(), on("1")); !errors.Is(err, fm.ErrRefused) {
		t.Fatalf("got %v, want a refusal", err)
	}
}

func TestRebaseWithoutTheRemoteIsTransient(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	y.commit(dir, "a.txt", "a\n")
	y.push("1")
	if err := os.Rename(y.remote, y.remote+".away"); err != nil {
		t.Fatal(err)
	}
	_, err := y.repo.Rebase(t.Context(), on("1"))
	if err == nil || errors.Is(err, fm.ErrRefused) || errors.Is(err, fm.ErrConflict) || errors.Is(err, fm.ErrGone) {
		t.Fatalf("got %v, want a transient error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := y.repo.Rebase(ctx, on("1")); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want the context's end", err)
	}
	y.git(y.root, "remote", "remove", "origin")
	y.repo = y.open()
	_, err = y.repo.Rebase(t.Context(), on("1"))
	refused(t, err, "git remote add")
}

// Caught: the output of 32 MiB for a bound; no order.
func TestInspectTellsTheMessages(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	for _, m := range []string{"first\n\nCloses #9", "second"} {
		y.git(dir, "commit", "--quiet", "--allow-empty", "-m", m)
	}
	messages := func() string {
		work, err := y.repo.Inspect(t.Context(), on("1"))
		if err != nil {
			t.Fatal(err)
		}
		return work.Messages
	}
	if diff := cmp.Diff("first\n\nCloses #9\n\nsecond", messages()); diff != "" {
		t.Error(diff)
	}
	y.write(filepath.Join(y.root, "..", "long"), "third\n\n"+strings.Repeat("ä long line\n", 20<<10))
	y.git(dir, "commit", "--quiet", "--allow-empty", "-F", filepath.Join(y.root, "..", "long"))
	if got := messages(); len(got) > 64<<10 || len(got) < 63<<10 || !strings.HasPrefix(got, "first\n") {
		t.Errorf("%d bytes: %.50q", len(got), got)
	}
}

// Caught: a deletion without a lease; a look at the tip's name alone.
func TestUnpublishDeletesOnlyWhatIsContained(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepare("1")
	first := y.commit(dir, "a.txt", "a\n")
	second := y.commit(dir, "b.txt", "b\n")
	y.push("1")
	y.hook("pre-push", "echo the tests fail >&2; exit 1\n")
	refused(t, y.repo.Unpublish(t.Context(), on("1"), first), "commits that")
	refused(t, y.repo.Unpublish(t.Context(), on("1"), "HEAD"))
	refused(t, y.repo.Unpublish(t.Context(), on("1"), strings.Repeat("0", 40)), "commits that")
	// A person puts a commit there that is not known here.
	z := y.clone()
	z.git(z.root, "switch", "--quiet", "subissue/1")
	theirs := z.commit(z.root, "c.txt", "c\n")
	z.git(z.root, "push", "--quiet", "origin", "subissue/1")
	refused(t, y.repo.Unpublish(t.Context(), on("1"), second), "commits that")
	if got := y.git(y.remote, "rev-parse", "subissue/1"); got != theirs {
		t.Fatalf("the remote has %s, want %s", got, theirs)
	}
	// And one while the deletion is on its way: only the lease can tell.
	y.onPush("git update-ref refs/heads/subissue/1 " + second)
	refused(t, y.repo.Unpublish(t.Context(), on("1"), theirs), "stale info")
	if got := y.git(y.remote, "rev-parse", "subissue/1"); got != second {
		t.Fatalf("the remote has %s, want %s", got, second)
	}
	y.onPush("")
	for range 2 {
		if err := y.repo.Unpublish(t.Context(), on("1"), theirs); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := y.tryGit(y.remote, "rev-parse", "--verify", "--quiet", "subissue/1"); err == nil {
		t.Fatalf("the remote still has %s", out)
	}
	if got := y.git(y.root, "rev-parse", "subissue/1"); got != second {
		t.Fatalf("the branch here is %s, want %s", got, second)
	}
}

// Somebody else, such as GitHub after a merge, deletes it meanwhile.
// Caught: no second look after a lease that did not hold.
func TestUnpublishOfWhatVanishesIsNoError(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	sha := y.offer("1", "a.txt", "a\n")
	y.onPush("git update-ref -d refs/heads/subissue/1")
	if err := y.repo.Unpublish(t.Context(), on("1"), sha); err != nil {
		t.Fatal(err)
	}
}

func TestRemoteBranchesHaveThePrefix(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	want := map[string]string{}
	for i := range 3 {
		id := fm.TaskID(fmt.Sprint(i + 1))
		want[(fm.Task{ID: id}).Head()] = y.offer(id, "a.txt", fmt.Sprint(i))
	}
	y.git(y.remote, "update-ref", "refs/heads/subissue/a/b", "main")
	want["subissue/a/b"] = y.git(y.remote, "rev-parse", "main")
	y.git(y.remote, "update-ref", "refs/heads/x/refs/heads/subissue/4", "main")
	y.git(y.remote, "update-ref", "refs/heads/subissues", "main")
	y.git(y.remote, "update-ref", "refs/tags/subissue/5", "main")
	got, err := y.repo.RemoteBranches(t.Context(), "subissue/")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if all, err := y.repo.RemoteBranches(t.Context(), ""); err != nil || len(all) != 7 {
		t.Errorf("%v, %v; want all seven", all, err)
	}
	if none, err := y.repo.RemoteBranches(t.Context(), "none/"); err != nil || len(none) > 0 {
		t.Errorf("%v, %v; want none", none, err)
	}
	for _, bad := range []string{"*", "-x", "a b", "../"} {
		_, err := y.repo.RemoteBranches(t.Context(), bad)
		refused(t, err)
	}
}

func TestRemoteURLHonoursInsteadOf(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.git(y.root, "remote", "set-url", "origin", "gh:acme/widget.git")
	y.git(y.root, "config", "url.https://github.com/.insteadOf", "gh:")
	if got, err := y.repo.RemoteURL(t.Context()); err != nil || got != "https://github.com/acme/widget.git" {
		t.Fatalf("%q, %v", got, err)
	}
	y.git(y.root, "remote", "remove", "origin")
	_, err := y.open().RemoteURL(t.Context())
	refused(t, err, "git remote add")
}
