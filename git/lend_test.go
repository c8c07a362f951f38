package git_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

// mending is the site of an issue that is mended in a worktree.
func mending(id fm.TaskID) fm.Site { return fm.Task{ID: id, Terms: fm.Terms{Fix: true}}.Site() }

// inMain is the site of an issue that is mended in the main checkout.
func inMain(id fm.TaskID) fm.Site {
	return fm.Task{ID: id, Terms: fm.Terms{Fix: true, Main: true}}.Site()
}

// stacked is the site of one that begins on the last one's work.
func stacked(id fm.TaskID) fm.Site {
	return fm.Task{ID: id, Terms: fm.Terms{Fix: true, Main: true, NoPull: true}}.Site()
}

func (y *yard) prepareAt(at fm.Site) string {
	y.Helper()
	dir, _, err := y.repo.Prepare(y.Context(), at)
	if err != nil {
		y.Fatal(err)
	}
	return dir
}

// tryRemove removes what the test does not ask a remark of.
func (y *yard) tryRemove(at fm.Site) error {
	_, err := y.repo.Remove(y.Context(), at)
	return err
}

// removeAt gives the remark.
func (y *yard) removeAt(at fm.Site) string {
	y.Helper()
	remark, err := y.repo.Remove(y.Context(), at)
	if err != nil {
		y.Fatal(err)
	}
	return remark
}

func (y *yard) inspectAt(at fm.Site) fm.Work {
	y.Helper()
	work, err := y.repo.Inspect(y.Context(), at)
	if err != nil {
		y.Fatal(err)
	}
	return work
}

// isOn checks which branch the main checkout is on, "" for none, and that
// nothing is uncommitted there.
func (y *yard) isOn(branch string) {
	y.Helper()
	if got := y.git(y.root, "branch", "--show-current"); got != branch {
		y.Fatalf("the main checkout is on %q, want %q", got, branch)
	}
	if got := y.git(y.root, "status", "--porcelain"); got != "" {
		y.Fatalf("the main checkout is not clean:\n%s", got)
	}
}

// mainFiles reads those of the main checkout.
func (y *yard) mainFiles() map[string]string {
	y.Helper()
	all := y.tree(y.root)
	maps.DeleteFunc(all, func(name, _ string) bool { return strings.HasPrefix(name, ".git/") })
	return all
}

// leftNothing checks that fm has left the checkout to its user for good.
func (y *yard) leftNothing() {
	y.Helper()
	for _, name := range []string{".git/fm-home", "TASK.md", "ISSUE.json", "COMPLETION.md"} {
		if _, err := os.Lstat(filepath.Join(y.root, name)); err == nil {
			y.Errorf("%s is left", name)
		}
	}
	if got := y.git(y.root, "for-each-ref", "refs/fm/home"); got != "" {
		y.Errorf("left: %s", got)
	}
	if tmp, _ := filepath.Glob(filepath.Join(y.root, ".git", "fm-index-*")); len(tmp) > 0 {
		y.Errorf("left: %s", tmp)
	}
}

