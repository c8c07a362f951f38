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
	gate  string // why nothing new is begun; "" for nothing
}

// The lines of a board besides its rows, and how many of those about single
// issues there are at most.
const (
	boardFrame = 7 // title, bar, head and rule of the table, and three blank lines
	maxRemarks = 6
)

// lines gives the board as a terminal of that size shows it. Where there are
// not enough rows, those go that need nobody's eyes.
func (b board) lines(width, height int) []string {
	out := []string{b.title, "", b.bar(width), ""}
	remarks := b.remarks()
	space := max(1, height-boardFrame)
	if over := len(b.rows) + len(remarks) - space; over > 0 {
		kept := max(min(len(remarks), 1), min(len(remarks)-over, maxRemarks))
		remarks = shortened(remarks, kept)
	}
	remarks = shortened(remarks, maxRemarks)
	rows := b.important(max(1, space-len(remarks)))
	t := table{heads: []string{"#", "Status", "Duration", "PR"}}
	for _, r := range rows {
		t.rows = append(t.rows, []string{string(r.task.ID), string(r.stands), lasted(r.took), r.pull()})
	}
	out = append(out, t.lines(width)...)
	if hidden := len(b.rows) - len(rows); hidden > 0 {
		out = append(out, fmt.Sprintf("… %d more", hidden))
	}
	if len(remarks) > 0 {
		out = append(append(out, ""), remarks...)
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
	full := done * room / max(total, 1)
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", room-full) + "]" + text
}

// remarks tells what single issues wait for, those first that wait for the user.
func (b board) remarks() []string {
	var out []string
	if b.gate != "" {
		out = append(out, b.gate)
	}
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

// shortened keeps so many lines, the last of which tells of the others.
func shortened(lines []string, limit int) []string {
	over := len(lines) - limit
	if over <= 0 {
		return lines
	}
	if limit < 1 {
		return nil
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
