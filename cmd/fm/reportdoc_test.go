package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm/report"
)

// TestEveryFieldOfTheReportIsExplained holds docs/report.md against the type that
// fm report --json prints. Caught: a field that was added and not explained.
func TestEveryFieldOfTheReportIsExplained(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, row := range fieldRows("", "", reflect.TypeFor[report.Report]()) {
		cells := strings.Split(row, " | ")
		want = append(want, cells[0]+" | "+cells[2])
	}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if !strings.HasPrefix(line, "| `") || len(cells) < 3 {
			continue
		}
		if meaning := strings.Trim(cells[2], "| "); len(meaning) < 3 {
			t.Errorf("no meaning: %s", line)
		}
		got = append(got, cells[0]+" | "+cells[1])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/report.md differs from report.Report (- what is, + what is explained):\n%s", diff)
	}
}
