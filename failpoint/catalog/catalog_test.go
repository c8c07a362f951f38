package catalog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNamesAreFoundInTheSource: caught: names in files that only one system
// builds, and those that a value carries.
func TestNamesAreFoundInTheSource(t *testing.T) {
	root := source(t, map[string]string{
		"a/a_linux.go": "package a\nfunc f() {\n\tdefer failpoint.Step(\"a.write\")()\n}\n",
		"b.go":         "package b\nvar c = call{step: failpoint.Name(\"b.push-it\")}\nfunc f(c call) { failpoint.Step(c.step)() }\n",
		"b_test.go":    "package b\nfunc f() { failpoint.Step(\"b.of-a-test\") }\n",
		".cache/c.go":  "package c\nfunc f() { failpoint.Step(\"c.cached\") }\n",
	})
	got, err := Read(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []Point{{"a.write", "a/a_linux.go", 3}, {"b.push-it", "b.go", 2}}
	if diff := cmp.Diff(want, got.Points); diff != "" {
		t.Errorf("points (-want +got):\n%s", diff)
	}
}

func TestANameThatCannotBeToldApartIsAnError(t *testing.T) {
	for want, text := range map[string]string{
		"stands in":   "package a\nfunc f() { failpoint.Step(\"a.b\"); failpoint.Step(\"a.b\") }\n",
		"no literal":  "package a\nfunc f(s string) { failpoint.Name(s) }\n",
		"want a name": "package a\nfunc f() { failpoint.Step(\"Push it\") }\n",
	} {
		if _, err := Read(source(t, map[string]string{"a.go": text})); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestTestsSayWhichFaultsTheyShow(t *testing.T) {
	root := source(t, map[string]string{
		"a/a_test.go": "package a\n\n// TestIt holds. Not F9.\n//\n// Fault: F1, F12.\nfunc TestIt(t *testing.T) {}\n\n// TestOther is about nothing.\nfunc TestOther(t *testing.T) {}\n",
	})
	got, err := Read(root)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Test{{"TestIt", "a", []string{"F1", "F12"}}}, got.Tests); diff != "" {
		t.Errorf("tests (-want +got):\n%s", diff)
	}
}

// TestFmHasPoints: the source of fm itself can be read.
func TestFmHasPoints(t *testing.T) {
	got, err := Read("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Points) < 40 {
		t.Errorf("%d failpoints, want all of fm's", len(got.Points))
	}
}

func source(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
