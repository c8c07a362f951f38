package git_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

// stock keeps so many worktrees ready, and says which there are then.
func (y *yard) stock(count int) []string {
	y.Helper()
	if err := y.repo.Stock(y.Context(), count); err != nil {
		y.Fatal(err)
	}
	return y.ready()
}

// ready lists the folders of the reserve.
func (y *yard) ready() []string {
	y.Helper()
	trees, err := git.Trees(y.Context(), git.Options{Root: y.root, Environ: y.env})
	if err != nil {
		y.Fatal(err)
	}
	var all []string
	for _, t := range trees {
		if t.State == git.Ready {
			all = append(all, t.Path)
		}
	}
	return all
}

// counted has git's processes counted from here on.
func (y *yard) counted() *atomic.Int64 {
	y.Helper()
	n := &atomic.Int64{}
	repo, err := git.Open(y.Context(), git.Options{Root: y.root, Environ: y.env, Ran: func([]string, time.Duration) { n.Add(1) }})
	if err != nil {
		y.Fatal(err)
	}
	y.repo = repo
	return n
}

// left is what stands in the folder of the worktrees.
func (y *yard) left() []string {
	y.Helper()
	entries, err := os.ReadDir(filepath.Join(y.root, ".worktrees"))
	if err != nil && !os.IsNotExist(err) {
		y.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// newAt checks that a task's worktree is as git worktree add would have made it.
func (y *yard) newAt(dir, branch, tip string) {
	y.Helper()
	if got := y.git(dir, "branch", "--show-current"); got != branch {
		y.Fatalf("%s is on %q, want %q", dir, got, branch)
	}
	if got := y.git(dir, "rev-parse", "HEAD"); got != tip {
		y.Fatalf("%s is at %s, want %s", dir, got, tip)
	}
	if got := y.git(dir, "status", "--porcelain", "--ignored"); got != "" {
		y.Fatalf("%s is not clean: %s", dir, got)
	}
	if out, err := y.tryGit(dir, "config", "branch."+branch+".merge"); err == nil {
		y.Fatalf("%s follows %s", branch, out)
	}
	for one := range strings.SplitSeq(y.git(y.root, "worktree", "list", "--porcelain"), "\n\n") {
		if strings.HasPrefix(one, "worktree "+dir+"\n") && strings.Count(one, "\n") != 2 { // locked, or prunable
			y.Fatal(one)
		}
	}
}

// What a task waits for before its agent starts. A process of git takes at least
// 2 ms, a fetch the time of the network.
//
// Caught: a fetch although the reserve was just seen to; resolving each ref alone.
func TestPrepareTakesFewProcesses(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	tip := y.git(y.root, "rev-parse", "HEAD")
	n := y.counted()
	n.Store(0)
	y.prepare("1")
	if got := n.Load(); got > 3 { // fetch, for-each-ref, worktree add
		t.Errorf("%d processes without a ready worktree, want at most 3", got)
	}
	if got := y.stock(1); len(got) != 1 {
		t.Fatalf("ready: %q", got)
	}
	n.Store(0)
	dir := y.prepare("2")
	if got := n.Load(); got > 5 { // for-each-ref, status, worktree move, switch, hook run
		t.Errorf("%d processes with a ready worktree, want at most 5", got)
	}
	y.newAt(dir, "subissue/2", tip)
	if got := y.ready(); len(got) != 0 {
		t.Errorf("still ready: %q", got)
	}
	n.Store(0)
	y.prepare("2")
	t.Logf("%d processes where all is there", n.Load())
}

// Caught: what git knows of the worktree looked for by the task's name.
func TestAWorktreeFromTheReserveLivesAsAnyOther(t *testing.T) {
	t.Parallel()
	y := newYard(t, "-rf ünï 日本")
	y.stock(2)
	dir := y.prepare("7")
	if again := y.prepare("7"); again != dir {
		t.Fatalf("again in %q", again)
	}
	y.commit(dir, "a.txt", "a\n")
	lock := filepath.Join(y.git(dir, "rev-parse", "--absolute-git-dir"), "index.lock")
	y.write(lock, "")
	age(t, lock)
	y.prepare("7")
	if _, err := os.Lstat(lock); err == nil {
		t.Error("the lock of a dead git stops its agent")
	}
	y.write(filepath.Join(dir, "b.txt"), "b\n")
	y.git(dir, "switch", "--quiet", "--detach")
	y.prepare("7")
	y.git(dir, "switch", "--quiet", "-c", "stray")
	if err := y.tryRemove(on("7")); err != nil {
		t.Fatalf("taken for a user's own: %v", err)
	}
	if got := y.git(y.root, "show", "refs/fm/last/7:b.txt"); got != "b" {
		t.Errorf("kept %q", got)
	}
	y.stock(2) // names are free again, and taken again
	y.prepare("8")
	y.prepare("9")
	y.prepare("7")
	if got := y.stock(0); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
	for _, id := range []fm.TaskID{"7", "8", "9"} {
		y.removeAt(on(id))
	}
	if got := y.left(); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
	if got, _ := os.ReadDir(filepath.Join(y.root, ".git", "worktrees")); len(got) != 0 {
		t.Errorf("git still knows %v", got)
	}
}

// The base may move in the seconds between. Caught: Moved that does nothing.
func TestAReadyWorktreeBeginsAtTheBaseThatWasHeardOf(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.stock(2)
	elsewhere := filepath.Join(t.TempDir(), "clone")
	y.git(y.root, "clone", "--quiet", y.remote, elsewhere)
	y.git(elsewhere, "rm", "--quiet", "main.txt")
	sha := y.commit(elsewhere, "new/new.txt", "new\n")
	y.git(elsewhere, "push", "--quiet")
	y.repo.Moved()
	y.newAt(y.prepare("1"), "subissue/1", sha)
	y.stock(2)
	for _, dir := range y.ready() {
		if got := y.git(dir, "rev-parse", "HEAD"); got != sha {
			t.Errorf("%s was left at %s", dir, got)
		}
	}
	y.newAt(y.prepare("2"), "subissue/2", sha)
}

// Whatever is there of a task is gone on with; the reserve is for the others.
func TestTheReserveIsForNewTasksOnly(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	another := y.clone()
	old := y.offer("1", "a.txt", "a\n")
	y.commit(y.prepare("2"), "b.txt", "b\n")
	kept := y.git(y.root, "rev-parse", "subissue/2")
	y.removeAt(on("2"))
	y.removeAt(on("1"))
	y.stock(1)
	y.newAt(y.prepare("2"), "subissue/2", kept)
	y.write(filepath.Join(y.root, ".worktrees", "issue-3", "precious.txt"), "x")
	_, _, err := y.repo.Prepare(t.Context(), on("3"))
	refused(t, err, "issue-3", "move it away")
	y.git(y.root, "worktree", "add", "--quiet", "-b", "subissue/4", filepath.Join(t.TempDir(), "other"))
	_, _, err = y.repo.Prepare(t.Context(), on("4"))
	refused(t, err, "other")
	if got := y.ready(); len(got) != 1 {
		t.Errorf("ready: %q", got)
	}
	another.stock(1)
	another.newAt(another.prepare("1"), "subissue/1", old)
	if got := another.ready(); len(got) != 1 {
		t.Errorf("ready: %q", got)
	}
}

// Hooks that set a new worktree up are told of it as git worktree add tells them:
// once, where it will stay, and that there was nothing before.
//
// Caught: git switch with its hooks; a hook at the time of Stock.
func TestHooksSeeAReadyWorktreeAsANewOne(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	log := filepath.Join(t.TempDir(), "log")
	hook := filepath.Join(y.root, ".git", "hooks", "post-checkout")
	y.write(hook, "#!/bin/sh\necho \"$(pwd) $(git branch --show-current) $*\" >> '"+log+"'\necho x > made-by-hook.txt\n")
	y.chmod(hook)
	dir := y.prepare("1")
	want := y.read(log)
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	y.stock(1)
	if text, err := os.ReadFile(log); err == nil {
		t.Errorf("it was told of the reserve: %s", text)
	}
	dir2 := y.prepare("2")
	if len(y.ready()) > 0 {
		t.Fatal("the ready one was not taken")
	}
	want = strings.NewReplacer(dir, dir2, "subissue/1", "subissue/2").Replace(want)
	if diff := cmp.Diff(want, y.read(log)); diff != "" {
		t.Error(diff)
	}
	y.read(filepath.Join(dir2, "made-by-hook.txt"))
}

// Caught: taking without a look at the files; removing without preserving.
func TestAReadyWorktreeThatSomebodyUsedIsNotTaken(t *testing.T) {
	t.Parallel()
	for name, does := range map[string]func(y *yard, dir string){
		"edited":    func(y *yard, dir string) { y.write(filepath.Join(dir, "main.txt"), "mine\n") },
		"added to":  func(y *yard, dir string) { y.write(filepath.Join(dir, "mine.txt"), "mine\n") },
		"committed": func(y *yard, dir string) { y.commit(dir, "mine.txt", "mine\n") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			tip := y.git(y.root, "rev-parse", "HEAD")
			dir := y.stock(1)[0]
			does(y, dir)
			y.newAt(y.prepare("1"), "subissue/1", tip)
			y.stock(0)
			if got := y.left(); !slices.Equal(got, []string{"issue-1"}) {
				t.Errorf("left: %q", got)
			}
			if out := y.git(y.root, "grep", "mine", "refs/fm/preserved/fm-ready-1/1"); !strings.Contains(out, ":mine") {
				t.Errorf("kept: %s", out)
			}
		})
	}
}

// What carries such a name and is not fm's stays, and what somebody made his own
// is his. Caught: reserved that asks for the name alone.
func TestTheReserveNeverTouchesAUsersWorktree(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	mine := filepath.Join(y.root, ".worktrees", ".ready-1")
	y.git(y.root, "worktree", "add", "--quiet", "--detach", mine)
	y.write(filepath.Join(y.root, ".worktrees", ".ready-2", "precious.txt"), "x")
	got := y.stock(3)
	if len(got) != 3 || slices.Contains(got, mine) {
		t.Fatalf("ready: %q", got)
	}
	y.git(got[0], "switch", "--quiet", "-c", "topic")
	y.git(y.root, "worktree", "lock", got[1])
	y.prepare("1")
	y.stock(0)
	want := []string{".ready-1", ".ready-2", filepath.Base(got[0]), filepath.Base(got[1]), "issue-1"}
	if diff := cmp.Diff(want, y.left()); diff != "" {
		t.Error(diff)
	}
}

// A ready worktree in any state that a crash or a person leaves: the task gets its
// own, the next Stock sees to the rest, and in the end nothing is left.
//
// Caught: a half-made one that is taken for whole; one that is gone for good.
func TestABrokenReserveHurtsNobody(t *testing.T) {
	t.Parallel()
	for name, does := range map[string]func(y *yard, dir, admin string){
		"half made": func(y *yard, dir, admin string) {
			y.write(filepath.Join(admin, "locked"), "fm is making it ready\n")
			y.drop(filepath.Join(admin, "fm-ready"), filepath.Join(admin, "index"), filepath.Join(dir, "main.txt"))
		},
		"made, and not unlocked": func(y *yard, _, admin string) { y.write(filepath.Join(admin, "locked"), "fm is making it ready\n") },
		"an add that was killed": func(y *yard, _, admin string) {
			y.write(filepath.Join(admin, "locked"), "initializing")
			y.drop(filepath.Join(admin, "fm-ready"))
		},
		"deleted":            func(y *yard, dir, _ string) { y.drop(dir) },
		"deleted and pruned": func(y *yard, dir, _ string) { y.drop(dir); y.git(y.root, "worktree", "prune") },
		"without its .git":   func(y *yard, dir, _ string) { y.drop(filepath.Join(dir, ".git")) },
		"forgotten by git":   func(y *yard, _, admin string) { y.drop(admin) },
		"with a lock":        func(y *yard, _, admin string) { y.write(filepath.Join(admin, "index.lock"), "") },
		"torn note":          func(y *yard, _, admin string) { y.write(filepath.Join(admin, "fm-ready"), "abc") },
		"files missing":      func(y *yard, dir, _ string) { y.drop(filepath.Join(dir, "main.txt")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			tip := y.git(y.root, "rev-parse", "HEAD")
			dir := y.stock(1)[0]
			does(y, dir, y.git(dir, "rev-parse", "--absolute-git-dir"))
			dir1, _, err := y.repo.Prepare(t.Context(), on("1"))
			if err != nil {
				t.Fatal(err)
			}
			if got := y.git(dir1, "rev-parse", "HEAD") + y.git(dir1, "status", "--porcelain"); got != tip {
				t.Fatalf("begins at %s", got)
			}
			if got := y.stock(1); len(got) != 1 {
				t.Fatalf("ready: %q", got)
			}
			y.newAt(y.prepare("2"), "subissue/2", tip)
			y.stock(0)
			want := []string{"issue-1", "issue-2"}
			if name == "without its .git" || name == "forgotten by git" { // nobody can tell any more whose it is
				want = append([]string{".ready-1"}, want...)
			}
			if diff := cmp.Diff(want, y.left()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// drop removes files and folders.
func (y *yard) drop(paths ...string) {
	y.Helper()
	for _, path := range paths {
		if err := os.RemoveAll(path); err != nil {
			y.Fatal(err)
		}
	}
}

// git mv is a rename and then a note of it: a kill between the two leaves a folder
// that git looks for elsewhere.
//
// Caught: refusing it as a folder in the way; forgetting where it was.
func TestAMoveThatWasCutOffIsCompleted(t *testing.T) {
	t.Parallel()
	for _, next := range []string{"prepare", "stock", "remove"} {
		t.Run(next, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			tip := y.git(y.root, "rev-parse", "HEAD")
			to := filepath.Join(y.root, ".worktrees", "issue-1")
			if err := os.Rename(y.stock(1)[0], to); err != nil {
				t.Fatal(err)
			}
			switch next {
			case "stock":
				y.stock(0)
			case "remove":
				y.removeAt(on("1"))
				if got := y.left(); len(got) != 0 {
					t.Fatalf("left: %q", got)
				}
			}
			y.newAt(y.prepare("1"), "subissue/1", tip)
			if got := y.ready(); len(got) != 0 {
				t.Errorf("ready: %q", got)
			}
		})
	}
}

// A switch that was killed has written some files, and may have made the branch.
func TestATakingThatWasCutOffIsCompleted(t *testing.T) {
	t.Parallel()
	for _, branch := range []string{"", "made", "checked out"} {
		t.Run(branch, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			y.stock(1)
			y.write(filepath.Join(y.root, "other.txt"), "two\n")
			tip := y.commit(y.root, "main.txt", "two\n")
			y.git(y.root, "push", "--quiet")
			to := filepath.Join(y.root, ".worktrees", "issue-1")
			y.git(y.root, "worktree", "move", y.ready()[0], to)
			switch branch {
			case "":
				y.write(filepath.Join(to, "main.txt"), "two\n")
			case "made":
				y.git(y.root, "branch", "--no-track", "subissue/1", tip)
			default:
				y.git(to, "switch", "--quiet", "-c", "subissue/1", tip)
			}
			y.newAt(y.prepare("1"), "subissue/1", tip)
			y.newAt(y.prepare("1"), "subissue/1", tip)
			y.removeAt(on("1"))
			if refs := y.git(y.root, "for-each-ref", "refs/fm/preserved"); refs != "" {
				t.Errorf("preserved what nobody made: %s", refs)
			}
		})
	}
}

// Caught: a second kill that leaves two.
func TestStockAndTakingCarryOnWhereverTheyWereCutOff(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"stock", "take"} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			tip := y.git(y.root, "rev-parse", "HEAD")
			n := 1
			for cut := true; cut; n++ {
				id := fm.TaskID(fmt.Sprint(n))
				if verb == "take" {
					y.stock(1)
				}
				cut = y.cut(verb, id, n)
				y.newAt(y.prepare(id), "subissue/"+string(id), tip)
				y.removeAt(on(id))
				y.stock(0)
				if got := y.left(); len(got) != 0 {
					t.Fatalf("cut at %d: left %q", n, got)
				}
				if refs := y.git(y.root, "for-each-ref", "refs/fm/preserved"); refs != "" {
					t.Fatalf("cut at %d: preserved what nobody made: %s", n, refs)
				}
			}
			if n < 8 {
				t.Fatalf("only %d commands", n)
			}
		})
	}
}

