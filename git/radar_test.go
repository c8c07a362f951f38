package git_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/supervisor"
)

var _ supervisor.Radar = (*git.Repo)(nil)

// crowd is a repository in which n branches change the same line, so that each
// conflicts with each other one.
func crowd(tb testing.TB, n int) (*yard, []fm.Site) {
	tb.Helper()
	y, s := newYard(tb, ""), &story{}
	first := s.whole(trunk, tree{"f": text("f"), "deep/er/g": text("g")})
	var sites []fm.Site
	for i := range n {
		at := on(fm.TaskID(fmt.Sprint(i + 1)))
		s.commit("refs/heads/"+at.Branch, tree{"f": text("f", 3, 100+i), "deep/er/g": text("g", i)}, first)
		sites = append(sites, at)
	}
	y.tell(s)
	return y, sites
}

// everything is every file below a folder, with what it says and when it was written.
func (y *yard) everything(dir string) map[string]string {
	y.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil || d.IsDir() {
			return err
		}
		all[path] = fmt.Sprint(info.Mode(), info.ModTime().UnixNano(), info.Size())
		return nil
	})
	if err != nil {
		y.Fatal(err)
	}
	return all
}

// A look leaves everything as it is: index, HEAD, files, refs, objects. It waits
// for no writer, and what its merges write is gone afterwards.
// Caught: merges into the repository's own objects; no sweeping up.
func TestTheRadarTouchesNothing(t *testing.T) {
	y, sites := crowd(t, 12)
	log := filepath.Join(t.TempDir(), "log")
	wrapped(t, `case "$*" in *merge-tree*) echo "$GIT_OBJECT_DIRECTORY" >>'`+log+`';; esac; exec "$GIT" "$@"`)
	dirty := y.prepare("1")
	y.write(filepath.Join(dirty, "f"), "half an idea\n")
	y.write(filepath.Join(y.root, "new.txt"), "not added\n")
	lock, err := os.OpenFile(filepath.Join(y.root, ".git", "fm.lock"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	before := y.everything(filepath.Dir(y.root))
	for _, repo := range []*git.Repo{y.repo, y.open()} {
		found, err := repo.Conflicts(t.Context(), sites)
		if err != nil || len(found) != 12*11/2 {
			t.Fatalf("%d conflicts, %v", len(found), err)
		}
		if _, err := repo.Files(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := repo.Renamed(t.Context()); err != nil {
			t.Fatal(err)
		}
		repo.Stamp(sites)
	}
	if diff := cmp.Diff(before, y.everything(filepath.Dir(y.root))); diff != "" {
		t.Fatalf("touched (-before +after):\n%s", diff)
	}
	used := strings.Fields(y.read(log))
	if len(used) != 4 {
		t.Fatalf("%d merging processes, want 4", len(used))
	}
	for _, dir := range used {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%s is left behind: %v", dir, err)
		}
	}
}

// A repository may stand anywhere, and borrow its objects from another one.
// Caught: a path that is not quoted for the list of alternates.
//
// Fault: F19.
func TestTheRadarFindsObjectsBehindAHostilePath(t *testing.T) {
	t.Parallel()
	y, s := newYard(t, `a:b "c" \ 日本`), &story{}
	first := s.whole(trunk, tree{"f": text("f")})
	s.commit("refs/heads/subissue/1", tree{"f": text("f", 3)}, first)
	s.commit("refs/heads/subissue/2", tree{"f": text("f", 3, 4)}, first)
	y.tell(s)
	y.sweep(y.repo, []fm.Site{on("1"), on("2")}, 1)
	borrower := filepath.Join(filepath.Dir(y.root), "borrower")
	y.git(y.root, "clone", "--quiet", "--shared", "--", y.root, borrower)
	for _, branch := range []string{"subissue/1", "subissue/2"} {
		y.git(borrower, "branch", "--quiet", branch, "origin/"+branch)
	}
	y.git(borrower, "update-ref", trunk, y.git(y.root, "rev-parse", trunk))
	y.root = borrower
	y.sweep(y.open(), []fm.Site{on("1"), on("2")}, 1)
}

// wrapped puts a script in the place of git, which gets git's path as $GIT.
func wrapped(t *testing.T, script string) {
	t.Helper()
	real, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "git"), []byte("#!/bin/sh\nGIT='"+real+"'\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

// git 2.38 merges one pair per process.
// Caught: the exit code of a conflict taken for a failure; asking it again.
func TestAnOldGitFindsTheSameConflicts(t *testing.T) {
	y, sites := crowd(t, 12)
	want, err := y.repo.Conflicts(t.Context(), sites)
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "log")
	wrapped(t, `case "$*" in *merge-tree*--stdin*) echo "$*" >>'`+log+`'; echo "error: unknown option" >&2; exit 129;; esac; exec "$GIT" "$@"`)
	repo := y.open()
	for range 2 {
		got, err := repo.Conflicts(t.Context(), sites)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-new +old):\n%s", diff)
		}
		y.git(y.root, "update-ref", "refs/heads/subissue/3", y.again("refs/heads/subissue/3"))
	}
	if tries := strings.Count(y.read(log), "--stdin"); tries > 2 {
		t.Fatalf("asked %d times for what it does not know", tries)
	}
}

