package intake

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// TestPathsOfATaskAreBounded keeps what names one place in the repository.
// Caught: a path above the repository that a folder in front of it hid; the root,
// with which everything overlaps; a colon, which would make two paths of one.
func TestPathsOfATaskAreBounded(t *testing.T) {
	for _, c := range []struct{ path, want string }{
		{"src/auth/login.ts", "src/auth/login.ts"},
		{" ./src//auth/../login.ts ", "src/login.ts"},
		{"src/auth/", "src/auth/"},
		{`src\auth\login.ts`, "src/auth/login.ts"},
		{"README.md", "README.md"},
		{"docs/50% done|really.md", "docs/50% done|really.md"},
		{strings.Repeat("x", 200), strings.Repeat("x", 200)},
		{strings.Repeat("x", 201), ""},
		{"", ""},
		{".", ""},
		{"./", ""},
		{"a/..", ""},
		{"..", ""},
		{"../x", ""},
		{"a/../../x", ""},
		{"..x/y", "..x/y"},
		{"/etc/passwd", ""},
		{"C:/x.go", ""},
		{"x.go:12", ""},
		{"a\nb", ""},
		{"a\tb", ""},
		{"a\x1b[2Jb", ""},
		{"a\u202eb", ""},
		{"a\xffb", ""},
	} {
		if got := strings.Join(cleanPaths([]string{c.path}), " & "); got != c.want {
			t.Errorf("%q: got %q, want %q", c.path, got, c.want)
		}
	}
	var many []string
	for i := range 30 {
		many = append(many, "bad:one", fmt.Sprint("f", i), fmt.Sprint("./f", i))
	}
	if got := cleanPaths(many); len(got) != 20 || got[0] != "f0" || got[19] != "f19" {
		t.Errorf("of many: got %q", got)
	}
}

// TestPathsOfAPlanComeIntoTheQueue, and back from its file. Those who were not
// planned have none.
// Caught: a plan's paths that only the tracker got.
func TestPathsOfAPlanComeIntoTheQueue(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1"}, fm.Issue{ID: "2"}, fm.Issue{ID: "21", Parent: "2"})
	o.split = func(fm.IssueID, int) (fm.Split, error) {
		s := plan("part", 2)
		s.Subissues[0].Paths = []string{"./src/a.go", "src/auth/", "x:y", "src/a.go"}
		return s, nil
	}
	if _, err := o.take("1", "2"); err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for _, task := range o.tasks() {
		got = append(got, task.Paths)
	}
	if diff := cmp.Diff([][]string{{"src/a.go", "src/auth/"}, nil, nil}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzPaths takes paths from anywhere: what is kept reads back from the queue as
// it is. Caught: a name that begins with a space behind "./", which was another
// name when it was read a second time.
func FuzzPaths(f *testing.F) {
	for _, s := range []string{"a/b", "a/../..", "a:b", "/", "a\\..\\..\\b", "%2F|=", "\xff", "a/ /b", " "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kept := cleanPaths(strings.Split(s, "\n"))
		if again := cleanPaths(kept); !slices.Equal(again, kept) {
			t.Errorf("%q, cleaned once more: %q", kept, again)
		}
		q := newDisk()
		if _, err := q.open(t).Commit(t.Context(), clock(), queue.Add(fm.Task{ID: "1", Paths: kept}, clock())); err != nil {
			t.Fatal(err)
		}
		if task, _ := q.open(t).Snapshot().Task("1"); !slices.Equal(task.Paths, kept) {
			t.Errorf("kept %q, read %q", kept, task.Paths)
		}
	})
}
