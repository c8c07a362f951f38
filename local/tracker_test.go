package local_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/local"
)

func newTracker(tb testing.TB) (*local.Tracker, string) {
	tb.Helper()
	dir := filepath.Join(tb.TempDir(), "issues")
	return local.NewTracker(dir), dir
}

// People write issues by hand, and not all of it is YAML.
func TestReadingIsLenient(t *testing.T) {
	for _, tt := range []struct {
		name, file, text string
		want             fm.Issue
	}{
		{
			"full", "0012-login.md",
			"---\nid: 12\ntitle: Add a login\nstatus: open\nparent: 3\ndependencies: [4, PROJ-5]\nlabels: [bug, ui]\npriority: high\n---\n\nBody.\n",
			fm.Issue{ID: "12", Title: "Add a login", Body: "Body.\n", Parent: "3", DependsOn: []fm.IssueID{"4", "PROJ-5"}, Labels: []string{"bug", "ui"}, Priority: fm.High},
		},
		{
			"nothing but a heading", "12-x.md", "# Add a login\n\nBody.\n",
			fm.Issue{ID: "12", Title: "Add a login", Body: "# Add a login\n\nBody.\n"},
		},
		{"nothing but a name", "0012-add-a-login.md", "Body.", fm.Issue{ID: "12", Title: "add a login", Body: "Body."}},
		{"nothing at all", "12.md", "", fm.Issue{ID: "12", Title: "12"}},
		{"a key for a name", "PROJ-7.md", "# T\n", fm.Issue{ID: "PROJ-7", Title: "T", Body: "# T\n"}},
		{"a key and a title", "PROJ-7-login.md", "---\nparent: PROJ-1\n---\n# T\n", fm.Issue{ID: "PROJ-7", Title: "T", Body: "# T\n", Parent: "PROJ-1"}},
		{"windows", "12.md", "\ufeff---\r\ntitle: T\r\nstatus: closed\r\n---\r\n\r\nBody.\r\n", fm.Issue{ID: "12", Title: "T", Body: "Body.\r\n", Closed: true}},
		{
			"not YAML", "12.md",
			"---\ntitle: [#3] fix: it\nid: #12\nparent: #3 # the big one\ndependencies: #4, #5\nlabels: a, b\nstatus: Closed\npriority: URGENT\nnonsense\n  : {\n---\n",
			fm.Issue{ID: "12", Title: "[#3] fix: it", Parent: "3", DependsOn: []fm.IssueID{"4", "5"}, Labels: []string{"a", "b"}, Closed: true},
		},
		{"a hash in a title", "12.md", "---\ntitle: Fix #3 again\n---\n", fm.Issue{ID: "12", Title: "Fix #3 again"}},
		{"octal", "0012-x.md", "---\nid: 0012\nparent: 010\n---\n# T", fm.Issue{ID: "12", Title: "T", Body: "# T", Parent: "10"}},
		{
			"block lists", "12.md", "---\ntitle: >-\n  long\n  title\ndependencies:\n- 4\n- \"5\"\nlabels:\n  - a\n---\n",
			fm.Issue{ID: "12", Title: "long title", DependsOn: []fm.IssueID{"4", "5"}, Labels: []string{"a"}},
		},
		{"a rule, not a front matter", "12.md", "---\ntitle: T\n", fm.Issue{ID: "12", Title: "12", Body: "---\ntitle: T\n"}},
		{"the id in the file wins", "13-x.md", "---\nid: 12\n---\n# T\n", fm.Issue{ID: "12", Title: "T", Body: "# T\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, tt.file, tt.text)
			write(t, dir, "README.md", "# no issue\n")
			tracker := local.NewTracker(dir)
			got, err := tracker.Issue(t.Context(), tt.want.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Fatal(diff)
			}
			if all, err := tracker.List(t.Context()); err != nil || len(all) != 1 {
				t.Fatalf("%d issues, %v; want 1", len(all), err)
			}
		})
	}
}

