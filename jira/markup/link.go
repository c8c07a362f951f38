package markup

import (
	"strings"
)

var (
	webPattern     = pattern(`^https?://`)
	addressPattern = pattern(`(?i)^(?:https?://|ftps?://|file:/|ssh://|git://|mailto:)`)
	schemePattern  = pattern(`(?i)^[a-z][a-z0-9+.-]{1,20}://\S|^mailto:\S+@|^file:/|^www\.\w|^/[\w~]|^//\w`)
	keyPattern     = pattern(`^[A-Z][A-Z0-9_]+-[0-9]+$`)
	filePattern    = pattern(`^[^|!]*\.[A-Za-z0-9]{2,5}$`)
)

// address takes a bare URL as it is.
func (l *lexer) address() bool {
	url := urlAt(l.src, l.i)
	if url == "" {
		return false
	}
	l.raw(len(url), l.auto(url))
	return true
}

// urlAt is the bare URL at i, without what ends the sentence, or "".
func urlAt(src string, i int) string {
	scheme := addressPattern().FindString(src[i:min(len(src), i+12)])
	if scheme == "" || wordRune(runeBefore(src, i)) {
		return ""
	}
	url := bareURL(src[i:])
	if len(url) <= len(scheme) {
		return ""
	}
	return url
}

// bareURL is the URL that s begins with.
func bareURL(s string) string {
	if end := strings.IndexAny(s, " \t\n\"<>[]|{}^`\\\u00a0"); end >= 0 {
		s = s[:end]
	}
	open := strings.Count(s, "(") - strings.Count(s, ")")
	for s != "" {
		last := s[len(s)-1]
		if last == ')' && open >= 0 || !strings.ContainsRune(".,;:!?'*_~)+", rune(last)) {
			break
		}
		if last == ')' {
			open++
		}
		s = s[:len(s)-1]
	}
	return s
}

// auto writes a URL whose text is itself.
func (l *lexer) auto(url string) string {
	if l.inLink || webPattern().MatchString(url) && !strings.ContainsAny(url, "*~"+l.escape) {
		return url
	}
	if l.inCell {
		url = strings.ReplaceAll(url, "|", "%7C")
	}
	return "<" + url + ">"
}

// link takes [text|target] and its like. What is in brackets, but is no link,
// stays in brackets.
func (l *lexer) link() bool {
	n := strings.IndexAny(l.src[l.i+1:], "[]")
	if n < 1 || l.src[l.i+1+n] == '[' {
		return false
	}
	body := l.src[l.i+1 : l.i+1+n]
	text, target, titled := strings.Cut(body, "|")
	if !titled {
		text, target = "", text
	}
	target, tip, _ := strings.Cut(target, "|")
	target = strings.TrimSpace(strings.ReplaceAll(target, colour, ""))
	md := l.target(target)
	if md == "" || strings.HasSuffix(body, `\`) {
		return false
	}
	if t := strings.TrimSpace(text); t != "" && t != target {
		md = l.titled(t, target, md)
	}
	if tip != "" && tip != "smart-link" && tip != "smart-card" && tip != "smart-embed" { // those say how to show it
		md += " (" + l.plain(tip) + ")"
	}
	l.raw(n+2, md)
	return true
}

// target writes the target of a link as a link, or gives nothing if it is none.
func (l *lexer) target(s string) string {
	switch {
	case s == "":
		return ""
	case schemePattern().MatchString(s):
		if strings.ContainsAny(s, " <>`") || !addressPattern().MatchString(s) {
			return l.titled(s, s, "")
		}
		return l.auto(s)
	case s[0] == '#' && len(s) > 1 && !strings.Contains(s, " "):
		return l.titled(s[1:], s, "")
	case s[0] == '^' && len(s) > 1:
		return l.codeSpan(s[1:])
	case s[0] == '~' && len(s) > 1 && !strings.ContainsAny(s, " /"):
		return "@" + strings.ReplaceAll(s[1:], "_", `\_`)
	case keyPattern().MatchString(s):
		return s
	}
	return ""
}

// titled writes a link with a text; one to what has no address, as the text and
// what is meant.
func (l *lexer) titled(text, target, plain string) string {
	inner := l.style
	inner.inLink = true
	md := inner.render(text)
	if plain != "" && !schemePattern().MatchString(target) && target[0] != '#' {
		return md + " (" + plain + ")"
	}
	return "[" + md + "](" + l.destination(target) + ")"
}

// destination writes the address of a link.
func (l *lexer) destination(url string) string {
	url = strings.NewReplacer("<", "%3C", ">", "%3E", `\`, "%5C", "`", "%60").Replace(url)
	if l.inCell {
		url = strings.ReplaceAll(url, "|", "%7C")
	}
	if strings.ContainsAny(url, " ()") {
		return "<" + url + ">"
	}
	return url
}

// image takes !file|size!, if it names a file or an address.
func (l *lexer) image() bool {
	if l.inLink || wordRune(runeBefore(l.src, l.i)) {
		return false
	}
	end := strings.IndexByte(l.src[l.i+1:], '!')
	if end < 4 || end > 2000 {
		return false
	}
	body := l.src[l.i+1 : l.i+1+end]
	name, params, _ := strings.Cut(body, "|")
	if name == "" || strings.TrimSpace(name) != name || wordRune(runeAfter(l.src, l.i+end+2)) ||
		!filePattern().MatchString(name) && !addressPattern().MatchString(name) {
		return false
	}
	alt := name[strings.LastIndexAny(name, "/^")+1:]
	for param := range strings.SplitSeq(params, ",") {
		if key, value, ok := strings.Cut(param, "="); ok && strings.TrimSpace(key) == "alt" {
			alt = strings.Trim(value, `" `)
		}
	}
	inner := l.style
	inner.inLink = true
	l.raw(end+2, "!["+inner.plain(alt)+"]("+l.destination(name)+")")
	return true
}

// plain writes a text that has no markup.
func (s style) plain(text string) string {
	l := lexer{style: s, src: text}
	for l.i < len(text) {
		l.char()
	}
	return l.text.String()
}
