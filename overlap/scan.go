package overlap

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner cuts a text into words of which each may be a path.
type scanner struct {
	text string
	pos  int // where to go on
	line int // where the current line begins
}

// word is a run of characters that paths are made of.
type word struct{ start, end int }

// next gives the next word; false at the end of the text.
func (s *scanner) next() (w word, more bool) {
	for s.pos < len(s.text) {
		n, fits := inPath(s.text[s.pos:])
		if fits {
			start := s.pos
			s.run()
			return word{start: start, end: s.pos}, true
		}
		if s.text[s.pos] == '\n' {
			s.line = s.pos + 1
		}
		s.pos += n
	}
	return word{}, false
}

// run moves to the end of the word that begins here.
func (s *scanner) run() {
	for start := s.pos; s.pos < len(s.text); {
		n, fits := inPath(s.text[s.pos:])
		if !fits {
			if n = s.route(start); n == 0 {
				return
			}
		}
		s.pos += n
	}
}

// route is the length of a part in brackets in the middle of a path, as web
// frameworks call folders, with its brackets: app/(shop)/[slug].tsx; else 0.
func (s *scanner) route(start int) int {
	const longest = 64
	if s.pos == start || !isSlash(s.text[s.pos-1]) {
		return 0
	}
	rest := s.text[s.pos:min(len(s.text), s.pos+longest)]
	closing := byte(')')
	switch rest[0] {
	case '[':
		closing = ']'
	case '(':
	default:
		return 0
	}
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == closing && i+1 < len(rest) && (isSlash(rest[i+1]) || rest[i+1] == '.' || rest[i+1] == closing):
			if rest[i+1] == closing {
				i++
			}
			return i + 1
		case c == '[' && i == 1:
		case isSlash(c), c >= utf8.RuneSelf:
			return 0
		default:
			if _, fits := inPath(rest[i:]); !fits {
				return 0
			}
		}
	}
	return 0
}

// inPath says whether a text begins with a character that stands in paths, and
// how long that character is.
func inPath(s string) (size int, fits bool) {
	switch c := s[0]; {
	case isLetter(c), isDigit(c):
		return 1, true
	case c < utf8.RuneSelf:
		return 1, strings.IndexByte(`/\._-+@%~$`, c) >= 0
	}
	r, n := utf8.DecodeRuneInString(s)
	return n, unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func isSlash(c byte) bool  { return c == '/' || c == '\\' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