// Caught: an edit that marshals the whole front matter again.
func TestClosingChangesOnlyItsOwnLines(t *testing.T) {
	for _, tt := range []struct{ name, before, after string }{
		{
			"unknown keys and comments",
			"---\n# mine\nTitle:   'odd'\nestimate: {a: 1,  b: [2]}\nstatus: open   # for now\n\n# below\nzz: |\n  status: open\n---\nBody.  \n\n\n",
			"---\n# mine\nTitle:   'odd'\nestimate: {a: 1,  b: [2]}\nstatus: closed   # for now\n\n# below\nzz: |\n  status: open\nclosed_by_fm: true\n---\nBody.  \n\n\n\n## Comment by fm\n\nDone.\n",
		},
		{
			"windows",
			"\ufeff---\r\ntitle: T\r\nstatus: open\r\n---\r\nBody.",
			"\ufeff---\r\ntitle: T\r\nstatus: closed\r\nclosed_by_fm: true\r\n---\r\nBody.\r\n\r\n## Comment by fm\r\n\r\nDone.\r\n",
		},
		{
			"no front matter",
			"# T\n\nBody.",
			"---\nstatus: closed\nclosed_by_fm: true\n---\n\n# T\n\nBody.\n\n## Comment by fm\n\nDone.\n",
		},
		{
			"not UTF-8",
			"---\nwho: \xff\xfe\n---\n\x00\xff",
			"---\nwho: \xff\xfe\nstatus: closed\nclosed_by_fm: true\n---\n\x00\xff\n\n## Comment by fm\n\nDone.\n",
		},
		{
			"no line end",
			"---\nid: 12\n---",
			"---\nid: 12\nstatus: closed\nclosed_by_fm: true\n---\n## Comment by fm\n\nDone.\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "12.md", tt.before)
			if err := os.Chmod(filepath.Join(dir, "12.md"), 0o640); err != nil {
				t.Fatal(err)
			}
			if err := local.NewTracker(dir).Close(t.Context(), "12", "Done.\x1b[2J\n"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.after, read(t, dir, "12.md")); diff != "" {
				t.Fatal(diff)
			}
			if info, err := os.Stat(filepath.Join(dir, "12.md")); err != nil || info.Mode().Perm() != 0o640 {
				t.Fatalf("mode %v, %v", info.Mode(), err)
			}
		})
	}
}

// Caught: Close without the closed_by_fm mark.
func TestAReopenedIssueStaysOpen(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "12.md", "# T\n")
	tracker := local.NewTracker(dir)
	for range 2 {
		if err := tracker.Close(t.Context(), "12", "Done."); err != nil {
			t.Fatal(err)
		}
	}
	closed := read(t, dir, "12.md")
	if n := strings.Count(closed, "Done."); n != 1 {
		t.Fatalf("%d comments:\n%s", n, closed)
	}
	reopened := strings.Replace(closed, "status: closed", "status: open", 1)
	write(t, dir, "12.md", reopened)
	if err := tracker.Close(t.Context(), "12", "Done again."); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(reopened, read(t, dir, "12.md")); diff != "" {
		t.Fatal(diff)
	}
	if err := tracker.Close(t.Context(), "99", ""); !errors.Is(err, fm.ErrGone) {
		t.Fatalf("got %v, want gone", err)
	}
}

func TestTwoFilesForOneIDAreNamed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "0012-a.md", "# A\n")
	write(t, dir, "0020-copy-of-a.md", "---\nid: 12\nparent: 1\n---\n")
	write(t, dir, "14.md", "# fine\n")
	tracker := local.NewTracker(dir)
	_, err := tracker.Issue(t.Context(), "12")
	if !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), "0012-a.md") || !strings.Contains(err.Error(), "0020-copy-of-a.md") {
		t.Fatalf("got %v, want a refusal with both names", err)
	}
	if _, err := tracker.Children(t.Context(), "1"); !errors.Is(err, fm.ErrRefused) {
		t.Fatalf("children: got %v, want a refusal", err)
	}
	all, err := tracker.List(t.Context())
	if len(all) != 1 || all[0].ID != "14" || strings.Count(err.Error(), "claim") != 1 {
		t.Fatalf("listed %v, %v", all, err)
	}
	// The number of a name is taken, whatever the file says.
	issue, err := tracker.Add(t.Context(), "next", "")
	if err != nil || issue.ID != "21" {
		t.Fatalf("got #%s, %v; want #21", issue.ID, err)
	}
}

