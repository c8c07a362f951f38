package github

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
)

var widget = Repo{dotcom, "acme", "widget"}

func TestMarkersAreReadAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMarker(widget, rapid.IntRange(1, 1<<31).Draw(t, "parent"), rapid.String().Draw(t, "key"), rapid.SliceOfN(rapid.IntRange(1, 1<<31), 0, 20).Draw(t, "deps"))
		got, ok := readMarker(rapid.String().Draw(t, "before") + m.String() + "\r\n")
		if len(m.deps) == 0 {
			m.deps = nil
		}
		if diff := cmp.Diff(got, m, cmp.AllowUnexported(marker{})); !ok || diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestKeysAreKeptApart(t *testing.T) {
	keys := []string{"1", "11", "a b", "a  b", "a-->b", "é", strings.Repeat("x", 64), strings.Repeat("x", 65), strings.Repeat("x", 66)}
	seen := map[string]bool{}
	for _, k := range keys {
		seen[newMarker(widget, 1, k, nil).key] = true
	}
	if len(seen) != len(keys) {
		t.Errorf("%d keys became %d", len(keys), len(seen))
	}
}

// Caught: only the exact form of the marker.
//
// Fault: F24.
func TestTextsFromOutsideHaveNoMarker(t *testing.T) {
	mark := newMarker(widget, 12, "1", nil).String()
	for _, text := range []string{mark, mark + mark, "<!--" + mark, "a\n" + mark + "\nb", tasksStart, closed, "<!--\n fm:v1"} {
		got := unmarked(text)
		if _, ok := readMarker(got); ok || strings.Contains(got, markerStart) || strings.Contains(got, tasksStart) {
			t.Errorf("%q became %q", text, got)
		}
	}
	if text := "<!-- a comment --> fm: <b>"; unmarked(text) != text {
		t.Errorf("%q became %q", text, unmarked(text))
	}
}

func FuzzReadMarker(f *testing.F) {
	f.Add("x\n" + newMarker(widget, 12, "k", []int{1, 2}).String())
	f.Add("<!-- fm:v1 parent=a/b#99999999999 key=1 -->")
	f.Add("<!-- fm:v1 parent=a/b#1 key=1 deps=,,99999999999999999999, -->")
	f.Fuzz(func(t *testing.T, text string) {
		m, ok := readMarker(text)
		if ok && (m.parent < 1 || m.key == "" || slices.ContainsFunc(m.deps, func(n int) bool { return n < 1 })) {
			t.Errorf("%q holds %+v", text, m)
		}
		if _, ok := readMarker(unmarked(text)); ok {
			t.Errorf("%q has a marker still", text)
		}
	})
}

func TestTaskListsAreAddedTo(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"none", "", "<!-- fm:tasks -->\n- [ ] #9\n<!-- /fm:tasks -->\n"},
		{"text", "Please.", "Please.\n\n<!-- fm:tasks -->\n- [ ] #9\n<!-- /fm:tasks -->\n"},
		{
			"one", "Please.\r\n<!-- fm:tasks -->\r\n- [x] #8 done\r\n<!-- /fm:tasks -->\r\nThanks.",
			"Please.\r\n<!-- fm:tasks -->\r\n- [x] #8 done\r\n- [ ] #9\n<!-- /fm:tasks -->\r\nThanks.",
		},
		{"no end", "<!-- fm:tasks -->\n- [ ] #8\nThanks.", "<!-- fm:tasks -->\n- [ ] #9\n<!-- /fm:tasks -->\n- [ ] #8\nThanks."},
		{"on one line", "<!-- fm:tasks --><!-- /fm:tasks -->", "<!-- fm:tasks -->\n- [ ] #9\n<!-- /fm:tasks -->"},
	} {
		if got := addTask(tt.body, 9); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	body := "- [ ] #1\n<!-- fm:tasks -->\n- [ ] #2\n  * [X] #3 x #4\n- #5\n- [ ] acme/other#6\n- [ ] #2\n- [ ] #0\n<!-- /fm:tasks -->\n- [ ] #7\n"
	if got := readTasks(body); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("tasks %v", got)
	}
}

// A line is added, and nothing that anybody wrote is lost.
func FuzzAddTask(f *testing.F) {
	f.Add("a\n<!-- fm:tasks -->\n- [ ] #2\n<!-- /fm:tasks -->\nb")
	f.Add("<!-- fm:tasks -->\n- [ ] #2\nb<!-- /fm:tasks -->")
	f.Add("<!-- /fm:tasks --><!-- fm:tasks -->")
	f.Fuzz(func(t *testing.T, body string) {
		before, after := readTasks(body), addTask(body, 9)
		tasks := readTasks(after)
		if !slices.Contains(tasks, 9) {
			t.Fatalf("%q has no #9", after)
		}
		ended := strings.Contains(body[strings.Index(body, tasksStart)+1:], tasksEnd)
		for _, n := range before {
			if ended && !slices.Contains(tasks, n) {
				t.Errorf("%q lost #%d", after, n)
			}
		}
		rest := strings.NewReader(after)
		for word := range strings.FieldsSeq(body) { // joined, halves of characters would make new ones
			for _, want := range word {
				for got := rune(-1); got != want; {
					r, _, err := rest.ReadRune()
					if err != nil {
						t.Fatalf("%q of %q is lost in %q", want, body, after)
					}
					got = r
				}
			}
		}
	})
}

func TestLabelsTellPriorities(t *testing.T) {
	for label, want := range map[string]fm.Priority{
		"priority: high": fm.High, "Priority:CRITICAL": fm.Critical, "priority/low": fm.Low, "priority-medium": fm.Normal,
		"priority_1": fm.Critical, "prio = normal": fm.Normal, "high priority": fm.High, "low-prio": fm.Low, " priority high ": fm.High,
		"priority: urgent": 0, "priority": 0, "highpriority": 0, "P1": 0, "critical": 0, "not a high priority": 0, "priority: high!": 0, "": 0,
	} {
		if got := priorityOf([]string{label}); got != want {
			t.Errorf("%q is %v, want %v", label, got, want)
		}
	}
	if got := priorityOf([]string{"priority: low", "bug", "priority: high"}); got != fm.High {
		t.Errorf("of two: %v", got)
	}
	for _, p := range []fm.Priority{fm.Critical, fm.High, fm.Normal, fm.Low} {
		if got := priorityOf([]string{priorityLabel(p)}); got != p {
			t.Errorf("our own label of %v is %v", p, got)
		}
	}
}
