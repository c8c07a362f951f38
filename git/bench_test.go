package git_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// manyFiles is a checkout of 1,000 files.
func manyFiles(b *testing.B) *yard {
	b.Helper()
	y := newYard(b, "")
	for i := range 1000 {
		y.write(filepath.Join(y.root, fmt.Sprintf("d%d/f%d.txt", i%10, i)), strings.Repeat(fmt.Sprintln(i), 100))
	}
	y.git(y.root, "add", ".")
	y.git(y.root, "commit", "--quiet", "-m", "many")
	y.git(y.root, "push", "--quiet")
	return y
}

// What a worker waits for between two tasks: a worktree of 1,000 files, made by
// hand, which is the reference; by Prepare, which asks the remote before; and by
// Prepare with one that is ready. What is made is removed outside of the time that
// counts, so that every one finds the disk as the first did.
func BenchmarkWorktree(b *testing.B) {
	dir := func(y *yard, n int) string { return filepath.Join(y.root, ".worktrees", fmt.Sprintf("issue-%d", n)) }
	prepare := func(y *yard, n int) {
		if _, _, err := y.repo.Prepare(y.Context(), on(fm.TaskID(fmt.Sprint(n)))); err != nil {
			y.Fatal(err)
		}
	}
	for _, way := range []struct {
		name         string
		before, does func(y *yard, n int)
	}{
		{"bare-add", func(*yard, int) {}, func(y *yard, n int) {
			y.git(y.root, "worktree", "add", "--quiet", "-b", fmt.Sprintf("subissue/%d", n), dir(y, n), "origin/main")
		}},
		{"prepare", func(*yard, int) {}, prepare},
		{"prepare-ready", func(y *yard, _ int) { y.stock(1) }, prepare},
	} {
		b.Run(way.name, func(b *testing.B) {
			y := manyFiles(b)
			n := 0
			for b.Loop() {
				b.StopTimer()
				n++
				way.before(y, n)
				b.StartTimer()
				way.does(y, n)
				b.StopTimer()
				y.git(y.root, "worktree", "remove", "--force", dir(y, n))
				b.StartTimer()
			}
		})
	}
}

// What the reserve costs beside the work: one more worktree that is ready.
func BenchmarkStock(b *testing.B) {
	y := manyFiles(b)
	for b.Loop() {
		y.stock(1)
		b.StopTimer()
		y.stock(0)
		b.StartTimer()
	}
}
