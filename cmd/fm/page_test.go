package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// fleet is a project with so many workers, whose titles are wide and hostile.
func fleet(workers int) supervisor.Status {
	s := supervisor.Status{
		PID: 1, Project: "/shop", Started: noon(), Wanted: supervisor.Wanted{Workers: workers},
		Gate:     supervisor.Gate{Why: strings.Repeat("the limit of the week is reached ", 5), Until: noon().Add(time.Hour)},
		Problems: []string{strings.Repeat("line 7 cannot be read ", 6)},
		Counts:   map[fm.Status]int{fm.Pending: 7, fm.Failed: 1},
		Pulls:    []supervisor.PullStatus{{Task: "2", Number: "9", Text: "checks fail: " + strings.Repeat("lint ", 30)}},
	}
	for w := range workers {
		ws := supervisor.WorkerStatus{
			Worker: fm.WorkerID(w + 1), Task: fm.TaskID(fmt.Sprint(200 + w)), State: "working", Since: noon(),
			Text: fmt.Sprintf("Working on #%d", 200+w), Title: "会議の予定\x1b[2Jを表示する \x1b]0;title\x07" + strings.Repeat("漢字", 30),
		}
		if w == 60 {
			ws.State, ws.Question.Text = "waiting", "May I\x1b[31m run "+strings.Repeat("something very long ", 10)
		}
		s.Workers = append(s.Workers, ws)
		s.Parents = append(s.Parents, supervisor.ParentStatus{Parent: fm.IssueID(fmt.Sprint(w)), Total: 4, Completed: 3})
	}
	return s
}

// TestStatusFitsOneScreen: no line is wider, no page higher than the terminal,
// whatever stands in it, and what waits for a person is there first. Caught: a
// width counted in runes; rows left out in their order; a last line for what is
// left out that was one too many.
func TestStatusFitsOneScreen(t *testing.T) {
	for _, workers := range []int{0, 1, 8, 100} {
		p := overview(fleet(workers), noon().Add(time.Hour))
		for _, size := range [][2]int{{80, 23}, {200, 49}, {40, 11}, {30, 7}, {20, 1}, {80, 3}} {
			lines := p.lines(frame{width: size[0], height: size[1], wraps: true})
			if len(lines) > size[1] {
				t.Errorf("%d workers on %v: %d lines", workers, size, len(lines))
			}
			for _, line := range lines {
				if columns(line) > size[0] || strings.ContainsRune(line, '\x1b') {
					t.Errorf("%d workers on %v: %d columns: %q", workers, size, columns(line), line)
				}
			}
			text := strings.Join(lines, "\n")
			if workers == 100 && size[1] > 20 && !strings.Contains(text, "worker-61 on #260: May I run") {
				t.Errorf("no question on %v:\n%s", size, text)
			}
			if workers == 100 && size[1] > 20 && !strings.Contains(text, "\n  worker-61  ") {
				t.Errorf("no worker with a question on %v:\n%s", size, text)
			}
		}
	}
}

// TestLongListsSayWhatIsLeftOut. Caught: a count of the rows that are there.
func TestLongListsSayWhatIsLeftOut(t *testing.T) {
	lines := overview(fleet(100), noon()).lines(frame{width: 80, height: 23, wraps: true})
	shown := 0
	for _, line := range lines {
		if strings.HasPrefix(line, "  worker-") {
			shown++
		}
	}
	if shown < 3 || !slices.Contains(lines, fmt.Sprintf("  … and %d more: %[1]d working", 100-shown)) {
		t.Errorf("%d workers of 100 in:\n%s", shown, strings.Join(lines, "\n"))
	}
}

// TestStatusIsWholeForPrograms: what is piped has every worker, and sentences on
// one line each, for grep. Caught: sentences that are cut at the width.
func TestStatusIsWholeForPrograms(t *testing.T) {
	s := fleet(100)
	text := strings.Join(overview(s, noon()).lines(frame{width: plainPage}), "\n")
	if n := strings.Count(text, "\n  worker-"); n != 100 {
		t.Errorf("%d workers", n)
	}
	for _, whole := range []string{fm.Line(s.Problems[0], 0), fm.Line(s.Pulls[0].Text, 120), fm.Line(s.Gate.Why, 0)} {
		if !strings.Contains(text, whole) {
			t.Errorf("no %q in:\n%s", whole, text)
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "  worker-") && columns(line) > plainPage {
			t.Errorf("%d columns: %q", columns(line), line)
		}
	}
}

// TestColoursChangeNoText. Caught: colours that are counted as columns.
func TestColoursChangeNoText(t *testing.T) {
	f := frame{width: 80, height: 40, wraps: true}
	plain := overview(fleet(8), noon()).lines(f)
	f.colours = true
	coloured := overview(fleet(8), noon()).lines(f)
	if slices.Equal(plain, coloured) {
		t.Error("no colours")
	}
	for i, line := range coloured {
		if fm.Plain(line) != plain[i] {
			t.Errorf("%q, without colours %q", line, plain[i])
		}
	}
}

// TestSentencesGoOnBelow. Caught: a word that is longer than a line, for ever.
func TestSentencesGoOnBelow(t *testing.T) {
	got := wrapped("  ! one two threeandmuchlongerthanthat", 12)
	want := []string{"  ! one two", "    threeand", "    muchlong", "    erthanth", "    at"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := wrapped("漢漢漢", 1); len(got) == 0 {
		t.Error("nothing")
	}
}
