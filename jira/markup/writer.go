package markup

import "strings"

// writer collects lines, with one blank line between blocks and the marks of
// the quotes that they stand in.
type writer struct {
	b     strings.Builder
	depth int  // quotes around the next line
	owed  bool // a blank line comes before the next line
	shut  int  // quotes around that blank line
}

// blank asks for a blank line before whatever comes next.
func (w *writer) blank() {
	if !w.owed || w.depth < w.shut {
		w.shut = w.depth
	}
	w.owed = true
}

// text writes a text of one or more lines. The first line begins with lead, the
// others with as many spaces.
func (w *writer) text(indent, lead, s string) {
	for line := range strings.SplitSeq(s, "\n") {
		w.line(strings.TrimRight(indent+lead+line, " \t"))
		lead = strings.Repeat(" ", len(lead))
	}
}

// line writes one line exactly.
func (w *writer) line(s string) {
	if w.owed && w.b.Len() > 0 {
		w.b.WriteString(strings.TrimRight("\n"+strings.Repeat("> ", w.shut), " "))
	}
	w.owed = false
	if w.b.Len() > 0 {
		w.b.WriteByte('\n')
	}
	if s == "" {
		s = strings.TrimRight(strings.Repeat("> ", w.depth), " ")
	} else {
		s = strings.Repeat("> ", w.depth) + s
	}
	w.b.WriteString(s)
}

func (w *writer) String() string { return strings.TrimRight(w.b.String(), "\n") }
