package overlap_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm/overlap"
)

// files makes a repository of folders and names that repeat, as real ones do.
func files(count int) []string {
	var all []string
	for i := range count {
		all = append(all, fmt.Sprintf("services/s%02d/src/part%03d/%s", i%50, i/50, []string{"index.ts", "main.go", "types.ts", fmt.Sprintf("file%05d.go", i)}[i%4]))
	}
	return all
}

// What a user waits for before fm fix asks: the text of one long issue.
func BenchmarkMentions(b *testing.B) {
	var text strings.Builder
	for _, file := range glob(b, filepath.Join("testdata", "issues", "*.md")) {
		text.WriteString(read(b, file))
	}
	issue := text.String()[:20<<10-200] + "\n/home/ci/services/s03/src/part000/file00003.go:12\nfile00007.go\n"
	for _, count := range []int{10_000, 100_000} {
		tree := overlap.NewTree(files(count), nil)
		b.Run(fmt.Sprintf("20KB/%d-files", count), func(b *testing.B) {
			b.SetBytes(int64(len(issue)))
			for b.Loop() {
				tree.Mentions(issue)
			}
		})
	}
}

func BenchmarkNewTree(b *testing.B) {
	for _, count := range []int{10_000, 100_000} {
		all := files(count)
		b.Run(fmt.Sprintf("%d-files", count), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				overlap.NewTree(all, nil)
			}
		})
	}
}

// The slowest of them tells what a megabyte can cost at most.
func BenchmarkHostile(b *testing.B) {
	tree := overlap.NewTree(files(10_000), nil)
	for name, text := range hostile(1 << 20) {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				tree.Mentions(text)
			}
		})
	}
}
