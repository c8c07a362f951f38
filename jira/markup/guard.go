package markup

import (
	"strings"
	"unicode"
)

// guard writes n bytes of text at i so that Jira sees no markup in them. A
// backslash can not be escaped: before another one it would make a line break,
// and take its effect from the escape that follows.
func guard(b *strings.Builder, src string, i, n int) {
	c := src[i]
	if n > 1 || !strings.ContainsRune(`\{[|!*_-+^~?(%#@`, rune(c)) {
		b.WriteString(src[i : i+n])
		return
	}
	before, after := runeBefore(src, i), runeAfter(src, i+1)
	escape := false
	switch c {
	case '\\':
		if !wordRune(after) {
			b.WriteString("&#92;")
			return
		}
	case '{', '[', '|':
		escape = true
	case '!':
		escape = !unicode.IsSpace(after)
	case '(':
		escape = emoticonPattern().MatchString(src[i:min(len(src), i+9)])
	case '*', '_', '-', '+', '^', '~':
		opens := !wordRune(before) && !unicode.IsSpace(after) && after != rune(c)
		closes := !wordRune(after) && !unicode.IsSpace(before) && before != rune(c)
		escape = opens || closes
	case '?':
		escape = after == '?' || before == '?'
	}
	if escape {
		b.WriteByte('\\')
	}
	b.WriteByte(c)
}

var emoticonPattern = pattern(`^\((?:[-+!?/xyni]|on|off|\*[rgby]?|flag|flagoff)\)`)

var (
	wikiStartPattern = pattern(`^(?:[*#-]+(?:\s|$)|-{4,}$|\|)`)
	wikiBlockPattern = pattern(`^(h[1-6]|bq)\.`)
)

// guardWiki escapes the beginning of a line that would begin a block of wiki text.
func guardWiki(s string) string {
	if m := wikiBlockPattern().FindStringSubmatch(s); m != nil {
		return m[1] + "&#46;" + s[len(m[0]):]
	}
	if wikiStartPattern().MatchString(s) {
		return `\` + s
	}
	return s
}

// linkable says whether fm may link to an address: no script, no user, no macro.
func linkable(url string) bool {
	return addressPattern().MatchString(url) && !strings.ContainsAny(url, " \n\t")
}

// wikiURL writes an address so that it ends no link and begins no macro.
func wikiURL(url string) string {
	return strings.NewReplacer("{", "%7B", "}", "%7D", "|", "%7C", "[", "%5B", "]", "%5D", "^", "%5E", `\`, "%5C",
		"!", "%21", "*", "%2A", "<", "%3C", ">", "%3E", `"`, "%22", "`", "%60").Replace(url)
}
