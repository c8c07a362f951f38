package markup

import (
	"strings"
)

var mdSeparatorPattern = pattern(`^ {0,3}\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$`)

// table takes the table that a line begins, if it does: the line below it
// separates the head from the rows.
func (c *composer) table(head string) bool {
	if c.next == len(c.lines) {
		return false
	}
	below := c.lines[c.next]
	if c.quoted {
		below = below[len(mdQuotePattern().FindString(below)):]
	}
	if !strings.Contains(below, "|") || !mdSeparatorPattern().MatchString(below) || len(split(head)) != len(split(below)) {
		return false
	}
	c.endLists()
	c.w.blank()
	c.next++
	c.w.line(tableRow("||", split(head)))
	for c.next < len(c.lines) {
		line := c.lines[c.next]
		mark := mdQuotePattern().FindString(line)
		line = line[len(mark):]
		if (mark != "") != c.quoted || !strings.Contains(line, "|") {
			break
		}
		c.next++
		c.w.line(tableRow("|", split(line)))
	}
	c.w.blank()
	return true
}

// split gives the cells of a row of a Markdown table.
func split(line string) []string {
	line = strings.TrimPrefix(strings.TrimSpace(line), "|")
	var cells []string
	start := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '|':
			cells = append(cells, line[start:i])
			start = i + 1
		}
	}
	if rest := line[min(start, len(line)):]; strings.TrimSpace(rest) != "" || len(cells) == 0 {
		cells = append(cells, rest)
	}
	return cells
}

// tableRow writes a row of a wiki table.
func tableRow(bar string, cells []string) string {
	var b strings.Builder
	for _, cell := range cells {
		text := compose([]string{strings.ReplaceAll(strings.TrimSpace(cell), `\|`, "|")})
		if text == "" || strings.HasSuffix(text, "!") { // !| could begin an image
			text += " "
		}
		b.WriteString(bar + strings.ReplaceAll(text, "\n", ` \\ `))
	}
	b.WriteString(bar)
	return b.String()
}
