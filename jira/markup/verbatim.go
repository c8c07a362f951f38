package markup

import (
	"strings"
)

// fence takes a block of code between fences, to the end of the text or of the
// quote if it is not closed.
func (c *composer) fence(line string) {
	m := mdFencePattern().FindStringSubmatch(line)
	c.flush()
	if len(c.lists) > 0 && len(m[1]) < 2 {
		c.endLists()
	}
	var body []string
	for c.next < len(c.lines) {
		raw := c.lines[c.next]
		if c.quoted {
			mark := mdQuotePattern().FindString(raw)
			if mark == "" {
				break
			}
			raw = raw[len(mark):]
		}
		c.next++
		if text := strings.TrimSpace(raw); strings.HasPrefix(text, m[2]) && strings.Trim(text, m[2][:1]) == "" {
			break
		}
		indent := len(raw) - len(strings.TrimLeft(raw, " "))
		body = append(body, raw[min(indent, len(m[1])):])
	}
	info := strings.TrimSpace(m[3])
	if info != "" && !languagePattern().MatchString(info) { // text that somebody wrote in the wrong place
		body = append([]string{info}, body...)
	}
	c.verbatim(highlighter(info), body)
}

// indented takes a block of code that is indented.
func (c *composer) indented(line string) {
	body := []string{line[4:]}
	for c.next < len(c.lines) {
		next := expand(c.lines[c.next])
		if !strings.HasPrefix(next, "    ") && strings.TrimSpace(next) != "" {
			break
		}
		body = append(body, next[min(4, len(next)):])
		c.next++
	}
	for strings.TrimSpace(body[len(body)-1]) == "" {
		body = body[:len(body)-1]
	}
	c.verbatim("", body)
}

var (
	codePattern     = pattern(`(?i)\{\s*code`)
	noformatPattern = pattern(`(?i)\\*\{\s*noformat`)
)

// verbatim writes a block of code. What would end it before its time is
// escaped, which Jira shows.
func (c *composer) verbatim(language string, body []string) {
	text := strings.Join(body, "\n")
	open, end := "{code:"+language+"}", "{code}"
	if language == "" || codePattern().MatchString(text) {
		open, end = "{noformat}", "{noformat}"
		text = noformatPattern().ReplaceAllStringFunc(text, escapeMacro)
	}
	if len(c.lists) == 0 {
		c.w.blank()
	}
	c.w.line(open)
	for line := range strings.SplitSeq(text, "\n") {
		c.w.line(line)
	}
	c.w.line(end)
	if len(c.lists) == 0 {
		c.w.blank()
	}
}

// escapeMacro gives the brace of a macro a backslash, unless it has one already.
func escapeMacro(s string) string {
	at := strings.IndexByte(s, '{')
	if at%2 == 1 {
		return s
	}
	return s[:at] + `\` + s[at:]
}

// highlighter is the name that Jira has for a language, or "" if it has none:
// it complains about names that it does not know.
func highlighter(info string) string {
	switch name := strings.ToLower(info); name {
	case "ada", "bash", "c", "c#", "c++", "cpp", "css", "erlang", "go", "groovy", "haskell", "html", "java", "javascript",
		"js", "json", "lua", "perl", "php", "python", "r", "ruby", "scala", "sh", "sql", "swift", "xml", "yaml":
		return name
	case "shell", "zsh", "console":
		return "bash"
	case "ts", "typescript", "jsx", "tsx":
		return "javascript"
	case "py":
		return "python"
	case "rb":
		return "ruby"
	case "yml":
		return "yaml"
	case "golang":
		return "go"
	case "cs", "csharp":
		return "c#"
	}
	return ""
}

// comment drops a comment of HTML that begins a line, with all its lines.
func (c *composer) comment(line string) bool {
	if _, rest, closed := strings.Cut(line, "-->"); closed {
		if strings.TrimSpace(rest) != "" {
			return false // a line of text that has a comment
		}
		c.flush()
		return true
	}
	end, known := c.ends["-->"]
	if !known || end < c.next {
		end = c.next
		for end < len(c.lines) && !strings.Contains(c.lines[end], "-->") {
			end++
		}
		if c.ends == nil {
			c.ends = map[string]int{}
		}
		c.ends["-->"] = end
	}
	if end == len(c.lines) {
		return false
	}
	c.flush()
	_, rest, _ := strings.Cut(c.lines[end], "-->")
	c.lines[end] = rest
	c.next = end
	delete(c.ends, "-->")
	return true
}
