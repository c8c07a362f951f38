package git_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/founder-mode/fm"
)

// offer pushes a task with one change and returns its commit.
func (y *yard) offer(id fm.TaskID, name, text string) string {
	y.Helper()
	y.commit(y.prepare(id), name, text)
	return y.push(id)
}

func (y *yard) merge(id fm.TaskID, sha string) (string, error) {
	return y.repo.MergeBranch(y.Context(), "main", (fm.Task{ID: id}).Head(), sha, "Merge pull request #1\n\n$(touch pwn) -m x")
}

func TestMergeLeavesTheCheckoutAlone(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.write(filepath.Join(y.root, "main.txt"), "half an idea\n")
	local := y.git(y.root, "rev-parse", "main")
	sha := y.offer("1", "a.txt", "a\n")
	merged, err := y.merge("1", sha)
	if err != nil {
		t.Fatal(err)
	}
	if got := y.git(y.remote, "log", "-1", "--format=%P %an", "main"); got != local+" "+sha+" Ada" {
		t.Fatalf("unexpected merge commit %s: %s", merged, got)
	}
	if y.git(y.root, "rev-parse", "main") != local || y.read(filepath.Join(y.root, "main.txt")) != "half an idea\n" {
		t.Fatal("the user's checkout was touched")
	}
	// Repeating is safe, also when the branch is gone.
	y.git(y.remote, "update-ref", "-d", "refs/heads/subissue/1")
	again, err := y.merge("1", sha)
	if err != nil || again != merged {
		t.Fatalf("again: %s, %v; want %s", again, err, merged)
	}
}

func TestMergeNamesTheFilesInConflict(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	first := y.offer("1", "main.txt", "one way\n")
	second := y.offer("2", "main.txt", "another way\n")
	want, err := y.merge("1", first)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = y.merge("2", second); !errors.Is(err, fm.ErrConflict) || !strings.Contains(err.Error(), "main.txt") {
		t.Fatalf("got %v, want a conflict in main.txt", err)
	}
	if got := y.git(y.remote, "rev-parse", "main"); got != want {
		t.Fatal("a conflict moved the base")
	}
}

// The base moves after it was read: the merge is made again on top.
// Caught: a push of the base with --force.
func TestMergeFollowsABaseThatMoves(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	sha := y.offer("1", "a.txt", "a\n")
	other := y.git(y.remote, "commit-tree", "-m", "meanwhile", "main^{tree}", "-p", "main")
	once := filepath.Join(t.TempDir(), "once")
	y.onPush("test -e '" + once + "' || git update-ref refs/heads/main " + other + "\ntouch '" + once + "'")
	if _, err := y.merge("1", sha); err != nil {
		t.Fatal(err)
	}
	if got := y.git(y.remote, "log", "-1", "--format=%P", "main"); got != other+" "+sha {
		t.Fatalf("merged %s, want %s %s", got, other, sha)
	}
}

// A base that never holds still ends in a transient error, not in a hang.
func TestMergeGivesUpOnABaseThatKeepsMoving(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	sha := y.offer("1", "a.txt", "a\n")
	y.onPush("git update-ref refs/heads/main $(git commit-tree -m again 'main^{tree}' -p main)")
	if _, err := y.merge("1", sha); err == nil || errors.Is(err, fm.ErrRefused) || errors.Is(err, fm.ErrConflict) {
		t.Fatalf("got %v, want a transient error", err)
	}
}

// What was verified is what is merged.
// Caught: merging the branch's tip instead of sha.
func TestMergeRefusesAHeadThatMoved(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	sha := y.offer("1", "a.txt", "a\n")
	y.offer("1", "b.txt", "unchecked\n")
	_, err := y.merge("1", sha)
	refused(t, err, "head")
	_, err = y.merge("9", sha)
	if !errors.Is(err, fm.ErrGone) {
		t.Fatalf("got %v, want gone", err)
	}
	_, err = y.repo.MergeBranch(t.Context(), "nowhere", "subissue/1", sha, "")
	if !errors.Is(err, fm.ErrGone) {
		t.Fatalf("got %v, want gone", err)
	}
}

