package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// board is the picture of issues that are mended. It is drawn from values
// alone.
type board struct {
	title string
	rows  []fixRow
	hints []string // what stands against all of them
}

// maxRemarks bounds what is told about single issues.
const maxRemarks = 6

// small is the height below which a board has neither title nor blank lines.
const small = 14

// tiny is the height below which its table has no head: issues come first.
const tiny = 8

// lines gives the board as a terminal of that size shows it. Where there are
// not enough rows, those go that need nobody's eyes.
func (b board) lines(width, height int) []string {
	if width < 1 || height < 1 {
		return nil
	}
	blank := []string{""}
	out := []string{b.title, "", b.bar(width), ""}
	if height < small {
		blank, out = nil, []string{b.bar(width)}
	}
	remarks := b.remarks()
	head := 2 // with its rule
	if height < tiny {
		head = 0
	}
	space := height - len(out) - len(blank) - head
	most := min(len(remarks), maxRemarks)
	remarks = shortened(remarks, min(most, max(0, min(most, 1, space-2), space-len(b.rows))))
	rows := b.important(space - len(remarks))
	t := table{heads: []string{"#", "Status", "Duration", "PR"}}
	for _, r := range rows {
		t.rows = append(t.rows, []string{string(r.task.ID), string(r.stands), lasted(r.took), r.pull()})
	}
	out = append(out, t.lines(width)[2-head:]...)
	if hidden := len(b.rows) - len(rows); hidden > 0 {
		out = append(out, fmt.Sprintf("… %d more", hidden))
	}
	if len(remarks) > 0 {
		out = append(append(out, blank...), remarks...)
	}
	for i, line := range out {
		out[i] = cut(line, width)
	}
	return out[:min(len(out), height)]
}

// done counts the issues that are over.
func (b board) done() int {
	n := 0
	for _, r := range b.rows {
		if r.over && r.stands != standsPending {
			n++
		}
	}
	return n
}

// bar shows how far all have come.
func (b board) bar(width int) string {
	done, total := b.done(), len(b.rows)
	text := fmt.Sprintf(" %d%% (%d/%d complete)", done*100/max(total, 1), done, total)
	room := min(20, width-len(text)-len("[]"))
	if room < 1 {
		return strings.TrimSpace(text)
	}
	full := fm.Cells(done, total, room)
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", room-full) + "]" + text
}

// remarks tells what single issues wait for, those first that wait for the user.
func (b board) remarks() []string {
	out := slices.Clone(b.hints)
	for _, asking := range []bool{true, false} {
		for _, r := range b.rows {
			if waits := r.stands == standsWaiting; r.remark == "" || waits != asking {
				continue
			}
			mark := "· "
			if asking {
				mark = "? "
			}
			out = append(out, mark+r.task.ID.Ref()+" "+fm.Line(r.remark, 500))
		}
	}
	return out
}

// shortened keeps so many lines, of which the last one tells of the others, if
// there is room for that.
func shortened(lines []string, limit int) []string {
	over := len(lines) - limit
	if over <= 0 || limit < 2 {
		return lines[:min(len(lines), limit)]
	}
	return append(slices.Clone(lines[:limit-1]), fmt.Sprintf("… %d more", over+1))
}

// important gives so many rows, one of them for "… more" if there are others,
// in the order of the user.
func (b board) important(limit int) []fixRow {
	if len(b.rows) <= limit {
		return b.rows
	}
	order := make([]int, len(b.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(rank(b.rows[i].stands), rank(b.rows[j].stands)) })
	order = order[:max(0, limit-1)]
	slices.Sort(order)
	var rows []fixRow
	for _, i := range order {
		rows = append(rows, b.rows[i])
	}
	return rows
}

// rank puts first what a person may want to see.
func rank(s standing) int {
	return slices.Index([]standing{
		standsWaiting, standsRunning, standsFailed, standsBlocked, standsPartial, standsUnknown,
		standsHeld, standsCancelled, standsPending, standsSuccess,
	}, s)
}
