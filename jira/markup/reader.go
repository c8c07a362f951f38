package markup

import (
	"strings"
)

// reader turns the items of a wiki text into blocks of Markdown.
type reader struct {
	items []item
	next  int
	w     writer
	lists []level  // the open lists, the outermost first
	lines []string // wiki text of the block under construction
	lead  string   // what its first line begins with
	fixed string   // what all its lines begin with
}

var (
	headingPattern = pattern(`^h([1-6])\.\s*(.*)$`)
	quotePattern   = pattern(`^bq\.\s*(.*)$`)
	rulePattern    = pattern(`^-{4,}$`)
	itemPattern    = pattern(`^([*#-]+)\s+(.*)$`)
)

// step takes the next item, or the next row of a table.
func (r *reader) step() {
	it := r.items[r.next]
	r.next++
	switch it.kind {
	case itemLine:
		r.line(strings.TrimSpace(it.text))
	case itemCode:
		r.code(it)
	case itemOpen:
		r.open(it.title)
	case itemClose:
		r.end()
		if r.w.depth > 0 {
			r.w.depth--
		}
		r.w.blank()
	}
}

func (r *reader) line(s string) {
	switch {
	case s == "":
		r.end()
	case strings.Trim(s, `\`) == "" && len(s)%2 == 0: // space that somebody wanted
		r.flush()
		r.w.blank()
	case s[0] == '|':
		r.next--
		r.table()
	case rulePattern().MatchString(s):
		r.end()
		r.w.line("---")
		r.w.blank()
	default:
		r.words(s)
	}
}

// words takes a line of text, with what stands before its first word.
func (r *reader) words(s string) {
	if m := headingPattern().FindStringSubmatch(s); m != nil {
		r.heading(int(m[1][0]-'0'), m[2])
		return
	}
	if m := quotePattern().FindStringSubmatch(s); m != nil {
		r.open("")
		r.w.text("", "", newStyle("<br>", m[1]).render(m[1]))
		r.w.depth--
		r.w.blank()
		return
	}
	m := itemPattern().FindStringSubmatch(s)
	switch {
	case m == nil || len(r.lists) == 0 && strings.HasPrefix(s, "--"):
	case len(r.lists) == 0 && len(m[1]) > 1 && strings.Trim(m[1], "#") == "": // nested in nothing: a heading of Markdown
		r.heading(len(m[1]), m[2])
		return
	default:
		r.item(m[1], m[2])
		return
	}
	if len(r.lines) == 0 {
		r.lead, r.fixed = "", r.inside()
	}
	r.lines = append(r.lines, s)
}

func (r *reader) heading(depth int, text string) {
	r.end()
	r.w.text("", strings.Repeat("#", min(depth, 6))+" ", newStyle("<br>", text).render(text))
	r.w.blank()
}

// end ends the block under construction and the lists.
func (r *reader) end() {
	r.flush()
	r.lists = nil
	r.w.blank()
}

func (r *reader) open(title string) {
	r.end()
	r.w.depth++
	if title != "" {
		r.w.text("", "", "**"+newStyle("<br>", title).plain(title)+"**")
		r.w.blank()
	}
}

// flush writes the block under construction.
func (r *reader) flush() {
	lines := r.lines
	r.lines = nil
	if len(lines) == 0 {
		return
	}
	style := newStyle("\\\n", lines...)
	if r.lead == "" && r.fixed == "" {
		r.paragraph(style, lines)
		return
	}
	r.w.text(r.fixed, r.lead, style.renderAll(lines))
}

var (
	scenarioPattern = pattern(`(?i)^[*_]?(given|when)\b`)
	stepPattern     = pattern(`(?i)^[*_]?(given|when|then|and|but)\b`)
)

// paragraph writes plain lines. The steps of a scenario become a list.
func (r *reader) paragraph(s style, lines []string) {
	plain := 0 // how many lines wait that are no steps
	for i := 0; i < len(lines); {
		n := 0
		if scenarioPattern().MatchString(lines[i]) {
			for n = 1; i+n < len(lines) && stepPattern().MatchString(lines[i+n]); {
				n++
			}
		}
		if n < 2 {
			n = max(n, 1)
			plain += n
			i += n
			continue
		}
		r.plain(s, lines[i-plain:i])
		r.w.blank()
		for _, line := range lines[i : i+n] {
			r.w.text("", "- ", s.renderAll([]string{line}))
		}
		r.w.blank()
		plain = 0
		i += n
	}
	r.plain(s, lines[len(lines)-plain:])
	r.w.blank()
}

func (r *reader) plain(s style, lines []string) {
	if len(lines) > 0 {
		r.w.text("", "", s.renderAll(lines))
	}
}

// code writes a block of code exactly, inside of the list item that it follows.
func (r *reader) code(it item) {
	r.flush()
	indent := r.inside()
	if len(r.lists) == 0 {
		r.w.blank()
	}
	if it.title != "" {
		r.w.text(indent, "", "**"+newStyle("<br>", it.title).plain(it.title)+"**")
		if len(r.lists) == 0 {
			r.w.blank()
		}
	}
	fence := strings.Repeat("`", max(3, longestRun(it.text)+1))
	r.w.line(indent + fence + language(it.lang))
	if it.text != "" {
		for line := range strings.SplitSeq(it.text, "\n") {
			if line != "" {
				line = indent + line
			}
			r.w.line(line)
		}
	}
	r.w.line(indent + fence)
	if len(r.lists) == 0 {
		r.w.blank()
	}
}

var languagePattern = pattern(`^[A-Za-z0-9+#.-]{1,20}$`)

func language(s string) string {
	if languagePattern().MatchString(s) && s != "none" {
		return s
	}
	return ""
}

// longestRun is the length of the longest run of backquotes.
func longestRun(s string) int {
	longest, n := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			n = 0
			continue
		}
		n++
		longest = max(longest, n)
	}
	return longest
}
