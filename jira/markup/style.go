package markup

import (
	"strings"
)

// style is how the inline text of one block becomes Markdown. What is escaped
// depends on the whole block: a single star emphasises nothing.
type style struct {
	brk    string // for a line break inside of a line
	escape string // marks of Markdown that would find a partner in the block
	inLink bool
	inCell bool
}

func newStyle(brk string, lines ...string) style {
	s := style{brk: brk}
	for _, c := range []string{"*", "_", "~"} {
		n := 0
		for _, line := range lines {
			n += strings.Count(line, c)
		}
		if n > 1 {
			s.escape += c
		}
	}
	return s
}

// renderAll renders the lines of a block.
func (s style) renderAll(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		text := s.render(line)
		hard := s.brk == "\\\n" && strings.HasSuffix(text, s.brk)
		if hard {
			text = strings.TrimSuffix(text, s.brk)
		}
		for part := range strings.SplitSeq(text, "\n") {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(guardStart(strings.TrimLeft(part, " \t")))
		}
		if hard && i < len(lines)-1 {
			b.WriteByte('\\')
		}
	}
	return b.String()
}

// render renders a line of wiki text.
func (s style) render(line string) string {
	l := lexer{style: s, src: line}
	for l.i < len(line) {
		l.step()
	}
	l.endText()
	match(l.tokens)
	var b strings.Builder
	for i, t := range l.tokens {
		switch {
		case t.mark == 0 || t.pair < 0:
			b.WriteString(t.text)
		case t.pair > i:
			b.WriteString(openTag(t.mark))
		default:
			b.WriteString(closeTag(t.mark))
		}
	}
	return b.String()
}

func openTag(m mark) string {
	return [lastMark]string{
		strong: "**", strongHabit: "**", emphasis: "_", deleted: "~~", inserted: "<ins>", super: "<sup>", sub: "<sub>", cited: "<cite>",
	}[m]
}

func closeTag(m mark) string {
	tag := openTag(m)
	if strings.HasPrefix(tag, "<") {
		return "</" + tag[1:]
	}
	return tag
}

// codeSpan quotes a text without newlines, exactly.
func (s style) codeSpan(text string) string {
	if text == "" {
		return ""
	}
	if s.inCell {
		text = strings.ReplaceAll(text, "|", `\|`)
	}
	ticks := "`"
	if n := longestRun(text); n > 0 {
		ticks = strings.Repeat("`", n+1)
	}
	if text[0] == '`' || text[len(text)-1] == '`' || text[0] == ' ' && text[len(text)-1] == ' ' && strings.TrimSpace(text) != "" {
		text = " " + text + " "
	}
	return ticks + text + ticks
}
