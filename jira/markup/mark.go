package markup

import (
	"strings"
	"unicode"
)

// mark takes a run of one of the characters that mark phrases.
func (l *lexer) mark() {
	n := runLen(l.src, l.i)
	run := l.src[l.i : l.i+n]
	before, after := runeBefore(l.src, l.i), runeAfter(l.src, l.i+n)
	t := token{mark: kindOf(run), before: before, after: after}
	if t.mark == 0 {
		for range n {
			l.char()
		}
		return
	}
	t.open = !wordRune(before) && before != '/' && !unicode.IsSpace(after) && !strings.ContainsRune(`/.,;:)]}\=|&%>`, after)
	t.close = !unicode.IsSpace(before) && !strings.ContainsRune(`/([<=`, before) && !wordRune(after) && after != '/' && after != '\\'
	if after == '.' { // *.go ends nothing
		t.close = t.close && !wordRune(runeAfter(l.src, l.i+n+1))
	}
	l.add(t, run, n)
}

// forced takes a mark in braces, which counts inside of words too.
func (l *lexer) forced(run string) {
	before, after := runeBefore(l.src, l.i), runeAfter(l.src, l.i+3)
	l.add(token{
		mark: kindOf(run), before: before, after: after,
		open: !unicode.IsSpace(after), close: !unicode.IsSpace(before),
	}, "{"+run+"}", 3)
}

// add adds a mark of n bytes, that may turn out to be a text.
func (l *lexer) add(t token, text string, n int) {
	l.endText()
	for i := range len(text) {
		before, after := t.before, t.after
		if i > 0 {
			before = rune(text[i-1])
		}
		if i < len(text)-1 {
			after = rune(text[i+1])
		}
		l.literal(text[i:i+1], before, after)
	}
	t.text = l.text.String()
	l.text.Reset()
	l.tokens = append(l.tokens, t)
	l.i += n
}

// kindOf says what a run marks. Two stars mark nothing for Jira, but those who
// write them mean Markdown.
func kindOf(run string) mark {
	switch run {
	case "*":
		return strong
	case "**":
		return strongHabit
	case "_":
		return emphasis
	case "-":
		return deleted
	case "+":
		return inserted
	case "^":
		return super
	case "~":
		return sub
	case "??":
		return cited
	}
	return 0
}

// literal writes a character of text, escaped if Markdown would see more in it
// between those around it.
func (l *lexer) literal(c string, before, after rune) {
	escape := false
	alone := unicode.IsSpace(before) && unicode.IsSpace(after)
	switch c {
	case "*", "~":
		escape = strings.Contains(l.escape, c) && !alone
	case "_":
		escape = strings.Contains(l.escape, c) && !alone && (!wordRune(before) || !wordRune(after))
	case "`":
		escape = true
	case `\`:
		escape = asciiPunct(after) || after == ' ' && l.i+1 >= len(l.src)
	case "<":
		escape = after == '/' || after == '!' || after == '?' || unicode.IsLetter(after) && !addressPattern().MatchString(l.src[min(len(l.src), l.i+1):min(len(l.src), l.i+12)])
	case "[":
		escape = l.inLink || l.looksLinked()
	case "]":
		escape = l.inLink
	case "!":
		escape = after == '['
	case "|":
		escape = l.inCell
	}
	if escape {
		l.text.WriteByte('\\')
	}
	l.text.WriteString(c)
}

// looksLinked says whether Markdown would make a link of the bracket at the
// current place that its writer did not mean.
func (l *lexer) looksLinked() bool {
	end := l.find("](", l.i)
	if end < 0 {
		return false
	}
	return !addressPattern().MatchString(l.src[end+2 : min(len(l.src), end+12)])
}
