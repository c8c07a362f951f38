package intake

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/founder-mode/fm"
)

// hostile is lines that a description, a title or an item may hold, and that
// look like something else.
func hostile() []string {
	return []string{
		"", "word", "# Plan for #9", "## 2. Another", "### Description", "  ### acceptance CRITERIA ##", "#### Deep", "#", "##", "###", `\# kept`, `\\## kept`, "   # indented", "    # code",
		"```", "```go", "````", "~~~", "  ```", "``` a`b", "\t```", `\~~~`, "- [ ] item", "- Priority: low", "Depends on: 1", "-->", "<!-- x", "---", "1. one", "[ ] box", "* star",
		"`tick`", "`", "a\tb  ", "<b>ü</b> 漢字 👩‍💻", "Paths:", "| a | b |",
	}
}

func drawText(t *rapid.T, label string) string {
	lines := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile()), rapid.StringN(0, 40, -1)), 0, 12).Draw(t, label)
	return strings.TrimSpace(fm.Plain(strings.Join(lines, "\n")))
}

func drawLine(t *rapid.T, label string) string {
	line := fm.Line(rapid.OneOf(rapid.SampledFrom(hostile()), rapid.StringN(1, 60, -1)).Draw(t, label), 100)
	if line == "" {
		return "word"
	}
	return line
}

func drawLines(t *rapid.T, label string) []string {
	var out []string
	for range rapid.IntRange(0, 4).Draw(t, label) {
		out = append(out, drawLine(t, label))
	}
	return out
}

// drawPlan gives what Claude may answer, in the one form that package claude
// brings it into.
func drawPlan(t *rapid.T) fm.Split {
	var s fm.Split
	n := rapid.IntRange(1, 6).Draw(t, "n")
	for i := range n {
		sub := fm.Subissue{
			Title: drawLine(t, "title"), Description: drawText(t, "description"),
			Criteria: drawLines(t, "criteria"), Context: drawLines(t, "context"),
			Hours:    float64(rapid.IntRange(0, 400).Draw(t, "hours")) / 25,
			Priority: rapid.SampledFrom([]string{"", "critical", "high", "normal", "low"}).Draw(t, "priority"),
		}
		for _, p := range drawLines(t, "paths") {
			if p = strings.Trim(p, "./"); p != "" && !strings.Contains(p, "..") {
				sub.Paths = append(sub.Paths, fm.Line("a"+p, 0))
			}
		}
		for d := range i {
			if rapid.Bool().Draw(t, "needs") {
				sub.DependsOn = append(sub.DependsOn, d+1)
			}
		}
		s.Subissues = append(s.Subissues, sub)
	}
	return s
}

// TestPlanComesBackAsItWas renders and reads whatever Claude may have said.
// Caught: a heading in a description that began a subissue; an open code block
// that swallowed the next one; a second checkbox that was taken off; backticks
// of a path.
func TestPlanComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawPlan(t)
		text := RenderPlan(fm.Issue{ID: "PROJ-1.2", Title: drawLine(t, "issue")}, want)
		id, got, err := ParsePlan(text)
		if err != nil || id != "PROJ-1.2" {
			t.Fatalf("got %q, %v of\n%s", id, err, text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s\n%s", diff, text)
		}
		if _, got, err := ParsePlan(strings.ReplaceAll(text, "\n", "\r\n")); err != nil || !cmp.Equal(want, got) {
			t.Fatalf("with CRLF: %v, %s", err, cmp.Diff(want, got))
		}
	})
}

