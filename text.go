package fm

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain makes text from outside safe to show: it drops control characters
// (tab and newline excepted), escape sequences, and the characters that
// reorder or hide text (Unicode Bidi_Control, zero-width, tags). It does not
// quote; whoever embeds the text in a format of its own does that.
func Plain(s string) string {
	if !strings.ContainsFunc(s, unsafeRune) && strings.ToValidUTF8(s, "") == s {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		if n := escapeLen(s); n > 0 {
			s = s[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		if !unsafeRune(r) {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

// Line is [Plain] on one line, cut to limit runes (0: uncut) with an ellipsis.
func Line(s string, limit int) string {
	s = strings.Join(strings.Fields(Plain(s)), " ")
	if runes := []rune(s); len(runes) > limit && limit > 0 {
		return string(runes[:limit-1]) + "…"
	}
	return s
}

// escapeLen is the length of the terminal escape sequence that s starts with
// (ECMA-48: CSI, and OSC, DCS, APC, PM, SOS strings), or 0.
func escapeLen(s string) int {
	if len(s) < 2 || s[0] != 0x1b {
		return 0
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
		}
		return len(s)
	case ']', 'P', '_', '^', 'X':
		for i := 2; i < len(s); i++ {
			if s[i] == 0x07 {
				return i + 1
			}
			if s[i] == 0x1b && i+1 < len(s) && s[i+1] == '\\' {
				return i + 2
			}
		}
		return len(s)
	}
	return 2
}

func unsafeRune(r rune) bool {
	switch {
	case r == '\n', r == '\t':
		return false
	case r == unicode.ReplacementChar:
		return true
	case unicode.IsControl(r):
		return true
	case r == 0x061c, r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff:
		return true
	case r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}
