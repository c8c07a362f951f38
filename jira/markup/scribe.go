package markup

import (
	"strings"
	"unicode"
)

// scribe cuts a block of Markdown text into tokens of wiki text.
type scribe struct {
	src    string
	i      int
	text   strings.Builder
	tokens []token
	next   map[string]int
}

// compose gives the wiki text of the lines of a block.
func compose(lines []string) string {
	for i, line := range lines {
		trimmed := strings.TrimRight(line, " \t")
		if i < len(lines)-1 && strings.HasSuffix(trimmed, `\`) && !strings.HasSuffix(trimmed, `\\`) {
			trimmed = strings.TrimSuffix(trimmed, `\`) // a hard break; each line is one here
		}
		lines[i] = trimmed
	}
	s := scribe{src: strings.TrimSpace(strings.Join(lines, "\n"))}
	for s.i < len(s.src) {
		s.step()
	}
	s.endText()
	match(s.tokens)
	var b strings.Builder
	for i, t := range s.tokens {
		switch {
		case t.mark == 0 || t.pair < 0:
			b.WriteString(t.text)
		case t.pair > i:
			b.WriteString(wikiMark(t.mark, t.before))
		default:
			b.WriteString(reverse(wikiMark(t.mark, t.after)))
		}
	}
	out := strings.Split(b.String(), "\n")
	for i, line := range out {
		out[i] = guardWiki(strings.TrimSpace(line))
	}
	return strings.Join(out, "\n")
}

// wikiMark is the mark of an emphasis; in braces where it touches a word.
func wikiMark(m mark, beside rune) string {
	s := [lastMark]string{strong: "*", lowStrong: "*", emphasis: "_", lowEmphasis: "_", deleted: "-", thinDeleted: "-", both: "*_", lowBoth: "*_"}[m]
	if wordRune(beside) && len(s) == 1 {
		return "{" + s + "}"
	}
	return s
}

func reverse(s string) string {
	if s == "*_" {
		return "_*"
	}
	return s
}

func (s *scribe) step() {
	switch c := s.src[s.i]; c {
	case '\\':
		if s.i+1 < len(s.src) && asciiPunct(rune(s.src[s.i+1])) {
			s.i++
		}
	case '`':
		s.code()
		return
	case '[':
		if s.link(0) {
			return
		}
	case '!':
		if strings.HasPrefix(s.src[s.i+1:], "[") && s.link(1) {
			return
		}
	case '<':
		if s.angle() {
			return
		}
	case 'h', 'H', 'f':
		if s.address() {
			return
		}
	case '*', '_', '~':
		s.mark()
		return
	}
	s.char()
}

// char takes one character as text.
func (s *scribe) char() {
	n := len(string(runeAfter(s.src, s.i)))
	if s.src[s.i] >= 0x80 && !strings.HasPrefix(s.src[s.i:], string(runeAfter(s.src, s.i))) {
		n = 1 // not UTF-8; goes on as it is
	}
	guard(&s.text, s.src, s.i, n)
	s.i += n
}

func (s *scribe) endText() {
	if s.text.Len() > 0 {
		s.tokens = append(s.tokens, token{text: s.text.String()})
		s.text.Reset()
	}
}

func (s *scribe) raw(n int, wiki string) {
	s.text.WriteString(wiki)
	s.i += n
}

// mark takes a run of stars, underscores or tildes, by the rules of CommonMark
// for what stands around it.
func (s *scribe) mark() {
	n := runLen(s.src, s.i)
	t := token{mark: mdKind(s.src[s.i], n), before: runeBefore(s.src, s.i), after: runeAfter(s.src, s.i+n)}
	spaceB, spaceA := unicode.IsSpace(t.before), unicode.IsSpace(t.after)
	left := !spaceA && (!punct(t.after) || spaceB || punct(t.before))
	right := !spaceB && (!punct(t.before) || spaceA || punct(t.after))
	t.open, t.close = left, right
	if s.src[s.i] == '_' {
		t.open = left && (!right || punct(t.before))
		t.close = right && (!left || punct(t.after))
	}
	s.endText()
	for range n {
		guard(&s.text, s.src, s.i, 1)
		s.i++
	}
	t.text = s.text.String()
	s.text.Reset()
	s.tokens = append(s.tokens, t)
}

func punct(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }

func mdKind(c byte, n int) mark {
	kinds := [3]mark{emphasis, strong, both}
	switch c {
	case '_':
		kinds = [3]mark{lowEmphasis, lowStrong, lowBoth}
	case '~':
		kinds = [3]mark{thinDeleted, deleted, 0}
	}
	if n > len(kinds) {
		return 0
	}
	return kinds[n-1]
}

// find is the place of the next what at or behind from, or -1.
func (s *scribe) find(what string, from int) int {
	if at, known := s.next[what]; known && (at < 0 || at >= from) {
		return at
	}
	at := strings.Index(s.src[from:], what)
	if at >= 0 {
		at += from
	}
	if s.next == nil {
		s.next = map[string]int{}
	}
	s.next[what] = at
	return at
}