func TestChildrenComeInOrder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "1.md", "# Parent\n")
	for _, n := range []string{"10", "9", "2", "100"} {
		write(t, dir, n+"-x.md", "---\nparent: '#0001'\n---\n")
	}
	children, err := local.NewTracker(dir).Children(t.Context(), "1")
	var ids []fm.IssueID
	for _, c := range children {
		ids = append(ids, c.ID)
	}
	if diff := cmp.Diff([]fm.IssueID{"2", "9", "10", "100"}, ids); diff != "" || err != nil {
		t.Fatal(err, diff)
	}
}

func TestAFolderThatIsNotThereIsEmpty(t *testing.T) {
	tracker := local.NewTracker(filepath.Join(t.TempDir(), "a", "b"))
	if all, err := tracker.List(t.Context()); err != nil || len(all) > 0 {
		t.Fatalf("%v, %v", all, err)
	}
	if _, err := tracker.Issue(t.Context(), "1"); !errors.Is(err, fm.ErrGone) {
		t.Fatalf("got %v, want gone", err)
	}
	issue, err := tracker.Add(t.Context(), "Füge \x1b[31mLogin\nhinzu: 'x'", "Body.\n", "bug")
	if err != nil {
		t.Fatal(err)
	}
	want := fm.Issue{ID: "1", Title: "Füge Login hinzu: 'x'", Body: "Body.\n", Labels: []string{"bug"}}
	if diff := cmp.Diff(want, issue); diff != "" {
		t.Fatal(diff)
	}
}

func TestCreateWithTheSameKeyFindsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "1.md", "# Parent\n")
	write(t, dir, "2.md", "# Other parent\n")
	tracker := local.NewTracker(dir)
	create := func(parent fm.IssueID, key, title string) fm.Issue {
		t.Helper()
		issue, err := tracker.Create(t.Context(), parent, key, fm.Subissue{Title: title, Priority: "nonsense"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return issue
	}
	first := create("1", "a: [1", "One")
	if again := create("1", "a: [1", "Another title"); again.ID != first.ID || again.Title != "[#1] One" {
		t.Fatalf("got %+v, want %+v", again, first)
	}
	if other := create("2", "a: [1", "One"); other.ID == first.ID {
		t.Fatal("a key of one parent found the child of another")
	}
	// A crash may leave a temporary file.
	write(t, dir, ".fm-new", "half")
	create("1", "b", "[#1] Two")
	if _, err := tracker.Create(t.Context(), "77", "a", fm.Subissue{}, nil); !errors.Is(err, fm.ErrGone) {
		t.Fatalf("got %v, want gone", err)
	}
	children, err := tracker.Children(t.Context(), "1")
	if err != nil || len(children) != 2 || children[1].Title != "[#1] Two" || children[1].Priority != fm.Normal {
		t.Fatalf("%+v, %v", children, err)
	}
	if entries, err := filepath.Glob(filepath.Join(dir, ".fm-*")); err != nil || len(entries) > 0 {
		t.Fatalf("left: %v, %v", entries, err)
	}
}

// A pipe would hang the reader, a link lead it out of the folder.
// Caught: os.ReadFile of the name (hangs); no Lstat (follows the link).
//
// Fault: F18.
func TestOnlyRegularFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	write(t, filepath.Dir(secret), "secret", "# secret\n")
	for _, err := range []error{
		syscall.Mkfifo(filepath.Join(dir, "1.md"), 0o644),
		os.Symlink(secret, filepath.Join(dir, "2.md")),
		os.Mkdir(filepath.Join(dir, "3-taken.md"), 0o755),
		os.Symlink("5.md", filepath.Join(dir, "4.md")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir, "5.md", "# fine\n")
	write(t, dir, "6.md", "---\nparent: 5\n---\n"+strings.Repeat("x", 1<<20))
	tracker := local.NewTracker(dir)
	for _, id := range []fm.IssueID{"1", "2", "3", "4"} {
		if issue, err := tracker.Issue(t.Context(), id); !errors.Is(err, fm.ErrGone) {
			t.Errorf("#%s: %+v, %v; want gone", id, issue, err)
		}
	}
	for _, call := range []func() error{
		func() error { _, err := tracker.Issue(t.Context(), "6"); return err },
		func() error { _, err := tracker.Children(t.Context(), "5"); return err },
		func() error { return tracker.Close(t.Context(), "6", "") },
	} {
		if err := call(); !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), "1 MiB") {
			t.Errorf("got %v, want to be told the size limit", err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "0007-next.md"), 0o755); err != nil {
		t.Fatal(err)
	}
	if issue, err := tracker.Add(t.Context(), "next", ""); err != nil || issue.ID != "8" {
		t.Errorf("got #%s, %v; want the first number that is free", issue.ID, err)
	}
	// One bad file does not hide the others.
	if all, err := tracker.List(t.Context()); len(all) != 2 || all[0].ID != "5" || !errors.Is(err, fm.ErrRefused) {
		t.Errorf("listed %+v, %v", all, err)
	}
}

