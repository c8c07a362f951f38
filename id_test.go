package fm_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// Fault: F20.
func TestIDsAreSafeWhereverTheyAreUsed(t *testing.T) {
	long := strings.Repeat("a", fm.MaxID)
	for in, want := range map[string]string{
		"123": "123", "#123": "123", "PROJ-123": "PROJ-123", "a.b_c-d": "a.b_c-d", "0": "0", long: long,
		"": "", "#": "", "##1": "", long + "a": "", "../../x": "", "-rf": "", ".": "", "..": "", "a/b": "", "a b": "",
		"a..b": "", "a.": "", "a.lock": "", "1\n": "", "1\x1b[31m": "", "１２": "", "а1": "", "_a": "", "a|b": "", "$(x)": "", "%1": "",
		" 1": "", "1 ": "", "a\x00": "", "#{pid}": "", "@": "", "~": "",
	} {
		issue, err := fm.ParseIssueID(in)
		if string(issue) != want || (err != nil) != (want == "") {
			t.Errorf("ParseIssueID(%q) = %q, %v; want %q", in, issue, err, want)
		}
		task, err2 := fm.ParseTaskID(in)
		if string(task) != want || (err2 != nil) != (want == "") {
			t.Errorf("ParseTaskID(%q) = %q, %v; want %q", in, task, err2, want)
		}
		if err != nil && err.Error() != fm.Plain(err.Error()) {
			t.Errorf("the error about %q is unsafe to show: %q", in, err)
		}
	}
}

// git has the last word on what may be part of a branch name.
//
// Fault: F20, F21.
func TestEveryIDIsABranchName(t *testing.T) {
	for _, id := range []string{"1", "PROJ-1", "a.b", "a_", "a-", "HEAD", "a.lock.b", "A", strings.Repeat("9", fm.MaxID)} {
		if _, err := fm.ParseTaskID(id); err != nil {
			t.Errorf("ParseTaskID(%q) = %v", id, err)
		}
		if out, err := exec.CommandContext(t.Context(), "git", "check-ref-format", "refs/heads/subissue/"+id).CombinedOutput(); err != nil {
			t.Errorf("git refuses %q: %v %s", id, err, out)
		}
	}
}

// The name of an events file must name one attempt, and one only.
// Caught: attempts read with Atoi alone, which takes +1 and 01.
func TestRunHasOneSpelling(t *testing.T) {
	for _, run := range []fm.Run{{Task: "456", Attempt: 2}, {Task: "456.2", Attempt: 1}, {Task: "a.b-c", Attempt: 10}} {
		if got, err := fm.ParseRun(run.String()); got != run || err != nil {
			t.Errorf("ParseRun(%q) = %v, %v; want %v", run, got, err, run)
		}
	}
	for _, s := range []string{"", ".", "456", "456.", ".1", "456.0", "456.-1", "456.+1", "456.01", "456.1.new", "#456.1", "a/b.1", "456.1 ", "456.99999999999999999999"} {
		if got, err := fm.ParseRun(s); err == nil || got != (fm.Run{}) {
			t.Errorf("ParseRun(%q) = %v, %v; want an error", s, got, err)
		}
	}
}

func TestWorkersAreBounded(t *testing.T) {
	for in, want := range map[string]fm.WorkerID{"worker-1": 1, "3": 3, "worker-500": 500, "": 0, "worker-0": 0, "-1": 0, "501": 0, "worker-": 0, "supervisor": 0} {
		got, err := fm.ParseWorkerID(in)
		if got != want || (err != nil) != (want == 0) {
			t.Errorf("ParseWorkerID(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
}

func FuzzParseRun(f *testing.F) {
	f.Add("456.2")
	f.Add("#a.b.01")
	f.Add("../x.1")
	f.Fuzz(func(t *testing.T, s string) {
		run, err := fm.ParseRun(s)
		if err != nil {
			return
		}
		if run.String() != s {
			t.Errorf("ParseRun(%q).String() = %q", s, run)
		}
		if filepath.Base(s) != s || !filepath.IsLocal(s) {
			t.Errorf("%q is not a plain file name", s)
		}
	})
}

func FuzzParseTaskID(f *testing.F) {
	f.Add("#123")
	f.Add("a.lock")
	f.Add("a..b\n")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := fm.ParseTaskID(s)
		if err != nil {
			return
		}
		again, err := fm.ParseTaskID(string(id))
		if again != id || err != nil {
			t.Errorf("ParseTaskID(%q) = %q, which is read as %q, %v", s, id, again, err)
		}
		if n := string(id); len(n) > fm.MaxID || filepath.Base(n) != n || !filepath.IsLocal(n) || strings.ContainsAny(n, "/ |#$'\"\\") {
			t.Errorf("id %q is unsafe", n)
		}
	})
}