// TestPlanIsWrittenForPeople holds the form of the file.
func TestPlanIsWrittenForPeople(t *testing.T) {
	text := RenderPlan(fm.Issue{ID: "123", Title: "Log\nin"}, fm.Split{Subissues: []fm.Subissue{
		{Title: "Add the parser", Priority: "high", Hours: 2.5, Description: "Parse it.\n\n```sh\n# not a heading\n```\n# a heading", Criteria: []string{"It works."}, Paths: []string{"parse.go"}},
		{Title: "Use it", Priority: "low", Hours: 3, DependsOn: []int{1}, Context: []string{"As in log.go."}},
	}})
	want := planHelp + `
# Plan for #123: Log in

## 1. Add the parser

- Priority: high
- Hours: 2.5

### Description

Parse it.

` + "```sh\n# not a heading\n```" + `
\# a heading

### Acceptance criteria

- [ ] It works.

### Paths

- ` + "`parse.go`" + `

## 2. Use it

- Priority: low
- Hours: 3
- Depends on: 1

### Technical context

- As in log.go.
`
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// short tells a plan in a few words.
func short(s fm.Split) string {
	var out []string
	for _, sub := range s.Subissues {
		word := fmt.Sprintf("%s %s %g %v", sub.Title, sub.Priority, sub.Hours, sub.DependsOn)
		for _, list := range [][]string{sub.Criteria, sub.Context, sub.Paths} {
			word += " (" + strings.Join(list, "; ") + ")"
		}
		out = append(out, word+" "+sub.Description)
	}
	return strings.Join(out, " | ")
}

// TestPlanIsReadAsPeopleWriteIt edits a file in the ways in which people do.
// Caught: positions where numbers are meant, after subissues changed places.
func TestPlanIsReadAsPeopleWriteIt(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"the least that is a plan": {"# Plan for #7\n## Do it", "Do it  0 [] () () () "},
		"another order": {
			"# Plan for #7\n## 3. C\n- Depends on: 1\n## 1. A\n## 2. B\n- Depends on: 3, 1",
			"C  0 [2] () () ()  | A  0 [] () () ()  | B  0 [1 2] () () () ",
		},
		"one taken out, one put in without a number": {
			"# Plan for #7\n## 1. A\n## New\n- depends on: #4 and 1\n## 4) D\n- After: none",
			"A  0 [] () () ()  | New  0 [1 3] () () ()  | D  0 [] () () () ",
		},
		"no numbers at all": {"# Plan for #7\n## A\n## B\nDepends on: 1", "A  0 [] () () ()  | B  0 [1] () () () "},
		"the template of the subissues": {
			"\ufeff\n# #7\n\n## A\n**Estimated Hours**: 3\n**Priority:** High\nPaths: a.go, `b c.go`\n### DESCRIPTION:\n\n Text.\n\n### Criteria\n* [x] one\n+ two\n3. three\n\n### Context\n• here\nand on\n\nnew\n\n---\n",
			"A high 3 [] (one; two; three) (here and on; new) (a.go; b c.go) Text.",
		},
		"values":                 {"# Plan for issue 7\n## A\n- Hours: 2 h\n- Priority: 1\n### Files\n- [x.go\n- ./y/z.go\n\n", "A critical 2 [] () () ([x.go; ./y/z.go) "},
		"an empty value":         {"# Plan of #7\n## A\n- Hours:\n- Priority:\n- Depends on: -", "A  0 [] () () () "},
		"a comment of one's own": {"<!-- mine\n## 1. not this\n-->\n# Plan for #7\n## A", "A  0 [] () () () "},
		"headings of one's own": {
			"# Plan for #7\n## A\n### Description\n#### Deep\n### Notes\n~~~\n## not this\n~~~\n\\## nor this",
			"A  0 [] () () () #### Deep\n### Notes\n~~~\n## not this\n~~~\n## nor this",
		},
		"code blocks that look alike": {
			"# Plan for #7\n## A\n### Description\n```\n~~~\n## not this\n````\n````\n```\n## nor this\n````\n## B\n### Description\n``` a`b\n## C",
			"A  0 [] () () () ```\n~~~\n## not this\n````\n````\n```\n## nor this\n```` | B  0 [] () () () ``` a`b | C  0 [] () () () ",
		},
		"a code block in a list": {"# Plan for #7\n## A\n### Context\n- run\n  ```\n  # it\n  ```\n## B", "A  0 [] () (run ``` # it ```) ()  | B  0 [] () () () "},
		"terminal codes":         {"# Plan for #7\n## A\x1b[31m\n### Description\nred\u202e", "A  0 [] () () () red"},
	} {
		t.Run(name, func(t *testing.T) {
			id, got, err := ParsePlan(c.text)
			if err != nil || id != "7" {
				t.Fatalf("got %q, %v", id, err)
			}
			if got := short(got); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestPlanThatCannotBeReadNamesTheLine says what to do, in one line.
func TestPlanThatCannotBeReadNamesTheLine(t *testing.T) {
	many := "# Plan for #7\n" + strings.Repeat("## A\n", 101)
	for name, c := range map[string]struct {
		text string
		line int
		says string
	}{
		"nothing":                  {"", 1, "Plan for #123"},
		"no plan":                  {"Hello.", 1, "Plan for #123"},
		"no subissue":              {"# Plan for #7\n", 2, "0 subissues: want 1 to 100"},
		"too many":                 {many, 103, "101 subissues: want 1 to 100"},
		"no issue":                 {"## 1. A", 1, "before the first subissue"},
		"an issue without a name":  {"# Plan for the login", 1, "Plan for #123"},
		"an id that is none":       {"# Plan for #a..b", 1, "branch name"},
		"two issues":               {"# Plan for #7\n## A\n# Plan for #8\n", 3, `a second "# " heading`},
		"no title":                 {"# Plan for #7\n## 3. \n", 2, "without a title"},
		"a long title":             {"# Plan for #7\n\n## " + strings.Repeat("é", 121), 3, "121 characters"},
		"text before a section":    {"# Plan for #7\n## A\nSome text.", 3, "### Description"},
		"an unknown field":         {"# Plan for #7\n## A\n- Prio: high", 3, `field "Prio"`},
		"an unknown priority":      {"# Plan for #7\n## A\n- Priority: soon", 3, "soon"},
		"hours in words":           {"# Plan for #7\n## A\n- Hours: three", 3, "2.5"},
		"no number of hours":       {"# Plan for #7\n## A\n- Hours: NaN", 3, "NaN"},
		"too many hours":           {"# Plan for #7\n## A\n- Hours: 1000", 2, "at most 100"},
		"a need that is no number": {"# Plan for #7\n## A\n- Depends on: B", 3, `"b"`},
		"a need that is gone":      {"# Plan for #7\n## 1. A\n\n- Depends on: 2\n## 3. C", 4, "no subissue has that number"},
		"a need of two":            {"# Plan for #7\n## 2. A\n## 2. B\n## 3. C\n- Depends on: 2", 5, "two subissues"},
		"a need of itself":         {"# Plan for #7\n## 1. A\n## 2. B\n- Depends on: 2", 3, "another one"},
		"a circle":                 {"# Plan for #7\n## 1. A\n## 2. B\n- Depends on: 3\n## 3. C\n- Depends on: 2", 3, "depend on it"},
		"a path outside":           {"# Plan for #7\n## A\n- Paths: ../b", 2, "within the repository"},
		"an open comment":          {"\n<!--\n# Plan for #7\n## A", 1, "-->"},
		"an open code block":       {"# Plan for #7\n## 1. A\n### Description\n```go\n## 2. B", 4, "has no end"},
		"a section of nothing":     {"# Plan for #7\n### Paths", 2, "before the first subissue"},
		"too long a description":   {"# Plan for #7\n## A\n### Description\n" + strings.Repeat("é", 20_001), 2, "20000"},
		"too long an item":         {"# Plan for #7\n## A\n### Paths\n" + strings.Repeat("é", 2_001), 2, "2000"},
		"too many items":           {"# Plan for #7\n## A\n### Criteria\n" + strings.Repeat("- x\n", 101), 2, "101"},
		"a book":                   {strings.Repeat(" ", maxPlan+1), 1, "bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := ParsePlan(c.text)
			if !errors.Is(err, fm.ErrRefused) || !strings.HasPrefix(err.Error(), fmt.Sprintf("refused: line %d: ", c.line)) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want line %d: %s", err, c.line, c.says)
			}
		})
	}
}

// FuzzParsePlan reads anything: what passes is sound, holds no control
// characters, and comes back the same.
func FuzzParsePlan(f *testing.F) {
	f.Add(RenderPlan(fm.Issue{ID: "7", Title: "x"}, fm.Split{Subissues: []fm.Subissue{
		{Title: "A", Description: "```\n# x", Criteria: []string{"[ ] y"}, Context: hostile(), Priority: "low", Hours: .25, Paths: []string{"`a`", "b,c"}},
		{Title: "2. B", DependsOn: []int{1}},
	}}))
	f.Add("# Plan for #7\n## A\n### Description\n~~~\n\\\\# x\n~~~\n   \\``` y\n### Paths\n- ``\n- ``` ` ```\n")
	f.Add("# Plan for #7\n## 3. A\n**Depends on:** #3\n")
	f.Add("<!--\x00-->\n#\t7:\n##\t\\#")
	f.Fuzz(func(t *testing.T, text string) {
		id, got, err := ParsePlan(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of more than one line: %q", err)
			}
			return
		}
		if _, err := fm.ParseIssueID(string(id)); err != nil {
			t.Error(err)
		}
		if _, err := sound(got); err != nil {
			t.Errorf("passed %s: %v", short(got), err)
		}
		rendered := RenderPlan(fm.Issue{ID: id}, got)
		if fm.Plain(rendered) != rendered {
			t.Errorf("passed control characters: %q", rendered)
		}
		if _, again, err := ParsePlan(rendered); err != nil || !cmp.Equal(got, again) {
			t.Errorf("%v; came back differently (-was +is):\n%s\n%s", err, cmp.Diff(got, again), rendered)
		}
	})
}

// TestPlanIsGivenWithoutAnythingBeingDone asks for the split alone.
func TestPlanIsGivenWithoutAnythingBeingDone(t *testing.T) {
	o := newOffice(t, fm.Issue{ID: "1", Title: "One"}, fm.Issue{ID: "2"}, blocked("21<2"), done(blocked("22<2")), fm.Issue{ID: "3", Closed: true}, fm.Issue{ID: "4"})
	issue, split, err := o.intake().Plan(t.Context(), "1")
	if err != nil || issue.Title != "One" || len(split.Subissues) != 3 || len(o.plans) > 0 || len(o.tasks()) > 0 || len(o.keys) > 0 {
		t.Errorf("got %v, %v, %v; kept %v, queue %v", issue, split, err, o.plans, o.tasks())
	}
	for id, says := range map[fm.IssueID]string{"2": "subissues already, which are worked on as they are: #21, #22", "3": "closed: #3", "9": "not found: #9"} {
		if _, _, err := o.intake().Plan(t.Context(), id); !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), says) {
			t.Errorf("#%s: got %v, want %q", id, err, says)
		}
	}
	if _, err := o.take("1"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.intake().Plan(t.Context(), "1"); !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), "in the queue already, as #1000, #1001, #1002") {
		t.Errorf("got %v", err)
	}
	o.split = func(fm.IssueID, int) (fm.Split, error) { return fm.Split{}, errDown }
	if _, _, err := o.intake().Plan(t.Context(), "4"); !errors.Is(err, errDown) || o.splits["4"] != 2 {
		t.Errorf("got %v after %d questions, want two", err, o.splits["4"])
	}
	o.plans["4"] = plan("kept", 2)
	if _, split, err := o.intake().Plan(t.Context(), "4"); err != nil || len(split.Subissues) != 2 {
		t.Errorf("a kept one: got %v, %v", split, err)
	}
}

