package markup

import (
	"unicode"
	"unicode/utf8"
)

// mark is a kind of emphasis, in both notations. Zero is none.
type mark byte

const (
	strong      mark = iota + 1
	strongHabit      // as Markdown writes it, in a wiki text
	emphasis
	both
	deleted
	inserted
	super
	sub
	cited
	lowStrong // with underscores
	lowEmphasis
	lowBoth
	thinDeleted // with one tilde
	lastMark
)

// token is a part of a line in the notation that is written, or a mark that may
// turn out to be text.
type token struct {
	text        string // finished, for a mark that has no partner as well
	mark        mark
	before      rune // what stands around a mark in the source
	after       rune
	open, close bool // what a mark could be by what stands around it
	pair        int  // the token that this one opens or closes for, or -1
}

// match finds the partners of marks. A mark opens for the next one of its
// kind that can close; spans nest, and never cross. As a span holds no span of
// its own kind, one pass from each end is enough.
func match(tokens []token) {
	var closers [lastMark]int
	next := make([]int, len(tokens))
	for i := len(tokens) - 1; i >= 0; i-- {
		t := &tokens[i]
		t.pair = -1
		if t.mark == 0 {
			continue
		}
		next[i] = closers[t.mark]
		if t.close {
			closers[t.mark] = i
		}
	}
	var ends []int
	for i := range tokens {
		if len(ends) > 0 && ends[len(ends)-1] == i {
			ends = ends[:len(ends)-1]
			continue
		}
		t := &tokens[i]
		if t.mark == 0 || !t.open || next[i] <= i+1 || len(ends) > 0 && next[i] > ends[len(ends)-1] {
			continue
		}
		t.pair = next[i]
		tokens[t.pair].pair = i
		ends = append(ends, t.pair)
	}
}

// runeBefore and runeAfter give what stands before and at a place; a space for the edges.
func runeBefore(s string, i int) rune {
	if i <= 0 {
		return ' '
	}
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return r
}

func runeAfter(s string, i int) rune {
	if i >= len(s) {
		return ' '
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return r
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// runLen is the length of the run of the byte at i.
func runLen(s string, i int) int {
	n := 1
	for i+n < len(s) && s[i+n] == s[i] {
		n++
	}
	return n
}

// asciiPunct says whether a backslash before r escapes it in Markdown.
func asciiPunct(r rune) bool {
	return r > ' ' && r < 0x7f && !wordRune(r)
}
