package main

import (
	"strings"
	"unicode"
)

// columns is how much room a text takes on a terminal: two columns for what
// East Asian scripts and pictures take (Unicode Standard Annex #11, wide and
// fullwidth), none for marks that stand on another character. The text is one
// that [fm.Line] made.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch {
	case r < 0x300, r >= 0x2500 && r < 0x25fd: // lines and blocks, of which a picture may have many
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case wide(r):
		return 2
	}
	return 1
}

// wide says whether a character takes two columns: blocks of scripts, and the
// pictures that stand alone among narrow ones.
func wide(r rune) bool {
	blocks := [...]rune{ // the first and the last of each
		0x1100, 0x115f, 0x231a, 0x231b, 0x23e9, 0x23ec, 0x23f0, 0x23f0, 0x23f3, 0x23f3, 0x25fd, 0x25fe,
		0x2614, 0x2615, 0x2648, 0x2653, 0x267f, 0x267f, 0x2693, 0x2693, 0x26a1, 0x26a1, 0x26aa, 0x26ab,
		0x26bd, 0x26be, 0x26c4, 0x26c5, 0x26ce, 0x26ce, 0x26d4, 0x26d4, 0x26ea, 0x26ea, 0x26f2, 0x26f3,
		0x26f5, 0x26f5, 0x26fa, 0x26fa, 0x26fd, 0x26fd, 0x2705, 0x2705, 0x270a, 0x270b, 0x2728, 0x2728,
		0x274c, 0x274c, 0x274e, 0x274e, 0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797, 0x27b0, 0x27b0,
		0x27bf, 0x27bf, 0x2b1b, 0x2b1c, 0x2b50, 0x2b50, 0x2b55, 0x2b55, 0x2e80, 0x303e, 0x3041, 0x4dbf,
		0x4e00, 0xa4cf, 0xa960, 0xa97f, 0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe6f,
		0xff01, 0xff60, 0xffe0, 0xffe6, 0x16fe0, 0x18cff, 0x1aff0, 0x1b2ff, 0x1f004, 0x1f004, 0x1f0cf, 0x1f0cf,
		0x1f18e, 0x1f18e, 0x1f191, 0x1f19a, 0x1f200, 0x1f320, 0x1f32d, 0x1f64f, 0x1f680, 0x1f6ff, 0x1f7e0, 0x1f7f0,
		0x1f90c, 0x1f9ff, 0x1fa70, 0x1faff, 0x20000, 0x3fffd,
	}
	for i := 0; i < len(blocks); i += 2 {
		if r <= blocks[i+1] {
			return r >= blocks[i]
		}
	}
	return false
}

// cut shortens a text to so many columns, with an ellipsis.
func cut(text string, limit int) string {
	if len(text) <= limit || columns(text) <= limit { // no character has more columns than bytes
		return text
	}
	var b strings.Builder
	left := limit - 1
	for _, r := range text {
		if left -= runeColumns(r); left < 0 {
			break
		}
		b.WriteRune(r)
	}
	if limit > 0 {
		b.WriteRune('…')
	}
	return b.String()
}

// padded fills a text up to so many columns.
func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-columns(text)))
}