// TestPlanOfAPersonIsTaken creates what it says without asking anybody, also
// when a crash made the order be given twice.
func TestPlanOfAPersonIsTaken(t *testing.T) {
	mine := fm.Split{Subissues: []fm.Subissue{{Title: "First", DependsOn: []int{2}}, {Title: "Second", Priority: "low"}}}
	for _, moment := range []string{"before", "after"} {
		reached := true
		for n := 1; reached; n++ {
			reached = false
			o := newOffice(t, fm.Issue{ID: "1"})
			o.fault = func(k int, _ string) string {
				if k != n {
					return ""
				}
				reached = true
				return moment
			}
			order := Order{Issues: []fm.IssueID{"1"}, Plans: map[fm.IssueID]fm.Split{"1": mine}}
			_, first := o.order(order)
			o.fault = func(int, string) string { return "" }
			ids, err := o.order(order)
			if err != nil || len(ids) != 2 || len(o.splits) > 0 {
				t.Fatalf("crash %s call %d (%v), then %v, %v, splits %v", moment, n, first, ids, err, o.splits)
			}
			if diff := cmp.Diff([]string{"1000<1 low pending", "1001<1 normal pending after 1000"}, lines(o.tasks())); diff != "" {
				t.Errorf("crash %s call %d: queue (-want +got):\n%s", moment, n, diff)
			}
		}
	}
}

