package markup

import (
	"strings"
)

// code takes a span of code.
func (s *scribe) code() {
	n := runLen(s.src, s.i)
	fence := s.src[s.i : s.i+n]
	if n > 3 {
		s.raw(n, fence)
		return
	}
	end := s.find(fence, s.i+n)
	for end >= 0 && runLen(s.src, end) != n {
		end = s.find(fence, end+runLen(s.src, end))
	}
	body := ""
	if end > s.i {
		body = strings.TrimSpace(strings.ReplaceAll(s.src[s.i+n:end], "\n", " "))
	}
	if body == "" {
		s.raw(n, fence)
		return
	}
	s.text.WriteString("{{")
	for i := 0; i < len(body); {
		size := max(1, len(string(runeAfter(body, i))))
		if body[i] >= 0x80 && !strings.HasPrefix(body[i:], string(runeAfter(body, i))) {
			size = 1
		}
		if body[i] == '}' || body[i] == '!' && i+1 == len(body) { // what guard leaves, as it looks no further
			s.text.WriteByte('\\')
		}
		guard(&s.text, body, i, size)
		i += size
	}
	s.raw(end+n-s.i, "}}")
}

var breakPattern = pattern(`(?i)^<br */?>`)

// angle takes an address in angle brackets, a line break or a comment.
func (s *scribe) angle() bool {
	rest := s.src[s.i:]
	if tag := breakPattern().FindString(rest[:min(len(rest), 10)]); tag != "" {
		s.raw(len(tag), "\n")
		return true
	}
	if strings.HasPrefix(rest, "<!--") {
		if end := s.find("-->", s.i+4); end >= 0 {
			s.i = end + 3
			return true
		}
		return false
	}
	if !addressPattern().MatchString(rest[1:min(len(rest), 14)]) {
		return false
	}
	end := strings.IndexAny(rest[1:], "<> \n") + 1
	if end < 1 || rest[end] != '>' {
		return false
	}
	s.raw(end+1, "["+wikiURL(rest[1:end])+"]")
	return true
}

// address takes a bare URL.
func (s *scribe) address() bool {
	url := urlAt(s.src, s.i)
	if url == "" {
		return false
	}
	s.raw(len(url), wikiURL(url))
	return true
}

// link takes a link, or an image as a link, whose exclamation mark is skip
// bytes before it.
func (s *scribe) link(skip int) bool {
	from := s.i + skip + 1
	n := strings.IndexAny(s.src[from:], "[]")
	if n < 0 || s.src[from+n] == '[' || !strings.HasPrefix(s.src[from+n+1:], "(") {
		return false
	}
	start := from + n + 2
	end := closing(s.src, start)
	if end < 0 {
		return false
	}
	target := strings.TrimSpace(s.src[start:end])
	url, tip := target, ""
	if strings.HasPrefix(target, "<") {
		url, tip, _ = strings.Cut(target[1:], ">")
	} else if at := strings.IndexAny(target, " \n"); at >= 0 {
		url, tip = target[:at], target[at:]
	}
	if !linkable(url) {
		return false
	}
	text := mdEscapePattern().ReplaceAllString(strings.Trim(s.src[from:from+n], " \n*_`"), "$1")
	link := "[" + wikiURL(url) + "]"
	if label := linkText(text); label != "" && text != url {
		link = "[" + label + "|" + wikiURL(url) + "]"
	}
	if tip = strings.Trim(tip, " \n\"'()"); tip != "" {
		link += " \\(" + linkText(tip) + ")"
	}
	s.raw(end+1-s.i, link)
	return true
}

var mdEscapePattern = pattern("\\\\([!-/:-@\\[-`{-~])")

// closing is the place of the parenthesis that closes the address of a link, or -1.
func closing(src string, from int) int {
	depth := 1
	for i := from; i < len(src); i++ {
		switch src[i] {
		case '[':
			return -1
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				return i
			}
		}
	}
	return -1
}

// linkText writes a text that stands in a link.
func linkText(text string) string {
	text = strings.ReplaceAll(text, "\n", " ")
	var b strings.Builder
	for i := range len(text) {
		guard(&b, text, i, 1)
	}
	if strings.HasSuffix(text, "!") {
		b.WriteString("&nbsp;") // !| could begin an image
	}
	return strings.NewReplacer(`\|`, "&#124;", "]", `\]`).Replace(b.String())
}
