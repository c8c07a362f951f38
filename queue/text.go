package queue

import (
	"strings"
	"unicode/utf8"

	"github.com/founder-mode/fm"
)

const hexDigits = "0123456789ABCDEF"

// encode makes a value fit for a field: no column separator, no line break, no
// byte that a terminal obeys, none that hides or reorders text. The inverse is
// [decode], for every string.
func encode(s string) string {
	if !strings.ContainsFunc(s, unsafe) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if unsafe(r) { // RuneError, for a byte that is not UTF-8, is among them
			for _, c := range []byte(s[i : i+n]) {
				b.WriteByte('%')
				b.WriteByte(hexDigits[c>>4])
				b.WriteByte(hexDigits[c&15])
			}
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

func unsafe(r rune) bool {
	switch {
	case r == '|' || r == '%' || r < ' ':
		return true
	case r < 0x7f:
		return false
	}
	return fm.Plain(string(r)) == ""
}

// decode reads %XX. A person may write "50% done": what is no escape stands
// for itself.
func decode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			hi, lo := strings.IndexByte(hexDigits, upper(s[i+1])), strings.IndexByte(hexDigits, upper(s[i+2]))
			if hi >= 0 && lo >= 0 {
				b.WriteByte(byte(hi<<4 | lo))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'f' {
		return c - 'a' + 'A'
	}
	return c
}