// Fault: F19.
func TestHostileTextStaysInItsPlace(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "issues")
	write(t, dir, "1.md", "# Parent\n")
	tracker := local.NewTracker(dir)
	for _, text := range []string{
		"../../etc/passwd", "/etc/passwd", "-rf", "a\x00b", "---\nstatus: closed\n---\n", "$(touch pwn)", "\u202egnp.exe", "",
		strings.Repeat("ä", 500), strings.Repeat("long ", 500), "true", "null", "*alias", "&anchor x", "!!binary x", "- item", "? key", "{a: b}", "\xff\xfe", "x: y # z", "'", `"`,
	} {
		issue, err := tracker.Create(t.Context(), "1", "key "+text, fm.Subissue{Title: text, Description: text, Criteria: []string{text}, Context: []string{text}}, nil)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		again, err := tracker.Create(t.Context(), "1", "key "+text, fm.Subissue{}, nil)
		if err != nil || again.ID != issue.ID {
			t.Fatalf("%q: a second call made #%s beside #%s (%v)", text, again.ID, issue.ID, err)
		}
		if issue.Closed || issue.Parent != "1" || len(issue.DependsOn) > 0 {
			t.Fatalf("%q became %+v", text, issue)
		}
		if diff := cmp.Diff(strings.TrimSpace("[#1] "+fm.Line(text, 200)), issue.Title); diff != "" {
			t.Fatal(diff)
		}
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range names {
		if name := e.Name(); name != ".lock" && (strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" || len(name) > 48) {
			t.Errorf("file name %q", name)
		}
	}
	if around, err := os.ReadDir(top); err != nil || len(around) != 1 {
		t.Errorf("beside the folder: %v, %v", around, err)
	}
	for _, id := range []fm.IssueID{"", "..", "../x", "/etc/passwd", "a/b", "-rf", "#1", "x\n"} {
		if _, err := tracker.Issue(t.Context(), id); !errors.Is(err, fm.ErrGone) {
			t.Errorf("issue %q: %v", id, err)
		}
		if _, err := tracker.Create(t.Context(), id, "k", fm.Subissue{}, nil); !errors.Is(err, fm.ErrGone) {
			t.Errorf("create below %q: %v", id, err)
		}
	}
}

// Somebody else holds the lock: whoever waits can give up.
func TestWaitingForTheLockEndsWithTheContext(t *testing.T) {
	dir := t.TempDir()
	lock, err := os.Create(filepath.Join(dir, ".lock"))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	tracker := local.NewTracker(dir)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	for i := range 3 {
		go func() {
			_, err := tracker.Add(ctx, fmt.Sprint(i), "")
			failed <- err
		}()
	}
	cancel()
	for range 3 {
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want the context's end", err)
		}
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	if issue, err := tracker.Add(t.Context(), "x", ""); err != nil || issue.ID != "1" {
		t.Fatalf("got %+v, %v", issue, err)
	}
}