// git does not move worktrees with submodules in them.
func TestARepositoryWithSubmodulesHasNoReserve(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.stock(1)
	module := filepath.Join(t.TempDir(), "module")
	y.git(y.root, "clone", "--quiet", y.remote, module)
	y.git(y.root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", module, "module")
	y.git(y.root, "commit", "--quiet", "-m", "a module")
	y.git(y.root, "push", "--quiet")
	tip := y.git(y.root, "rev-parse", "HEAD")
	y.repo.Moved()
	y.newAt(y.prepare("1"), "subissue/1", tip)
	if got := y.stock(2); len(got) != 0 {
		t.Errorf("ready: %q", got)
	}
	y.newAt(y.prepare("2"), "subissue/2", tip)
}

// No room for a ready worktree is none for the work either: what there is of the
// reserve is given up.
func TestAFailedStockLeavesNothing(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.stock(1)
	y.write(filepath.Join(y.root, ".gitattributes"), "*.bin filter=broken\n")
	y.write(filepath.Join(y.root, "large.bin"), "large\n")
	y.git(y.root, "add", ".")
	y.git(y.root, "commit", "--quiet", "-m", "a filter")
	y.git(y.root, "push", "--quiet")
	y.git(y.root, "config", "filter.broken.smudge", "false")
	y.git(y.root, "config", "filter.broken.required", "true")
	if err := y.repo.Stock(t.Context(), 2); err == nil {
		t.Fatal("it succeeded")
	}
	if got := y.left(); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
}

func TestStockWorksWithoutNetwork(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.git(y.root, "remote", "set-url", "origin", filepath.Join(y.root, "nowhere"))
	if got := y.stock(2); len(got) != 2 {
		t.Errorf("ready: %q", got)
	}
	y.prepare("1")
	y.prepare("2")
	if got := y.ready(); len(got) != 0 {
		t.Errorf("still ready: %q", got)
	}
}

// To remove what is not there costs nothing: it is asked for at each start.
func TestNoReserveIsNoWork(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	n := y.counted()
	n.Store(0)
	y.stock(0)
	if got := n.Load(); got > 3 { // those of ready
		t.Errorf("%d processes", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := y.repo.Stock(ctx, 1); err == nil {
		t.Error("it succeeded when it was called off")
	}
	if got := y.left(); len(got) != 0 {
		t.Errorf("left: %q", got)
	}
}