// TestPlanThatComesTooLateIsRefused, because subissues of another may exist.
// Caught: subissues of two plans, side by side.
func TestPlanThatComesTooLateIsRefused(t *testing.T) {
	mine := plan("mine", 2)
	for name, c := range map[string]struct {
		world func(o *office)
		plans map[fm.IssueID]fm.Split
		says  string
	}{
		"split differently before": {func(o *office) { o.plans["1"] = plan("kept", 2) }, nil, "#1 was split differently before"},
		"in the queue, split": {func(o *office) {
			if _, err := o.take("1"); err != nil {
				t.Fatal(err)
			}
		}, nil, "split differently before"},
		"in the queue, whole": {func(o *office) {
			o.whole("1")
			if _, err := o.take("1"); err != nil {
				t.Fatal(err)
			}
		}, nil, "#1 is in the queue already"},
		"it has subissues": {func(o *office) { o.issues["11"], o.made = &fm.Issue{ID: "11", Parent: "1"}, []fm.IssueID{"11"} }, nil, "#1 has subissues already"},
		"it had subissues": {func(o *office) {
			o.issues["11"], o.made = &fm.Issue{ID: "11", Parent: "1", Closed: true}, []fm.IssueID{"11"}
		}, nil, "has subissues already"},
		"of another issue":        {func(*office) {}, map[fm.IssueID]fm.Split{"2": mine}, "#2, which is not among the issues"},
		"one that is none":        {func(*office) {}, map[fm.IssueID]fm.Split{"1": {}}, "0 subissues"},
		"one with a bad subissue": {func(*office) {}, map[fm.IssueID]fm.Split{"1": {Subissues: []fm.Subissue{{Title: "a"}, {}}}}, "subissue 2: it has no title"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, fm.Issue{ID: "1"})
			c.world(o)
			tasks, made := len(o.tasks()), len(o.made)
			given := c.plans
			if given == nil {
				given = map[fm.IssueID]fm.Split{"1": mine}
			}
			_, err := o.order(Order{Issues: []fm.IssueID{"1"}, Plans: given})
			if !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
			if len(o.tasks()) != tasks || len(o.made) != made {
				t.Errorf("something was done: %v", lines(o.tasks()))
			}
		})
	}
}

// TestOnePlanInOtherWordsIsTheSame holds a plan that came back from a file
// against the one that was kept.
func TestOnePlanInOtherWordsIsTheSame(t *testing.T) {
	a := fm.Split{Subissues: []fm.Subissue{{Title: "A", Priority: "Medium", Criteria: []string{}, Description: "x \n"}}}
	b := fm.Split{Subissues: []fm.Subissue{{Title: "A", Priority: "normal", Description: "x"}}}
	if !same(a, b) {
		t.Error("they differ")
	}
	b.Subissues[0].Hours = 1
	if same(a, b) {
		t.Error("they are the same")
	}
}
