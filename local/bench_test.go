package local_test

import (
	"fmt"
	"testing"

	"github.com/founder-mode/fm/local"
)

// The supervisor asks for every parent's children again and again.
func BenchmarkChildrenAmongThousandIssues(b *testing.B) {
	dir := b.TempDir()
	for i := range 1000 {
		write(b, dir, fmt.Sprintf("%04d-x.md", i+1), fmt.Sprintf("---\nid: %d\ntitle: '[#1] Some title'\nstatus: open\nparent: %d\ndependencies: [3, 4]\nlabels: []\npriority: high\n---\n\nBody.\n", i+1, i/4+1))
	}
	tracker := local.NewTracker(dir)
	for b.Loop() {
		if _, err := tracker.Children(b.Context(), "7"); err != nil {
			b.Fatal(err)
		}
	}
}
