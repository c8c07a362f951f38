package markup

import (
	"strings"
)

// row is a row of a table.
type row []cell

// cell is a cell of a table: lines of wiki text, and code between them.
type cell struct {
	head  bool
	parts []item
}

// table takes the rows that follow each other.
func (r *reader) table() {
	r.end()
	var rows []row
	width := 0
	for r.next < len(r.items) && startsRow(r.items[r.next]) {
		cells := r.row()
		rows = append(rows, cells)
		width = max(width, len(cells))
	}
	if width == 0 {
		return
	}
	if len(rows) > 1 && rows[1].separates() { // as Markdown writes tables
		for i := range rows[0] {
			rows[0][i].head = true
		}
		rows = append(rows[:1], rows[2:]...)
	}
	head := row{}
	if rows[0].heads() {
		head, rows = rows[0], rows[1:]
	}
	for i := range head {
		head[i].head = false // it stands in the place for heads
	}
	head = append(head, make(row, width-len(head))...)
	r.w.line(head.render())
	r.w.line(strings.Repeat("| --- ", width) + "|")
	for _, cells := range rows {
		r.w.line(cells.render())
	}
	r.w.blank()
}

func startsRow(it item) bool {
	return it.kind == itemLine && strings.HasPrefix(strings.TrimSpace(it.text), "|")
}

// row takes one row. It goes on until a line ends in a bar, or something else begins.
func (r *reader) row() row {
	var cells row
	for {
		it := r.items[r.next]
		r.next++
		if it.kind == itemCode && len(cells) > 0 {
			last := &cells[len(cells)-1]
			last.parts = append(last.parts, it)
		} else {
			cells = cells.line(strings.TrimSpace(it.text))
		}
		if r.next == len(r.items) {
			break
		}
		ended := it.kind == itemLine && strings.HasSuffix(strings.TrimSpace(it.text), "|")
		next := r.items[r.next]
		blank := next.kind == itemLine && strings.TrimSpace(next.text) == ""
		if next.kind == itemOpen || next.kind == itemClose || blank || !next.glued && (ended || startsRow(next)) {
			break
		}
	}
	if n := len(cells); n > 0 && len(cells[n-1].parts) == 0 {
		cells = cells[:n-1]
	}
	return cells
}

// line adds a line of the source to a row.
func (cells row) line(s string) row {
	l := lexer{src: s}
	start := 0
	add := func() {
		text := strings.TrimSpace(s[start:l.i])
		if text == "" {
			return
		}
		if len(cells) == 0 {
			cells = append(cells, cell{})
		}
		last := &cells[len(cells)-1]
		last.parts = append(last.parts, item{text: text})
	}
	for l.i < len(s) {
		if s[l.i] != '|' {
			l.skip()
			continue
		}
		add()
		head := strings.HasPrefix(s[l.i:], "||")
		l.i++
		if head {
			l.i++
		}
		start = l.i
		cells = append(cells, cell{head: head})
	}
	l.i = len(s)
	add()
	return cells
}

// skip goes over what may hold a bar that separates no cells.
func (l *lexer) skip() {
	rest := l.src[l.i:]
	switch rest[0] {
	case '\\':
		l.i++
	case '[':
		if n := strings.IndexAny(rest[1:], "[]"); n > 0 && rest[n+1] == ']' {
			l.i += n + 1
		}
	case '{':
		if l.brace() {
			return
		}
	case '!':
		if l.image() {
			return
		}
	case '`':
		l.ticks()
		return
	}
	l.i++
}

func (cells row) heads() bool {
	for _, c := range cells {
		if !c.head {
			return false
		}
	}
	return len(cells) > 0
}

var separatorPattern = pattern(`^:?-{2,}:?$`)

func (cells row) separates() bool {
	for _, c := range cells {
		if len(c.parts) != 1 || !separatorPattern().MatchString(c.parts[0].text) {
			return false
		}
	}
	return len(cells) > 0
}

func (cells row) render() string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString(strings.TrimRight("| "+c.render(), " "))
		b.WriteByte(' ')
	}
	b.WriteByte('|')
	return b.String()
}

// render writes a cell in one line.
func (c cell) render() string {
	var lines []string
	for _, p := range c.parts {
		s := newStyle("<br>", p.text)
		s.inCell = true
		if p.kind == itemLine {
			lines = append(lines, s.cellLine(p.text))
			continue
		}
		if p.title != "" {
			lines = append(lines, s.plain(p.title))
		}
		for line := range strings.SplitSeq(p.text, "\n") {
			lines = append(lines, s.codeSpan(line))
		}
	}
	text := strings.Join(lines, "<br>")
	if c.head && text != "" && !strings.Contains(text, "**") {
		return "**" + text + "**"
	}
	return text
}

// cellLine writes a line of a cell; lists are lines there.
func (s style) cellLine(text string) string {
	if m := itemPattern().FindStringSubmatch(text); m != nil && !strings.HasPrefix(text, "--") {
		return "- " + s.render(m[2])
	}
	md := s.render(text)
	if strings.HasSuffix(md, `\<br>`) {
		return md // somebody wrote about HTML
	}
	return strings.TrimSuffix(md, "<br>")
}