func TestMergeOfAnotherMachinesBranch(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	sha := y.clone().offer("1", "a.txt", "a\n")
	if _, err := y.merge("1", sha); err != nil {
		t.Fatal(err)
	}
}

func TestTheRemotesRulesAreARefusal(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	sha := y.offer("1", "a.txt", "a\n")
	y.git(y.remote, "config", "receive.denyNonFastForwards", "true")
	y.root, y.remote = y.remote, y.root // put the hook on the other side
	y.write(filepath.Join(y.root, "hooks", "update"), "#!/bin/sh\necho protected branch, see https://me:s3cret-t0ken@host/; exit 1\n")
	y.git(y.root, "config", "core.hooksPath", filepath.Join(y.root, "hooks"))
	y.chmod(filepath.Join(y.root, "hooks", "update"))
	_, err := y.merge("1", sha)
	refused(t, err, "protected branch", "https://***@host/")
}

// Without user.name, git would not commit; fm then signs its own commits.
func TestMergeWithoutAnIdentity(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	sha := y.offer("1", "a.txt", "a\n")
	y.env = append(y.env, "GIT_CONFIG_GLOBAL=/dev/null", "EMAIL=")
	y.repo = y.open()
	if _, err := y.merge("1", sha); err != nil {
		t.Fatal(err)
	}
	if got := y.git(y.remote, "log", "-1", "--format=%an <%ae>", "main"); got != "fm <fm@localhost>" {
		t.Fatalf("signed by %s", got)
	}
}

// A receiver on this machine was killed, and left its lock. Caught: the lock taken
// for a base that moves, so that nothing was merged any more, and the reason told
// was a wrong one.
//
// Fault: F11.
func TestALockThatAKilledReceiverLeftIsCleared(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	for id, name := range map[fm.TaskID]string{"1": "refs/heads/main.lock", "3": "HEAD.lock"} {
		sha := y.offer(id, string(id)+".txt", "a\n")
		lock := filepath.Join(y.remote, filepath.FromSlash(name))
		y.write(lock, "")
		_, err := y.merge(id, sha)
		if err == nil || errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), filepath.Base(lock)) {
			t.Fatalf("a young lock: got %v, want to be told to wait for %s", err, lock)
		}
		age(t, lock)
		if _, err := y.merge(id, sha); err != nil {
			t.Fatal(err)
		}
	}
	dir := y.prepare("2")
	y.commit(dir, "b.txt", "b\n")
	lock := filepath.Join(y.remote, "refs", "heads", "subissue", "2.lock")
	if err := os.MkdirAll(filepath.Dir(lock), 0o755); err != nil {
		t.Fatal(err)
	}
	y.write(lock, "")
	if _, err := y.repo.Push(t.Context(), on("2")); err == nil || errors.Is(err, fm.ErrRefused) {
		t.Fatalf("a young lock: got %v, want to be told to wait", err)
	}
	age(t, lock)
	_, err := y.repo.Push(t.Context(), on("2"))
	if err != nil {
		_, err = y.repo.Push(t.Context(), on("2")) // as the supervisor does
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Many pull requests wait behind such a lock. Caught: merges side by side, whose
// receivers each kept the others from taking the lock for one that was left, so that
// none was merged any more.
//
// Fault: F11.
func TestManyMergesGetPastALockThatWasLeft(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	var ids []fm.TaskID
	shas := map[fm.TaskID]string{}
	for n := range 8 {
		id := fm.TaskID(strconv.Itoa(n + 1))
		ids, shas[id] = append(ids, id), y.offer(id, "part-"+string(id)+".txt", "a\n")
	}
	lock := filepath.Join(y.remote, "HEAD.lock")
	y.write(lock, "")
	age(t, lock)
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			if _, err := y.merge(id, shas[id]); err != nil {
				t.Errorf("merge #%s: %v", id, err)
			}
		})
	}
	all.Wait()
	if n := strings.Count(y.git(y.remote, "log", "--merges", "--format=%H", "main"), "\n") + 1; n != len(ids) {
		t.Errorf("%d merges on main, want %d", n, len(ids))
	}
}
