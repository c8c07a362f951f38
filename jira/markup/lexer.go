package markup

import (
	"strings"
	"unicode"
)

// lexer cuts a line of wiki text into tokens of Markdown.
type lexer struct {
	style
	src    string
	i      int
	text   strings.Builder // finished text that is no token yet
	tokens []token
	next   map[string]int // places of what was searched, see find
}

// step takes what begins at the current place.
func (l *lexer) step() {
	c := l.src[l.i]
	switch c {
	case '\\':
		l.backslash()
		return
	case '{':
		if l.brace() {
			return
		}
	case '`':
		l.ticks()
		return
	case '[':
		if !l.inLink && l.link() {
			return
		}
	case '!':
		if l.image() {
			return
		}
	case '(':
		if l.emoticon() {
			return
		}
	case 'h', 'f', 'm', 's', 'g', 'H':
		if l.address() {
			return
		}
	case '*', '_', '-', '+', '^', '~', '?':
		l.mark()
		return
	}
	l.char()
}

// char takes one character as text.
func (l *lexer) char() {
	r := runeAfter(l.src, l.i)
	n := len(string(r))
	if r == '\uFFFD' && !strings.HasPrefix(l.src[l.i:], "\uFFFD") {
		n = 1 // not UTF-8; goes on as it is
	}
	l.literal(l.src[l.i:l.i+n], runeBefore(l.src, l.i), runeAfter(l.src, l.i+n))
	l.i += n
}

func (l *lexer) endText() {
	if l.text.Len() > 0 {
		l.tokens = append(l.tokens, token{text: l.text.String()})
		l.text.Reset()
	}
}

// raw takes n bytes of the source, as what is finished Markdown.
func (l *lexer) raw(n int, md string) {
	l.text.WriteString(md)
	l.i += n
}

// find is the place of the next what at or behind from, or -1. All searches
// for one thing together pass the line once.
func (l *lexer) find(what string, from int) int {
	if at, known := l.next[what]; known && (at < 0 || at >= from) {
		return at
	}
	at := strings.Index(l.src[from:], what)
	if at >= 0 {
		at += from
	}
	if l.next == nil {
		l.next = map[string]int{}
	}
	l.next[what] = at
	return at
}

// backslash takes a line break, an escaped character, or a backslash.
func (l *lexer) backslash() {
	rest := l.src[l.i+1:]
	switch {
	case strings.HasPrefix(rest, `\`):
		n := runLen(l.src, l.i)
		tail := l.src[l.i+n:]
		if at := strings.IndexAny(tail, "\\ \t"); n == 2 && (at < 0 || tail[at] != '\\') {
			l.raw(2+len(tail)-len(strings.TrimLeft(tail, " \t")), l.brk)
			return
		}
		for range n {
			l.char()
		}
	case rest != "" && strings.IndexByte("-#*_+?^~|%{}[]()!@", rest[0]) >= 0:
		l.literal(rest[:1], runeBefore(l.src, l.i), runeAfter(rest, 1))
		l.i += 2
	default:
		l.char()
	}
}

var anchorPattern = pattern(`^\{anchor:([\w.-]{1,200})\}`)

// brace takes what begins with a brace, if it means something.
func (l *lexer) brace() bool {
	rest := l.src[l.i:]
	if strings.HasPrefix(rest, colour) {
		l.i += len(colour)
		return true
	}
	if m := anchorPattern().FindStringSubmatch(rest[:min(len(rest), 220)]); m != nil {
		l.raw(len(m[0]), `<a id="`+m[1]+`"></a>`)
		return true
	}
	if len(rest) > 2 && rest[2] == '}' && kindOf(rest[1:2]) != 0 {
		l.forced(rest[1:2])
		return true
	}
	if !strings.HasPrefix(rest, "{{") || wordRune(runeBefore(l.src, l.i)) {
		return false
	}
	end := l.find("}}", l.i+2)
	if end < 0 {
		return false
	}
	for range 3 { // {{{id}}} is {id}, and no more
		if strings.HasPrefix(l.src[end+2:], "}") {
			end++
		}
	}
	if unicode.IsSpace(runeAfter(l.src, l.i+2)) || unicode.IsSpace(runeBefore(l.src, end)) || end == l.i+2 || wordRune(runeAfter(l.src, end+2)) {
		return false
	}
	body := l.src[l.i+2 : end]
	l.raw(end+2-l.i, l.codeSpan(unescape(strings.ReplaceAll(body, colour, ""))))
	return true
}

// unescape gives the text of monospaced wiki text.
func unescape(s string) string {
	return escapePattern().ReplaceAllString(s, "$1")
}

var escapePattern = pattern(`\\([-#*_+?^~|%{}\[\]()!@])`)

// ticks takes a span of code as Markdown writes it, for that is what its writer meant.
func (l *lexer) ticks() {
	n := runLen(l.src, l.i)
	fence := l.src[l.i : l.i+n]
	if n <= 3 {
		end := l.find(fence, l.i+n)
		for end >= 0 && runLen(l.src, end) != n {
			end = l.find(fence, end+runLen(l.src, end))
		}
		if end > l.i+n {
			l.raw(end+n-l.i, l.codeSpan(strings.TrimSpace(l.src[l.i+n:end])))
			return
		}
	}
	l.raw(n, strings.Repeat("\\`", n))
}

// emoticon takes (*) and its like, whose marks are none.
func (l *lexer) emoticon() bool {
	rest := l.src[l.i:]
	if len(rest) < 3 || rest[2] != ')' || !strings.Contains("*-+?!/", rest[1:2]) {
		return false
	}
	l.text.WriteByte('(')
	l.literal(rest[1:2], '(', ')')
	l.raw(3, ")")
	return true
}
