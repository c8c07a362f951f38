package fm_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryFuzzTestHasACorpus: what a parser of foreign text was once hard put to
// read is read again in every run of the tests. Caught: a fuzz test without a
// folder, and a folder whose fuzz test was renamed.
func TestEveryFuzzTestHasACorpus(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(f \*testing\.F\)`)
	corpora, tests := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() && filepath.Base(filepath.Dir(path)) == "fuzz":
			corpora[path] = true
		case strings.HasSuffix(path, "_test.go"):
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range named.FindAllStringSubmatch(string(text), -1) {
				tests[filepath.Join(filepath.Dir(path), "testdata", "fuzz", m[1])] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir := range tests {
		if inputs, _ := filepath.Glob(filepath.Join(dir, "*")); len(inputs) < 3 {
			t.Errorf("%s holds %d inputs, want at least 3: scripts/fuzz 20s finds some", dir, len(inputs))
		}
	}
	for dir := range corpora {
		if !tests[dir] {
			t.Errorf("%s belongs to no fuzz test", dir)
		}
	}
	if len(tests) < 40 {
		t.Errorf("found only %d fuzz tests", len(tests))
	}
}
