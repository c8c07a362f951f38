package markup

import (
	"strings"
)

// composer turns the lines of a Markdown text into blocks of wiki text.
type composer struct {
	lines  []string
	next   int
	w      writer
	quoted bool      // within {quote}
	lists  []mdLevel // the open lists, the outermost first
	pause  bool      // a blank line came, which may end the lists
	par    []string  // Markdown of the block under construction
	lead   string    // what it begins with in wiki text
	ends   map[string]int
}

// mdLevel is a list that is open.
type mdLevel struct {
	indent, inside int  // columns of its marks, and of what belongs to its items
	mark           byte // in wiki text
}

var (
	mdQuotePattern   = pattern(`^ {0,3}>(?: {0,3}>)* ?`)
	mdHeadingPattern = pattern(`^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$`)
	mdRulePattern    = pattern(`^ {0,3}(?:(?:- *){3,}|(?:_ *){3,}|(?:\* *){3,})$`)
	mdItemPattern    = pattern(`^( *)([-*+]|[0-9]{1,9}[.)])( +|$)(.*)$`)
	mdFencePattern   = pattern("^( *)(`{3,}|~{3,})([^`]*)$")
	underlinePattern = pattern(`^ {0,3}(=+|-+) *$`)
)

// step takes the next line, or the block that it begins.
func (c *composer) step() {
	line := c.enter(expand(c.lines[c.next]))
	c.next++
	if c.alone(line) {
		return
	}
	if m := underlinePattern().FindStringSubmatch(line); m != nil && len(c.par) > 0 && c.lead == "" && len(c.lists) == 0 {
		text := strings.Join(c.par, " ")
		c.par = nil
		c.heading(map[byte]int{'=': 1, '-': 2}[m[1][0]], text)
		return
	}
	if m := mdHeadingPattern().FindStringSubmatch(line); m != nil {
		c.heading(len(m[1]), m[2])
		return
	}
	if mdRulePattern().MatchString(line) {
		c.leave()
		c.w.line("----")
		c.w.blank()
		return
	}
	if m := mdItemPattern().FindStringSubmatch(line); m != nil && c.item(m) {
		return
	}
	c.words(line)
}

// alone takes blocks that hold no other markup: code, tables, comments, and
// nothing at all.
func (c *composer) alone(line string) bool {
	trimmed := strings.TrimSpace(line)
	switch {
	case trimmed == "":
		c.flush()
		c.pause = true
		if len(c.lists) == 0 {
			c.w.blank()
		}
		return true
	case strings.HasPrefix(trimmed, "<!--"):
		return c.comment(trimmed)
	case mdFencePattern().MatchString(line):
		c.fence(line)
		return true
	case len(c.par) == 0 && len(c.lists) == 0 && strings.HasPrefix(line, "    "):
		c.indented(line)
		return true
	}
	return strings.Contains(line, "|") && c.table(line)
}

// enter begins or ends a quote where the line does, and gives what is in it.
func (c *composer) enter(line string) string {
	mark := mdQuotePattern().FindString(line)
	if (mark != "") != c.quoted {
		c.leave()
		c.quoted = mark != ""
		if c.quoted {
			c.w.line("{quote}")
		}
	}
	return line[len(mark):]
}

// leave ends everything that is open.
func (c *composer) leave() {
	c.endLists()
	if c.quoted {
		c.w.owed = false
		c.w.line("{quote}")
		c.w.blank()
		c.quoted = false
	}
}

// endLists ends the block under construction and the lists.
func (c *composer) endLists() {
	c.flush()
	if len(c.lists) > 0 {
		c.w.blank()
	}
	c.lists, c.pause = nil, false
}

func (c *composer) heading(depth int, text string) {
	c.endLists()
	c.w.blank()
	if text = compose([]string{text}); text != "" {
		c.w.line("h" + string(rune('0'+depth)) + ". " + strings.ReplaceAll(text, "\n", " "))
	}
	c.w.blank()
}

// item begins an item of a list, if the line m does.
func (c *composer) item(m []string) bool {
	indent := len(m[1])
	number := m[2][0] >= '0' && m[2][0] <= '9'
	if len(c.lists) == 0 && (indent > 3 || len(c.par) > 0 && m[4] == "" || number && m[2][:len(m[2])-1] != "1") {
		return false // it is a part of a paragraph
	}
	c.flush()
	c.pause = false
	if len(c.lists) == 0 {
		c.w.blank()
	}
	for len(c.lists) > 0 {
		top := c.lists[len(c.lists)-1]
		if indent >= top.inside || indent >= top.indent+2 {
			break
		}
		c.lists = c.lists[:len(c.lists)-1]
	}
	mark := byte('*')
	if number {
		mark = '#'
	}
	if len(c.lists) == deepest {
		c.lists = c.lists[:deepest-1]
	}
	c.lists = append(c.lists, mdLevel{indent: indent, inside: indent + len(m[2]) + max(1, min(len(m[3]), 4)), mark: mark})
	c.lead = ""
	for _, l := range c.lists {
		c.lead += string(l.mark)
	}
	c.lead += " "
	c.par = append(c.par, m[4])
	return true
}

// words takes a line of plain text.
func (c *composer) words(line string) {
	if c.pause && len(c.lists) > 0 && len(line)-len(strings.TrimLeft(line, " ")) < 2 {
		c.endLists()
	}
	c.pause = false
	if len(c.par) == 0 {
		c.lead = ""
	}
	c.par = append(c.par, strings.TrimLeft(line, " "))
}

// flush writes the block under construction.
func (c *composer) flush() {
	if len(c.par) == 0 {
		return
	}
	text := compose(c.par)
	c.par = nil
	if c.lead != "" && strings.TrimSpace(text) == "" {
		text = "&nbsp;" // an item without a text would be no item
	}
	for line := range strings.SplitSeq(c.lead+text, "\n") {
		if line != "" {
			c.w.line(line)
		}
	}
}

// expand makes spaces of the tabs that a line begins with.
func expand(line string) string {
	rest := strings.TrimLeft(line, " \t")
	if !strings.Contains(line[:len(line)-len(rest)], "\t") {
		return line
	}
	column := 0
	for _, r := range line[:len(line)-len(rest)] {
		if r == '\t' {
			column += 4 - column%4
		} else {
			column++
		}
	}
	return strings.Repeat(" ", column) + rest
}
