package ui

import (
	"strings"
	"unicode"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
)

// maxInput bounds what is typed in a line, in bytes. The box of an agent takes
// more; what is longer than that is written in an editor.
const maxInput = 8 << 10

// input is a line that the user types. Line breaks come in by pasting alone, and
// are kept: one that is pasted submits nothing. The zero input is empty.
type input struct {
	text string
	at   int  // of the cursor, in bytes; always between two characters
	full bool // what was typed or pasted last did not fit, and was left out
}

// key takes a key that edits the line, and says whether it was one.
func (in *input) key(word string, ev *tcell.EventKey) bool {
	switch word {
	case "Left", "Ctrl-B":
		in.at = in.before()
	case "Right", "Ctrl-F":
		in.at = in.after()
	case "Home", "Ctrl-A":
		in.at = 0
	case "End", "Ctrl-E":
		in.at = len(in.text)
	case "Backspace", "Ctrl-H":
		in.cut(in.before(), in.at)
	case "Delete", "Ctrl-D":
		in.cut(in.at, in.after())
	case "Ctrl-U":
		in.cut(0, in.at)
	case "Ctrl-K":
		in.cut(in.at, len(in.text))
	case "Ctrl-W":
		in.cut(in.wordBefore(), in.at)
	default:
		if ev.Key() != tcell.KeyRune || strings.HasPrefix(word, "Alt-") {
			return false
		}
		in.insert(string(ev.Rune()))
	}
	return true
}

// paste takes text that was pasted, without what could do harm on a terminal.
func (in *input) paste(text string) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(text)
	in.insert(strings.TrimRight(text, "\n"))
}

func (in *input) insert(s string) {
	s = fm.Plain(s)
	if in.full = len(in.text)+len(s) > maxInput; in.full {
		return
	}
	in.text = in.text[:in.at] + s + in.text[in.at:]
	// What was typed may have joined the characters beside it.
	want := in.at + len(s)
	for in.at = 0; in.at < want; {
		in.at = in.after()
	}
}

func (in *input) cut(from, to int) {
	in.text = in.text[:from] + in.text[to:]
	in.at, in.full = from, false
	if from > 0 { // the rest may have joined what is before it
		for in.at = 0; in.at < from; {
			in.at = in.after()
		}
	}
}

// after is where the character at the cursor ends.
func (in *input) after() int {
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(in.text[in.at:], -1)
	return in.at + len(cluster)
}

// before is where the character before the cursor begins.
func (in *input) before() int {
	if all := clusters(in.text[:in.at]); len(all) > 0 {
		return in.at - len(all[len(all)-1])
	}
	return 0
}

// wordBefore is where the word before the cursor begins.
func (in *input) wordBefore() int {
	s := strings.TrimRightFunc(in.text[:in.at], unicode.IsSpace)
	return strings.LastIndexFunc(s, unicode.IsSpace) + 1
}

// paint paints the line in one row, with the terminal's cursor in it. Of what
// is too long the surroundings of the cursor are shown.
func (in *input) paint(c canvas, style tcell.Style) {
	if c = c.part(0, 0, c.w, 1); c.w == 0 || c.h == 0 {
		return
	}
	c.fill(style)
	before, after := clusters(in.text[:in.at]), clusters(in.text[in.at:])
	// The cursor may stand behind the last character, and the dots before the
	// first one need a cell too.
	room := max(c.w-2-min(cellsOf(after), c.w/4), 0)
	from := len(before)
	for used := 0; from > 0; from-- {
		if used += cellsOf(before[from-1 : from]); used > room {
			break
		}
	}
	x := 0
	if from > 0 && c.w > 1 {
		x += c.put(x, 0, piece{style, "…"})
	}
	for _, cluster := range before[from:] {
		x += c.put(x, 0, piece{style, seen(cluster)})
	}
	if x < c.w {
		c.screen.ShowCursor(c.x+x, c.y)
	}
	cut := x+cellsOf(after) > c.w
	for i, cluster := range after {
		if cut && x+cellsOf(after[i:i+1]) > c.w-1 {
			c.put(x, 0, piece{style, "…"})
			return
		}
		x += c.put(x, 0, piece{style, seen(cluster)})
	}
}

// clusters cuts a text into what its reader takes for characters.
func clusters(s string) []string {
	var all []string
	for state := -1; s != ""; {
		var cluster string
		cluster, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		all = append(all, cluster)
	}
	return all
}

func cellsOf(clusters []string) int {
	n := 0
	for _, s := range clusters {
		n += uniseg.StringWidth(seen(s))
	}
	return n
}

// seen is how a character of an input is shown.
func seen(cluster string) string {
	if cluster == "\n" {
		return "⏎"
	}
	return cluster
}
