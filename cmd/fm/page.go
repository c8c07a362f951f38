package main

import (
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
)

// page is a text in sections that is fitted into a screen: where there is no
// room for all, its lists are shortened and say so.
type page struct {
	head     []row
	sections []section
}

// section is a list under a title.
type section struct {
	title string
	rows  []row
	foot  []row // is never left out
	first bool  // its rows go last, because a person has to do something
}

// row is a line of a page. Its text is safe to show.
type row struct {
	text string
	tint tint
	// A sentence is continued on the next line where there is no room for it;
	// everything else is cut.
	sentence bool
	// urgent rows stay longest when a list is shortened.
	urgent bool
	kind   string // what is counted of those that are left out; "" for nothing
}

// tint is what a row looks like where there are colours.
type tint string

const (
	noTint  tint = ""
	bold    tint = "1"
	dim     tint = "2"
	red     tint = "31"
	green   tint = "32"
	yellow  tint = "33"
	loud    tint = "1;33"
	noTints      = "\x1b[m"
)

// frame is the room that there is for a page.
type frame struct {
	width   int // of the rows that are cut; at least [narrowPage]
	height  int // 0 for any
	wraps   bool
	tight   bool // without blank lines
	colours bool
}

const (
	narrowPage = 20
	plainPage  = 80 // where nobody says how wide it is
)

// lines gives the page as it fits into a frame. Where it does not, there are
// neither blank lines nor sentences that go on, and lists are shortened.
func (p page) lines(f frame) []string {
	f.width = max(f.width, narrowPage)
	out := p.laid(f, nil)
	if f.height == 0 || len(out) <= f.height {
		return out
	}
	f.wraps, f.tight = false, true
	kept, hidden := p, 0
	for ; len(kept.sections) > 1 && kept.least(f) > f.height-min(1, hidden); kept.sections = kept.sections[:len(kept.sections)-1] {
		hidden += len(page{sections: kept.sections[len(kept.sections)-1:]}.lines(frame{width: f.width, tight: true}))
	}
	shares := kept.shares(f)
	kept.shrink(shares, len(kept.laid(f, shares))-f.height+min(1, hidden))
	out = kept.laid(f, shares)
	if over := len(out) - f.height + min(1, hidden); over > 0 {
		over += 1 - min(1, hidden) // for the line that says so
		out, hidden = out[:len(out)-over], hidden+over
	}
	if hidden > 0 {
		out = append(out, "… and "+fm.Count(hidden, "line"))
	}
	return out
}

// least is how many lines a page has whose lists are as short as can be.
func (p page) least(f frame) int {
	shares := p.shares(f)
	for i := range shares {
		shares[i] = min(shares[i], 2) // one row, and how many more
	}
	return len(p.laid(f, shares))
}

// shares says how many lines each section's rows take.
func (p page) shares(f frame) []int {
	var shares []int
	for _, s := range p.sections {
		shares = append(shares, len(laidOut(s.rows, f)))
	}
	return shares
}

// shrink takes lines from the longest lists.
func (p page) shrink(shares []int, over int) {
	for ; over > 0; over-- {
		widest := -1
		for i, n := range shares {
			least := 1
			if p.sections[i].first {
				least = 4 // as long as others have more
			}
			if n > least && (widest < 0 || n > shares[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		shares[widest]--
	}
}

// laid gives all lines; without shares, of lists that are whole.
func (p page) laid(f frame, shares []int) []string {
	out := laidOut(p.head, f)
	for i, s := range p.sections {
		if s.title != "" {
			if !f.tight {
				out = append(out, "")
			}
			out = append(out, laidOut([]row{{text: s.title, tint: bold}}, f)...)
		}
		rows := s.rows
		if shares != nil {
			rows = s.shortened(shares[i], f)
		}
		out = append(out, laidOut(rows, f)...)
		out = append(out, laidOut(s.foot, f)...)
	}
	return out
}

// shortened gives rows for so many lines. Which ones are left out is said in the
// last.
func (s section) shortened(limit int, f frame) []row {
	if len(laidOut(s.rows, f)) <= limit {
		return s.rows
	}
	kept := make([]bool, len(s.rows))
	left := limit - 1
	for _, urgent := range []bool{true, false} {
		for i, each := range s.rows {
			if n := len(laidOut(s.rows[i:i+1], f)); each.urgent == urgent && n <= left {
				kept[i], left = true, left-n
			}
		}
	}
	var rows []row
	hidden, kinds, order := 0, map[string]int{}, []string(nil)
	for i, each := range s.rows {
		if kept[i] {
			rows = append(rows, each)
			continue
		}
		if hidden++; each.kind != "" {
			if kinds[each.kind]++; kinds[each.kind] == 1 {
				order = append(order, each.kind)
			}
		}
	}
	var counts []string
	for _, kind := range order {
		counts = append(counts, fmt.Sprintf("%d %s", kinds[kind], kind))
	}
	text := fmt.Sprintf("  … and %d more", hidden)
	if len(counts) > 0 {
		text += ": " + strings.Join(counts, ", ")
	}
	return append(rows, row{text: text, tint: dim})
}

// laidOut gives rows as lines.
func laidOut(rows []row, f frame) []string {
	var out []string
	for _, each := range rows {
		lines := []string{cut(each.text, f.width)}
		switch {
		case each.sentence && f.wraps:
			lines = wrapped(each.text, f.width)
		case each.sentence && f.height == 0: // a line for a program that looks for it
			lines = []string{each.text}
		}
		for _, line := range lines {
			if line = strings.TrimRight(line, " "); f.colours && each.tint != noTint {
				line = "\x1b[" + string(each.tint) + "m" + line + noTints
			}
			out = append(out, line)
		}
	}
	return out
}

// wrapped breaks a text between words; what follows the first line is indented a
// little more than that.
func wrapped(text string, width int) []string {
	line := text[:len(text)-len(strings.TrimLeft(text, " "))]
	indent := line + "  "
	var out []string
	for word := range strings.FieldsSeq(text) {
		switch {
		case strings.TrimSpace(line) == "":
			line += word
		case columns(line)+1+columns(word) <= width:
			line += " " + word
		default:
			out = append(out, line)
			line = indent + word
		}
		for columns(line) > width && width > columns(indent)+1 { // a word that is longer than a line
			head, rest := splitAt(line, width)
			out, line = append(out, head), indent+rest
		}
	}
	return append(out, line)
}

// splitAt splits a text after so many columns.
func splitAt(text string, width int) (head, rest string) {
	for i, r := range text {
		if width -= runeColumns(r); width < 0 {
			return text[:i], text[i:]
		}
	}
	return text, ""
}
