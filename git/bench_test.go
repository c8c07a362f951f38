package git_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/founder-mode/fm"
)

// What a worker waits for between two tasks, on a checkout of 1,000 files.
func BenchmarkPrepare(b *testing.B) {
	y := newYard(b, "")
	for i := range 1000 {
		y.write(filepath.Join(y.root, fmt.Sprintf("d%d/f%d.txt", i%10, i)), fmt.Sprint(i))
	}
	y.git(y.root, "add", ".")
	y.git(y.root, "commit", "--quiet", "-m", "many")
	y.git(y.root, "push", "--quiet")
	n := 0
	for b.Loop() {
		n++
		if _, _, err := y.repo.Prepare(b.Context(), on(fm.TaskID(fmt.Sprint(n)))); err != nil {
			b.Fatal(err)
		}
	}
}
