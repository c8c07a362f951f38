package git_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

// killer stands in for git: it kills fm in the place of the n-th command.
const killer = `#!/bin/sh
n=$(($(cat "$FM_COUNT") + 1))
echo $n > "$FM_COUNT"
[ $n = "$FM_KILL" ] && { kill -9 $PPID; exit 1; }
exec "$FM_GIT" "$@"
`

// TestCutOff is fm in a process of its own, for [yard.cut].
func TestCutOff(t *testing.T) {
	root := os.Getenv("FM_ROOT")
	if root == "" {
		return
	}
	repo, err := git.Open(t.Context(), git.Options{Root: root, Base: "main"})
	if err != nil {
		t.Fatal(err)
	}
	at := stacked(fm.TaskID(os.Getenv("FM_TASK")))
	switch os.Getenv("FM_VERB") {
	case "remove":
		_, err = repo.Remove(t.Context(), at)
	case "restore":
		_, _, err = repo.Restore(t.Context(), on(at.Task))
	case "stock":
		err = repo.Stock(t.Context(), 2)
	case "take":
		_, _, err = repo.Prepare(t.Context(), on(at.Task))
	default:
		_, _, err = repo.Prepare(t.Context(), at)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// cut prepares, removes or stocks in another process, which is killed in the place of
// its n-th git command. It is false when there were fewer, and all went well.
func (y *yard) cut(verb string, id fm.TaskID, n int) bool {
	y.Helper()
	dir := y.TempDir()
	real, err := exec.LookPath("git")
	if err != nil {
		y.Fatal(err)
	}
	y.write(filepath.Join(dir, "git"), killer)
	y.write(filepath.Join(dir, "count"), "0")
	y.chmod(filepath.Join(dir, "git"))
	cmd := exec.CommandContext(context.WithoutCancel(y.Context()), os.Args[0], "-test.run=^TestCutOff$")
	cmd.Env = append(append([]string{}, y.env...), "PATH="+dir+":"+os.Getenv("PATH"), "TMPDIR="+dir, "FM_GIT="+real, "FM_COUNT="+filepath.Join(dir, "count"),
		"FM_KILL="+strconv.Itoa(n), "FM_ROOT="+y.root, "FM_VERB="+verb, "FM_TASK="+string(id))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false
	case errors.As(err, &exit) && exit.ExitCode() == -1:
		return true
	}
	y.Fatalf("%s %s, cut at %d: %v\n%s", verb, id, n, err, out)
	return false
}

// Caught: the branch switched before its user's is noted.
func TestPrepareCarriesOnWhereverItWasCutOff(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	home := y.git(y.root, "rev-parse", "HEAD")
	n := 1
	for ; ; n++ {
		id := fm.TaskID(fmt.Sprint(n))
		cut := y.cut("prepare", id, n)
		if got := y.git(y.root, "status", "--porcelain"); got != "" {
			t.Fatalf("cut at %d: the checkout is not clean: %s", n, got)
		}
		y.prepareAt(stacked(id))
		y.isOn("fix/issue-" + string(id))
		if got := y.git(y.root, "rev-parse", "HEAD"); got != home {
			t.Fatalf("cut at %d: it begins at %s, want %s", n, got, home)
		}
		y.removeAt(stacked(id))
		y.isOn("main")
		y.leftNothing()
		if !cut {
			break
		}
	}
	if n < 10 {
		t.Fatalf("only %d commands", n)
	}
}

// Caught: mend that does nothing; a second snapshot, of what was cleared already,
// which Restore would take for the last.
func TestRemoveCarriesOnWhereverItWasCutOff(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.write(filepath.Join(y.root, ".git/info/exclude"), "*.env\n")
	n := 1
	for ; ; n++ {
		id := fm.TaskID(fmt.Sprint(n))
		y.prepareAt(stacked(id))
		y.commit(y.root, "done.txt", string(id))
		y.force("committed.env", "of "+string(id))
		y.git(y.root, "commit", "--quiet", "-m", "insist")
		y.force("staged.env", "of "+string(id))
		for _, name := range []string{"main.txt", "new/untracked.txt", "staged.txt"} {
			y.write(filepath.Join(y.root, name), "of "+string(id)+"\n")
		}
		y.git(y.root, "add", "staged.txt")
		cut := y.cut("remove", id, n)
		y.removeAt(stacked(id))
		y.isOn("main")
		y.leftNothing()
		y.has("committed.env", "of "+string(id))
		y.has("staged.env", "of "+string(id))
		refs := strings.Fields(y.git(y.root, "for-each-ref", "--format=%(refname)", "refs/fm/preserved/"+string(id)))
		if len(refs) != 1 {
			t.Fatalf("cut at %d: preserved %s", n, refs)
		}
		if y.git(y.root, "rev-parse", refs[0]) != y.git(y.root, "rev-parse", "refs/fm/last/"+string(id)) {
			t.Fatalf("cut at %d: Restore would not bring back %s", n, refs[0])
		}
		for _, name := range []string{"main.txt", "new/untracked.txt", "staged.txt"} {
			if got := y.git(y.root, "show", refs[0]+":"+name); got != "of "+string(id) {
				t.Fatalf("cut at %d: %s holds %q", n, name, got)
			}
		}
		if !cut {
			break
		}
	}
	if n < 15 {
		t.Fatalf("only %d commands", n)
	}
}

// A git that was killed in the middle of its writing leaves files of both
// commits, and an index of one. Caught: mend that does nothing.
func TestHalfASwitchIsUndone(t *testing.T) {
	t.Parallel()
	for _, wrote := range []bool{false, true} {
		y := newYard(t, "")
		y.prepareAt(inMain("7"))
		y.commit(y.root, "a.txt", "a\n")
		to := y.commit(y.root, "main.txt", "two\n")
		y.removeAt(inMain("7"))
		from := y.git(y.root, "rev-parse", "HEAD")
		y.git(y.root, "update-ref", "refs/fm/home", from)
		y.write(filepath.Join(y.root, ".git", "fm-home"), "for fix/issue-7\ncommit "+from+"\nref refs/heads/main\nway entering\nfrom "+from+"\nto "+to+"\n")
		y.write(filepath.Join(y.root, "a.txt"), "a\n")
		if wrote {
			y.write(filepath.Join(y.root, "b.txt"), "mine\n")
			_, _, err := y.repo.Prepare(t.Context(), inMain("7"))
			refused(t, err, "a.txt, b.txt")
			y.removeAt(inMain("7"))
			if y.read(filepath.Join(y.root, "a.txt")) != "a\n" || y.read(filepath.Join(y.root, "b.txt")) != "mine\n" {
				t.Error("something was lost")
			}
			continue
		}
		y.prepareAt(inMain("7"))
		y.isOn("fix/issue-7")
		if got := y.git(y.root, "rev-parse", "HEAD"); got != to {
			t.Errorf("at %s, want %s", got, to)
		}
	}
}