// One new commit costs its own merges, and what is gone is forgotten.
// Caught: a memory that is thrown away; one that only grows.
func TestANewCommitCostsOnlyItsOwnMerges(t *testing.T) {
	y, sites := crowd(t, 6)
	log := filepath.Join(t.TempDir(), "log")
	wrapped(t, `case "$*" in *merge-tree*--stdin*) tee -a '`+log+`' | exec "$GIT" "$@"; exit;; esac; exec "$GIT" "$@"`)
	merged := func(want int) {
		t.Helper()
		y.write(log, "")
		if _, err := y.repo.Conflicts(t.Context(), sites); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(y.read(log), "\n"); got != want {
			t.Fatalf("%d merges, want %d", got, want)
		}
	}
	merged(15) // the base has not moved
	merged(0)
	y.git(y.root, "update-ref", "refs/heads/subissue/2", y.again("refs/heads/subissue/2"))
	merged(5)
	y.git(y.root, "update-ref", trunk, y.again(trunk))
	merged(0) // nothing that concerns anybody
	slices.Reverse(sites)
	merged(0)
	sites = sites[:3]
	merged(0)
	if merges, changes := y.repo.Remembered(); merges != 3 || changes > 4 {
		t.Fatalf("%d merges and %d changes are remembered, want 3 and 4", merges, changes)
	}
	y.git(y.root, "update-ref", "-d", "refs/heads/"+sites[0].Branch)
	merged(0)
	if merges, _ := y.repo.Remembered(); merges != 1 {
		t.Fatalf("%d merges are remembered, want 1", merges)
	}
}

// again makes a commit of the same files on top of another one.
func (y *yard) again(ref string) string {
	y.Helper()
	return y.git(y.root, "commit-tree", "-m", "again", "-p", ref, ref+"^{tree}")
}

// Caught: one folder for what the merges write, and no other where it is full.
func TestAFullMemoryIsNoObstacle(t *testing.T) {
	y, sites := crowd(t, 3)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	wrapped(t, `case "$*" in *merge-tree*) case "$GIT_OBJECT_DIRECTORY" in '`+temp+`'/*) ;; *) echo "No space left on device" >&2; exit 128;; esac;; esac; exec "$GIT" "$@"`)
	y.sweep(y.repo, sites, 3)
}

// A look that was cut short is made anew.
// Caught: a memory of merges that never ran.
func TestALookThatFailedIsForgotten(t *testing.T) {
	y, sites := crowd(t, 3)
	stop := filepath.Join(t.TempDir(), "stop")
	y.write(stop, "")
	wrapped(t, `case "$*" in *merge-tree*) test -e '`+stop+`' && exit 128;; esac; exec "$GIT" "$@"`)
	if _, err := y.repo.Conflicts(t.Context(), sites); err == nil || errors.Is(err, fm.ErrRefused) {
		t.Fatalf("got %v, want a transient error", err)
	}
	if err := os.Remove(stop); err != nil {
		t.Fatal(err)
	}
	y.sweep(y.repo, sites, 3)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := y.open().Conflicts(ctx, sites); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want the context's end", err)
	}
}

// Agents commit while others look, all at once.
// Caught: a memory that two looks write at once (with -race).
func TestAgentsCommitDuringALook(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	sites := []fm.Site{on("1"), on("2")}
	dirs := []string{y.prepare("1"), y.prepare("2")}
	var agents, lookers sync.WaitGroup
	done := make(chan struct{})
	for i, dir := range dirs {
		agents.Go(func() {
			for n := range 8 {
				for _, name := range []string{"main.txt", fmt.Sprint(i, ".txt")} {
					if err := os.WriteFile(filepath.Join(dir, name), []byte(text(name, i, n)), 0o644); err != nil {
						t.Error(err)
					}
				}
				if out, err := y.tryGit(dir, "add", "."); err != nil {
					t.Errorf("%v: %s", err, out)
				}
				if out, err := y.tryGit(dir, "commit", "--quiet", "-m", "more"); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			}
		})
	}
	for range 2 {
		lookers.Go(func() {
			for {
				y.repo.Stamp(sites)
				if _, err := y.repo.Conflicts(t.Context(), sites); err != nil {
					t.Error(err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	agents.Wait()
	close(done)
	lookers.Wait()
	y.conflicts([]fm.Conflict{{Tasks: [2]fm.TaskID{"1", "2"}, Files: []string{"main.txt"}}}, sites...)
	for _, dir := range dirs {
		if status := y.git(dir, "status", "--porcelain"); status != "" {
			t.Fatalf("left in %s: %s", dir, status)
		}
	}
}