func TestLifeOfATaskInTheMainCheckout(t *testing.T) {
	t.Parallel()
	y := newYard(t, "-rf ünï 日本")
	elsewhere := filepath.Join(t.TempDir(), "clone")
	y.git(y.root, "clone", "--quiet", y.remote, elsewhere)
	base := y.commit(elsewhere, "new.txt", "new\n")
	y.git(elsewhere, "push", "--quiet")
	y.git(y.root, "switch", "--quiet", "-c", "my-own/ünï(x)")
	mine := y.commit(y.root, "mine.txt", "mine\n")
	if err := y.repo.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if dir := y.prepareAt(inMain("7")); dir != y.root {
		t.Fatalf("it works in %q, want %q", dir, y.root)
	}
	y.isOn("fix/issue-7")
	if got := y.git(y.root, "rev-parse", "HEAD"); got != base {
		t.Fatalf("it begins at %s, want the fresh base %s", got, base)
	}
	for _, name := range []string{"TASK.md", "ISSUE.json", "COMPLETION.md"} {
		y.write(filepath.Join(y.root, name), "fm\n")
	}
	sha := y.commit(y.root, "work.txt", "work\n")
	work := y.inspectAt(inMain("7"))
	if work.Dir != y.root || work.Head != sha || work.Commits != 1 || strings.Join(work.Files, "|") != "work.txt" || len(work.Dirty) > 0 {
		t.Fatalf("unexpected work: %+v", work)
	}
	if got, err := y.repo.Home(t.Context()); err != nil || got != "my-own/ünï(x)" {
		t.Fatalf("home is %q, %v", got, err)
	}
	if got, err := y.repo.Push(t.Context(), inMain("7")); err != nil || got != sha {
		t.Fatalf("pushed %s, %v", got, err)
	}
	y.removeAt(inMain("7"))
	y.isOn("my-own/ünï(x)")
	y.leftNothing()
	if got := y.git(y.root, "rev-parse", "HEAD"); got != mine {
		t.Fatalf("the user's branch is at %s, want %s", got, mine)
	}
	if work := y.inspectAt(inMain("7")); work.Dir != "" || work.Commits != 1 {
		t.Fatalf("unexpected work: %+v", work)
	}
	if got := y.git(y.root, "for-each-ref", "refs/fm/preserved"); got != "" {
		t.Fatalf("preserved for no reason: %s", got)
	}
}

// An attempt that goes on keeps what it has, and so does one that another
// supervisor takes over.
func TestPrepareKeepsTheMainCheckoutOfItsTask(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.prepareAt(inMain("7"))
	y.commit(y.root, "a.txt", "a\n")
	y.write(filepath.Join(y.root, "main.txt"), "edited\n")
	y.write(filepath.Join(y.root, "new.txt"), "new\n")
	want := y.git(y.root, "status", "--porcelain")
	y.repo = y.open()
	if got := y.repo.Base(); got != "main" {
		t.Fatalf("the base is %q", got)
	}
	if err := y.repo.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	y.prepareAt(inMain("7"))
	if diff := cmp.Diff(want, y.git(y.root, "status", "--porcelain")); diff != "" {
		t.Fatal(diff)
	}
	if got := strings.Join(y.inspectAt(inMain("7")).Dirty, "|"); got != "main.txt|new.txt" {
		t.Fatalf("dirty: %s", got)
	}
}

// Without a remote the base is what the checkout is on: that must not be the
// task's branch while a task has it. Caught: findBase without a look at the home.
func TestTheBaseIsNotATasksBranch(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.git(y.root, "remote", "remove", "origin")
	y.repo = y.open()
	y.prepareAt(inMain("7"))
	sha := y.commit(y.root, "a.txt", "a\n")
	y.repo = y.open()
	if got := y.repo.Base(); got != "main" {
		t.Fatalf("the base is %q, want main", got)
	}
	if work := y.inspectAt(inMain("7")); work.Commits != 1 || work.Head != sha {
		t.Fatalf("unexpected work: %+v", work)
	}
	y.removeAt(inMain("7"))
	y.isOn("main")
}

