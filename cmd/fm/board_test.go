package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// crowd is so many issues, of which the first stand in every way there is.
func crowd(n int) []fixRow {
	rows := []fixRow{
		{stands: standsSuccess, over: true, took: 154 * time.Second, task: fm.Task{ID: "123", Pull: "45"}},
		{stands: standsRunning, took: 72 * time.Second, task: fm.Task{ID: "456"}},
		{stands: standsSuccess, over: true, took: 105 * time.Second, task: fm.Task{ID: "789", Pull: "46"}},
		{stands: standsPending, task: fm.Task{ID: "101"}, remark: "waits for #456"},
		{stands: standsWaiting, took: 3725 * time.Second, task: fm.Task{ID: "PROJ-7"}, remark: "waits for you, fm inbox says how to answer: permission: Bash: rm -rf \x1b[2J日本語のフォルダ; and then everything else that could be said about it"},
		{stands: standsFailed, over: true, took: time.Second, task: fm.Task{ID: "102"}},
		{stands: standsPartial, over: true, took: 59 * time.Minute, task: fm.Task{ID: "103", Pull: "47"}},
		{stands: standsBlocked, over: true, took: 26 * time.Hour, task: fm.Task{ID: "104"}},
		{stands: standsHeld, over: true, task: fm.Task{ID: "105"}},
		{stands: standsCancelled, over: true, task: fm.Task{ID: "106"}},
	}
	for i := len(rows); i < n; i++ {
		rows = append(rows, fixRow{stands: standsPending, task: fm.Task{ID: fm.TaskID(fmt.Sprint(1000 + i))}})
	}
	return rows[:n]
}

// TestTheBoardFitsAnyTerminal compares pictures, and holds each to its size: a
// line or a row too many would move all that stands above.
//
// Caught: remarks that were counted after the rows had been chosen; a bar that
// was wider than the terminal; a terminal that was gone, of which nothing is -1.
func TestTheBoardFitsAnyTerminal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ issues, width, height int }{
		{1, 80, 23}, {4, 40, 23}, {4, 80, 23}, {4, 200, 60}, {10, 80, 30}, {10, 40, 12}, {10, 80, 8}, {10, 80, 3}, {10, 20, 4}, {10, 20, 15}, {100, 80, 23}, {100, 200, 120},
	} {
		name := fmt.Sprintf("%d-issues-%dx%d", tt.issues, tt.width, tt.height)
		lines := board{title: "Parallel Execution Progress", rows: crowd(tt.issues)}.lines(tt.width, tt.height)
		golden(t, filepath.Join("testdata", "board", name+".txt"), strings.Join(lines, "\n")+"\n")
	}
	gate := "⏸ Nothing new is begun until 13:00 (in 34m): usage limit reached"
	for issues := range 40 {
		for width := -6; width < 120; width += 7 {
			for height := -1; height < 30; height++ {
				for _, line := range fits(t, board{title: "Parallel Execution Progress", rows: crowd(issues), hints: []string{gate}}, width, height) {
					if strings.ContainsRune(line, 0x1b) {
						t.Fatalf("an escape in %q", line)
					}
				}
			}
		}
	}
}

func fits(t *testing.T, b board, width, height int) []string {
	t.Helper()
	lines := b.lines(width, height)
	if len(lines) > max(height, 0) {
		t.Fatalf("%d issues: %d lines in %d rows:\n%s", len(b.rows), len(lines), height, strings.Join(lines, "\n"))
	}
	for _, line := range lines {
		if columns(line) > width {
			t.Fatalf("%d issues: %d columns in %d: %q", len(b.rows), columns(line), width, line)
		}
	}
	return lines
}

// TestTheBoardKeepsWhatNeedsEyes: of too many issues those are shown that
// somebody should look at. Caught: rows that were cut from the end.
func TestTheBoardKeepsWhatNeedsEyes(t *testing.T) {
	t.Parallel()
	rows := crowd(10)
	for range 50 {
		rows = append([]fixRow{{stands: standsSuccess, over: true, task: fm.Task{ID: "1"}}}, rows...)
	}
	text := strings.Join(board{title: "Progress", rows: rows}.lines(80, 16), "\n")
	for _, want := range []string{"WAITING", "RUNNING", "FAILED", "BLOCKED", "? PROJ-7 waits for you, fm inbox", "57/60 complete", "more"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	if strings.Contains(text, "SUCCESS") {
		t.Errorf("somebody has to look for it:\n%s", text)
	}
}

// TestATableHoldsWhatever: titles come from outside. Caught: a title with a bar,
// which looked like two columns.
func TestATableHoldsWhatever(t *testing.T) {
	t.Parallel()
	titles := []string{
		"Fix login redirect", "Größe der Schaltflächen", "日本語のタイトルはとても長いので切り取られるはずです、そうでしょう？それでもまだ続きます",
		"a | b", "two\nlines\tand a tab", "\x1b]0;evil\x07\x1b[31mred\x1b[2J", "left\u202eright\u200b", strings.Repeat("x", 5000), "",
	}
	list := table{heads: []string{"#", "Title", "Type", "Est. Scope"}, long: 1}
	for i, title := range titles {
		list.rows = append(list.rows, []string{fmt.Sprint(100 + i), title, "bug", "small"})
	}
	for _, width := range []int{40, 80, 200} {
		lines := list.lines(width)
		golden(t, filepath.Join("testdata", "board", fmt.Sprintf("table-%d.txt", width)), strings.Join(lines, "\n")+"\n")
		for _, line := range lines {
			if columns(line) != columns(lines[0]) || columns(line) > width || strings.Count(line, "|") != 5 {
				t.Errorf("%d columns of %d: %q", columns(line), width, line)
			}
		}
	}
}

// golden compares a text with a file, or writes it anew with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
