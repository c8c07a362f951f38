package fm

import (
	"strings"
)

// Quoted makes a text from outside a part of a text of ours on a forge: what
// stands behind it is read as ours, nobody is called by it, and no issue closed.
// It ends the code block that it begins ([CommonMark] 0.31, fenced code blocks),
// and shows tags and comments of HTML instead of obeying them.
//
// [CommonMark]: https://spec.commonmark.org/0.31.2/#fenced-code-blocks
func Quoted(text string) string {
	lines := strings.Split(CloseNothing(Plain(text)), "\n")
	fence := ""
	for i, line := range lines {
		switch mark := fenceOf(line); {
		case fence == "" && mark != "":
			fence = mark
		case fence == "":
			lines[i] = quietLine(line)
		case strings.HasPrefix(mark, fence) && strings.TrimSpace(line) == mark:
			fence = ""
		}
	}
	if fence != "" {
		lines = append(lines, fence)
	}
	return strings.Join(lines, "\n")
}

var fencePattern = Pattern("^ {0,3}(`{3,}|~{3,})")

// fenceOf gives the run of backticks or tildes that a line begins with, if it
// can begin or end a code block.
func fenceOf(line string) string {
	m := fencePattern().FindStringSubmatch(line)
	if m == nil || m[1][0] == '`' && strings.Contains(strings.TrimLeft(line, " `"), "`") {
		return ""
	}
	return m[1]
}

var (
	mention = Pattern(`(^|[^\w/.@-])@([A-Za-z0-9][\w-]*(?:/[\w.-]+)?)`)
	tag     = Pattern(`<([A-Za-z!/?])`)
)

// quietLine quiets what is outside of the code spans of a line.
func quietLine(line string) string {
	parts := strings.Split(line, "`")
	for i := range parts {
		if i%2 == 0 || i == len(parts)-1 {
			parts[i] = tag().ReplaceAllString(mention().ReplaceAllString(parts[i], "$1`@$2`"), "&lt;$1")
		}
	}
	return strings.Join(parts, "`")
}
