package fm_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestThePageOfSecurityNamesWhatThereIs: a claim with the name of a test that is gone
// is a claim. Caught: a test that was renamed.
func TestThePageOfSecurityNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(page), "\n"); n > 150 {
		t.Errorf("the page has %d lines, want at most 150", n)
	}
	found := map[string]bool{}
	for _, file := range testFiles(t) {
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllStringSubmatch(file.text, -1) {
			found[m[1]] = true
		}
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)\\w+|[\\w-]+\\.txtar)`").FindAllStringSubmatch(string(page), -1)
	for _, m := range named {
		name := m[1]
		if strings.HasSuffix(name, ".txtar") {
			if _, err := os.Stat("cmd/fm/testdata/script/" + name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !found[name] {
			t.Errorf("there is no %s", name)
		}
	}
	if len(named) < 20 {
		t.Errorf("only %d tests are named", len(named))
	}
}
