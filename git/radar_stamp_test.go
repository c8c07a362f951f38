package git_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// stamped are the sites whose branches the tests of stamps move.
func stamped() []fm.Site { return []fm.Site{on("1"), mending("PROJ-1"), on("9")} }

// moved says whether the stamp is another one after something was done.
func (y *yard) moved(stamp *string, what func()) bool {
	y.Helper()
	what()
	now := y.repo.Stamp(stamped())
	if now == "" {
		y.Fatal("no stamp")
	}
	other := now != *stamp
	*stamp = now
	return other
}

// Caught: no look at packed refs; at fix branches; at the base.
func TestTheStampTellsThatABranchHasMoved(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	stamp := y.repo.Stamp(stamped())
	update := func(args ...string) func() {
		return func() { y.git(y.root, append([]string{"update-ref"}, args...)...) }
	}
	steps := []struct {
		name string
		do   func()
	}{
		{"new", update("refs/heads/subissue/1", "HEAD")},
		{"moved", update("refs/heads/subissue/1", y.again("HEAD"))},
		{"another's", update("refs/heads/fix/issue-PROJ-1", "HEAD")},
		{"base", update(trunk, y.again("HEAD"))},
		{"packed", func() {
			y.git(y.root, "pack-refs", "--all", "--prune")
			y.git(y.root, "update-ref", "refs/heads/subissue/1", "HEAD")
		}},
		{"packed one deleted", update("-d", "refs/heads/fix/issue-PROJ-1")},
		{"deleted", update("-d", "refs/heads/subissue/1")},
		{"reftable", func() { y.write(filepath.Join(y.root, ".git", "reftable", "tables.list"), "0x1-0x2-a.ref\n") }},
	}
	for _, step := range steps {
		if !y.moved(&stamp, step.do) {
			t.Fatalf("%s: the stamp is the same", step.name)
		}
		if y.moved(&stamp, func() {}) {
			t.Fatalf("%s: the stamp is another one, and nothing has moved", step.name)
		}
	}
	for name, do := range map[string]func(){
		"the user's branch": update("refs/heads/other", "HEAD"),
		"one that is over":  update("refs/heads/subissue/7", "HEAD"),
		"a fix of a person": update("refs/heads/fix/typo", "HEAD"),
		"a preserved one":   update("refs/fm/preserved/1/1", "HEAD"),
		"another remote's":  update("refs/remotes/origin/subissue/7", "HEAD"),
		"a lock":            func() { y.write(filepath.Join(y.root, ".git/refs/heads/subissue/9.lock"), "") },
	} {
		if y.moved(&stamp, do) {
			t.Fatalf("%s is none of ours, and the stamp is another one", name)
		}
	}
}

// Two commits within one tick of the file system's clock.
// Caught: a stamp of names, times and sizes.
func TestTheStampNeedsNoClock(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	file := filepath.Join(y.root, ".git/refs/heads/subissue/1")
	then := time.Unix(1700000000, 0)
	write := func(sha string) {
		y.write(file, sha+"\n") // into the same inode
		for _, path := range []string{file, filepath.Dir(file)} {
			if err := os.Chtimes(path, then, then); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(commitA)
	stamp := y.repo.Stamp(stamped())
	if !y.moved(&stamp, func() { write(commitB) }) {
		t.Fatal("the stamp is the same")
	}
}

func TestTheStampOfNothingIsEmpty(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	if err := os.RemoveAll(filepath.Join(y.root, ".git")); err != nil {
		t.Fatal(err)
	}
	if stamp := y.repo.Stamp(stamped()); stamp != "" {
		t.Fatalf("got %q", stamp)
	}
	if stamp := newYard(t, "").repo.Stamp(nil); stamp != "" {
		t.Fatalf("of no sites: got %q", stamp)
	}
}

// What every tick pays for: 100 branches, of which 10 are at work.
func BenchmarkRadarStamp(b *testing.B) {
	y := newYard(b, "")
	var sites []fm.Site
	for i := range 100 {
		at := on(fm.TaskID(fmt.Sprint(i)))
		y.git(y.root, "update-ref", "refs/heads/"+at.Branch, "HEAD")
		if i%10 == 0 {
			sites = append(sites, at)
		}
	}
	for b.Loop() {
		y.repo.Stamp(sites)
	}
}
