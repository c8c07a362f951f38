package ui

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestThePageOfKeys holds the table in docs/dashboard.md to the keys that there
// are; -update writes it anew.
func TestThePageOfKeys(t *testing.T) {
	const path, begin, end = "../docs/dashboard.md", "<!-- keys: begin -->\n", "<!-- keys: end -->"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	table, after, whole := strings.Cut(rest, end)
	if !ok || !whole {
		t.Fatalf("%s has no place for the keys", path)
	}
	want := keyTable()
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(table, want); diff != "" {
		t.Errorf("run with -update if the keys are right (-page +keys):\n%s", diff)
	}
}

// keyTable is the key table in Markdown, in the order of the help page.
func keyTable() string {
	var headings []string
	rows := map[string]string{}
	for _, b := range bindings() {
		if b.help == "" {
			continue
		}
		h := b.heading()
		if !slices.Contains(headings, h) {
			headings = append(headings, h)
		}
		var keys []string
		for k := range strings.FieldsSeq(b.words()) {
			keys = append(keys, "`"+strings.ReplaceAll(k, "|", `\|`)+"`")
		}
		rows[h] += fmt.Sprintf("| %s | %s |\n", strings.Join(keys, " "), strings.ReplaceAll(b.help, "|", `\|`))
	}
	last := func(h string) int { // as the help page has them
		switch {
		case h == dashboardGroup:
			return 2
		case strings.HasPrefix(h, moveGroup):
			return 1
		}
		return 0
	}
	slices.SortStableFunc(headings, func(a, b string) int { return last(a) - last(b) })
	var out strings.Builder
	for _, h := range headings {
		fmt.Fprintf(&out, "| %s | |\n|---|---|\n%s\n", h, rows[h])
	}
	return out.String()
}
