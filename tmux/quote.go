package tmux

import (
	"fmt"
	"strings"
)

// quote writes words as one command line for the control connection, so that
// tmux reads back exactly those words. Words hold no NUL.
func quote(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		quoteWord(&b, w)
	}
	return b.String()
}

// quoteWord uses double quotes, inside which tmux knows backslash escapes. A
// newline would end the command, "$" expands variables, a leading "~" expands
// even there, and the byte 0xff is the parser's own mark for the end.
func quoteWord(b *strings.Builder, w string) {
	b.WriteByte('"')
	for i := range len(w) {
		switch c := w[i]; {
		case c == '"', c == '\\', c == '$':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < 0x20, c == 0x7f, c == 0xff, c == '~' && i == 0:
			fmt.Fprintf(b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
}

// escape keeps tmux from taking the ";" at the end of an exec argument for the
// end of the command.
func escape(word string) string {
	if strings.HasSuffix(word, ";") {
		return word[:len(word)-1] + `\;`
	}
	return word
}

// literal keeps text from being expanded where tmux takes a format.
func literal(text string) string { return strings.ReplaceAll(text, "#", "##") }

// shellLine writes words as one command line for sh(1), so that it reads back
// exactly those words.
func shellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}
