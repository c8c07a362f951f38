package fm_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// testFile is one file of tests of the module.
type testFile struct{ path, text string }

// testFiles reads all of them.
func testFiles(tb testing.TB) []testFile {
	tb.Helper()
	var all []testFile
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		all = append(all, testFile{path: path, text: string(text)})
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// TestEveryFuzzTestHasACorpus: what a parser of foreign text was once hard put to
// read is read again in every run of the tests. Caught: a fuzz test without a
// folder, and a folder whose fuzz test was renamed.
func TestEveryFuzzTestHasACorpus(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(f \*testing\.F\)`)
	tests := map[string]bool{}
	for _, file := range testFiles(t) {
		for _, m := range named.FindAllStringSubmatch(file.text, -1) {
			dir := filepath.Join(filepath.Dir(file.path), "testdata", "fuzz", m[1])
			tests[dir] = true
			if inputs, _ := filepath.Glob(filepath.Join(dir, "*")); len(inputs) < 3 {
				t.Errorf("%s holds %d inputs, want at least 3: scripts/fuzz 20s finds some", dir, len(inputs))
			}
		}
	}
	for _, pattern := range []string{"testdata/fuzz/*", "*/testdata/fuzz/*", "*/*/testdata/fuzz/*"} {
		corpora, _ := filepath.Glob(pattern)
		for _, dir := range corpora {
			if !tests[dir] {
				t.Errorf("%s belongs to no fuzz test", dir)
			}
		}
	}
	if len(tests) < 60 {
		t.Errorf("found only %d fuzz tests", len(tests))
	}
}