func TestACheckoutThatIsNotCleanIsLeftAlone(t *testing.T) {
	t.Parallel()
	file := func(name string) func(*yard) {
		return func(y *yard) { y.write(filepath.Join(y.root, name), "precious\n") }
	}
	for name, one := range map[string]struct {
		set  func(*yard)
		says []string
	}{
		"modified":  {file("main.txt"), []string{"not committed (main.txt)", "git stash -u"}},
		"untracked": {file("new dir/ünï.txt"), []string{"(new dir/)"}},
		"staged":    {func(y *yard) { file("s.txt")(y); y.git(y.root, "add", "s.txt") }, []string{"(s.txt)"}},
		"deleted":   {func(y *yard) { _ = os.Remove(filepath.Join(y.root, "main.txt")) }, []string{"(main.txt)"}},
		"many": {func(y *yard) {
			for _, n := range []string{"a", "b", "c", "d", "e", "f", "g"} {
				file(n)(y)
			}
		}, []string{"(a, b, c, d, e and 2 more)"}},
		"own TASK.md":       {file("TASK.md"), []string{"TASK.md is in the main checkout", "move it away"}},
		"own COMPLETION.md": {file("COMPLETION.md"), []string{"COMPLETION.md is in the main checkout"}},
		"tracked ISSUE.json": {func(y *yard) {
			file("ISSUE.json")(y)
			y.git(y.root, "add", "--force", "ISSUE.json")
			y.git(y.root, "commit", "--quiet", "-m", "mine")
		}, []string{"ISSUE.json is in the main checkout"}},
		"tracked settings": {func(y *yard) {
			y.commit(y.root, ".founder-mode/config.json", "{}\n")
			file(".founder-mode/config.json")(y)
		}, []string{"(.founder-mode/config.json)"}},
		"merge": {func(y *yard) {
			y.git(y.root, "switch", "--quiet", "-c", "other")
			y.commit(y.root, "main.txt", "other\n")
			y.git(y.root, "switch", "--quiet", "main")
			y.commit(y.root, "main.txt", "mine\n")
			if out, err := y.tryGit(y.root, "merge", "other"); err == nil {
				y.Fatal(out)
			}
		}, []string{"a merge in the main checkout is not finished"}},
		"bisection": {func(y *yard) { y.git(y.root, "bisect", "start") }, []string{"a bisection in"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			if err := git.Exclude(t.Context(), git.Options{Root: y.root, Environ: y.env}); err != nil {
				t.Fatal(err)
			}
			one.set(y)
			tree, status, head := y.mainFiles(), y.git(y.root, "status", "--porcelain"), y.git(y.root, "symbolic-ref", "HEAD")
			refs := y.git(y.root, "for-each-ref")
			err := y.repo.Idle(t.Context())
			refused(t, err, one.says...)
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %q", err)
			}
			_, _, err = y.repo.Prepare(t.Context(), inMain("7"))
			refused(t, err, append(one.says, "use the main checkout for issue #7: ")...)
			if diff := cmp.Diff(tree, y.mainFiles()); diff != "" {
				t.Error(diff)
			}
			if got := y.git(y.root, "status", "--porcelain"); got != status || y.git(y.root, "symbolic-ref", "HEAD") != head || y.git(y.root, "for-each-ref") != refs {
				t.Errorf("something was changed: %s", got)
			}
			y.removeAt(inMain("7"))
			if diff := cmp.Diff(tree, y.mainFiles()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Caught: mayEnter without free, which overwrites them as git switch does.
func TestIgnoredFilesAreNeverOverwritten(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	exclude := filepath.Join(y.root, ".git", "info", "exclude")
	y.write(exclude, "*.env\nbuild\n")
	elsewhere := filepath.Join(t.TempDir(), "clone")
	y.git(y.root, "clone", "--quiet", y.remote, elsewhere)
	y.commit(elsewhere, "my.env", "theirs\n")
	y.commit(elsewhere, "build", "a file there\n")
	y.git(elsewhere, "push", "--quiet")
	y.write(filepath.Join(y.root, "my.env"), "secret\n")
	y.write(filepath.Join(y.root, "build/out.o"), "object\n")
	_, _, err := y.repo.Prepare(t.Context(), inMain("7"))
	refused(t, err, "git ignores", "build/out.o, my.env", "move them away")
	if y.read(filepath.Join(y.root, "my.env")) != "secret\n" || y.read(filepath.Join(y.root, "build/out.o")) != "object\n" {
		t.Fatal("an ignored file was overwritten")
	}
	y.isOn("main")
	y.leftNothing()
}

// The tracker's issues and the settings stand in the checkout, and no git add
// of an agent's, no commit and no switch may touch them.
//
// Caught: carry without the reset of what the index has of the folder; the
// exclude block as it is for worktrees.
func TestTheUsersIssuesStayWhateverTheTaskDoes(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	issue, config := filepath.Join(y.root, ".founder-mode/issues/0001-x.md"), filepath.Join(y.root, ".founder-mode/config.json")
	queue := filepath.Join(y.root, ".founder-mode/queue.txt")
	y.write(issue, "open\n")
	y.write(config, "{}\n")
	y.write(queue, "queue\n")
	stands := func(want string) {
		t.Helper()
		if y.read(issue) != want || y.read(config) != "{}\n" || y.read(queue) != "queue\n" {
			t.Fatal("fm's folder was touched")
		}
	}
	y.prepareAt(inMain("7"))
	y.git(y.root, "add", "--all")
	if got := y.git(y.root, "status", "--porcelain"); got != "" {
		t.Fatalf("an agent would commit %s", got)
	}
	y.git(y.root, "add", "--force", "--all") // an agent that insists
	y.git(y.root, "commit", "--quiet", "-m", "all")
	y.write(issue, "closed\n")
	y.removeAt(inMain("7"))
	stands("closed\n")
	if got := y.git(y.root, "status", "--porcelain", "-uall"); got != "?? .founder-mode/config.json\n?? .founder-mode/issues/0001-x.md" {
		t.Fatalf("status %q", got)
	}
	y.write(issue, "reopened\n")
	y.prepareAt(inMain("7"))
	stands("reopened\n")
	y.write(filepath.Join(y.root, "x.txt"), "x\n")
	y.git(y.root, "add", "--force", ".founder-mode", "x.txt")
	y.removeAt(inMain("7"))
	stands("reopened\n")
	if got := y.git(y.root, "show", "refs/fm/preserved/7/2:x.txt"); got != "x" {
		t.Fatalf("preserved %q", got)
	}
}

func TestATrackedMarkerOfTheBaseIsRefused(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	elsewhere := filepath.Join(t.TempDir(), "clone")
	y.git(y.root, "clone", "--quiet", y.remote, elsewhere)
	y.commit(elsewhere, "TASK.md", "theirs\n")
	y.git(elsewhere, "push", "--quiet")
	_, _, err := y.repo.Prepare(t.Context(), inMain("7"))
	refused(t, err, "TASK.md is a file of the repository")
	y.isOn("main")
	y.leftNothing()
}

func TestOneOfTwoPreparesAtOnceGetsTheCheckout(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	repos := []*git.Repo{y.repo, y.open()}
	errs := make([]error, 6)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { _, _, errs[i] = repos[i%2].Prepare(t.Context(), inMain("7")) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	y.isOn("fix/issue-7")
	y.removeAt(inMain("7"))
	y.isOn("main")
	y.leftNothing()
}

// Caught: vacate that does not look for processes.
func TestAWorktreeOfAnEarlierAttemptMakesWay(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	dir := y.prepareAt(mending("7"))
	sha := y.commit(dir, "a.txt", "a\n")
	y.write(filepath.Join(dir, "b.txt"), "b\n")
	at := y.busy(dir)
	_, _, err := y.repo.Prepare(t.Context(), inMain("7"))
	refused(t, err, "is at work", dir)
	at()
	y.prepareAt(inMain("7"))
	y.isOn("fix/issue-7")
	if got := y.git(y.root, "rev-parse", "HEAD"); got != sha {
		t.Fatalf("it goes on at %s, want %s", got, sha)
	}
	if got := y.git(y.root, "show", "refs/fm/preserved/7/1:b.txt"); got != "b" {
		t.Fatalf("preserved %q", got)
	}
	if _, err := os.Lstat(dir); err == nil {
		t.Fatal("the worktree is still there")
	}
	other := filepath.Join(t.TempDir(), "other")
	y.git(y.root, "worktree", "add", "--quiet", "-b", "fix/issue-8", other)
	y.removeAt(inMain("7"))
	_, _, err = y.repo.Prepare(t.Context(), inMain("8"))
	refused(t, err, other, "git worktree remove")
	y.isOn("main")
}

// Caught: a branch off the stack, whatever its user's has; a stack that moves
// though something was uncommitted.
func TestStackedTasksStandOnEachOther(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.prepareAt(stacked("1"))
	first := y.commit(y.root, "a.txt", "a\n")
	y.removeAt(stacked("1"))
	y.isOn("main")

	y.prepareAt(stacked("2"))
	if got := y.git(y.root, "rev-parse", "HEAD"); got != first {
		t.Fatalf("the second one begins at %s, want %s", got, first)
	}
	if work := y.inspectAt(stacked("2")); work.Commits != 0 || work.Messages != "" {
		t.Fatalf("unexpected work: %+v", work)
	}
	y.commit(y.root, "b.txt", "b\n")
	if work := y.inspectAt(stacked("2")); work.Commits != 1 || strings.Join(work.Files, "|") != "b.txt" || work.Messages != "change b.txt" {
		t.Fatalf("unexpected work: %+v", work)
	}
	failed := stacked("2")
	failed.Stacked = false
	y.removeAt(failed)

	y.prepareAt(stacked("3"))
	if got := y.git(y.root, "rev-parse", "HEAD"); got != first {
		t.Fatalf("the third one begins at %s, want that of the last completed, %s", got, first)
	}
	y.commit(y.root, "c.txt", "c\n")
	y.write(filepath.Join(y.root, "d.txt"), "d\n")
	y.removeAt(stacked("3"))
	if got := y.git(y.root, "rev-parse", "refs/fm/stack"); got != first {
		t.Fatalf("the stack is at %s, want %s: the third one left something uncommitted", got, first)
	}

	mine := y.commit(y.root, "mine.txt", "mine\n")
	y.prepareAt(stacked("4"))
	if got := y.git(y.root, "rev-parse", "HEAD"); got != mine {
		t.Fatalf("the fourth one begins at %s, want where its user went on, %s", got, mine)
	}
	y.removeAt(stacked("4"))
	newer := y.commit(y.root, "newer.txt", "newer\n")
	y.prepareAt(stacked("4"))
	if got := y.git(y.root, "rev-parse", "HEAD"); got != newer {
		t.Fatalf("a branch without commits stays at %s, want %s", got, newer)
	}
}

func TestTheMainCheckoutGoesOnWithABranchOfAnotherMachine(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	another := y.clone()
	sha := y.commit(y.prepareAt(mending("7")), "a.txt", "a\n")
	if _, err := y.repo.Push(t.Context(), mending("7")); err != nil {
		t.Fatal(err)
	}
	another.prepareAt(inMain("7"))
	if got := another.git(another.root, "rev-parse", "HEAD"); got != sha {
		t.Fatalf("it begins at %s, want %s", got, sha)
	}
}

func TestADetachedCheckoutComesBack(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.git(y.root, "switch", "--quiet", "--detach")
	sha := y.commit(y.root, "a.txt", "a\n")
	y.prepareAt(inMain("7"))
	y.isOn("fix/issue-7")
	y.commit(y.root, "b.txt", "b\n")
	y.removeAt(inMain("7"))
	y.isOn("")
	if got := y.git(y.root, "rev-parse", "HEAD"); got != sha {
		t.Fatalf("back at %s, want %s", got, sha)
	}
	if got := y.git(y.root, "rev-parse", "refs/fm/preserved/7/1"); got != sha {
		t.Fatalf("preserved %s, want %s", got, sha)
	}
	y.removeAt(inMain("7"))
	y.leftNothing()
}
