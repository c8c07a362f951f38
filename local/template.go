package local

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/founder-mode/fm"
)

// subissueTitle gives "[#123] Implement the middleware".
func subissueTitle(parent fm.IssueID, title string) string {
	mark := "[#" + string(parent) + "] "
	return mark + strings.TrimPrefix(fm.Line(title, 200), mark)
}

// subissueBody is the subissue template that users of fm know.
func subissueBody(parent fm.IssueID, s fm.Subissue, priority fm.Priority) string {
	var b strings.Builder
	b.WriteString("**Parent Issue**: #" + string(parent) + "\n")
	if s.Hours > 0 {
		b.WriteString("**Estimated Hours**: " + strconv.FormatFloat(s.Hours, 'f', -1, 64) + "\n")
	}
	b.WriteString("**Priority**: " + capital(priority.String()) + "\n")
	b.WriteString("\n## Description\n" + strings.TrimSpace(fm.Plain(s.Description)) + "\n")
	bullets(&b, "Acceptance Criteria", "- [ ] ", s.Criteria)
	bullets(&b, "Technical Context", "- ", s.Context)
	b.WriteString("\n---\nAutomated subissue from parent #" + string(parent) + "\n")
	return b.String()
}

func bullets(b *strings.Builder, heading, bullet string, items []string) {
	if len(items) == 0 {
		return
	}
	b.WriteString("\n## " + heading + "\n")
	for _, item := range items {
		b.WriteString(bullet + fm.Line(item, 0) + "\n")
	}
}

func capital(word string) string {
	r, n := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r)) + word[n:]
}
