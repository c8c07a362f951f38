package fm

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TitleFor gives a subissue's title in a tracker: "[#123] Implement the
// middleware". It closes nothing: see [Subject].
func (s Subissue) TitleFor(parent IssueID) string {
	mark := "[" + parent.Ref() + "] "
	return mark + Subject(strings.TrimPrefix(Line(s.Title, 200), mark))
}

// BodyFor gives a subissue's text in a tracker, by the template that users of
// fm know.
func (s Subissue) BodyFor(parent IssueID) string {
	var b strings.Builder
	b.WriteString("**Parent Issue**: " + parent.Ref() + "\n")
	if s.Hours > 0 {
		b.WriteString("**Estimated Hours**: " + strconv.FormatFloat(s.Hours, 'f', -1, 64) + "\n")
	}
	b.WriteString("**Priority**: " + capital(s.Urgency().String()) + "\n")
	b.WriteString("\n## Description\n" + strings.TrimSpace(Plain(s.Description)) + "\n")
	bullets(&b, "Acceptance Criteria", "- [ ] ", s.Criteria)
	bullets(&b, "Technical Context", "- ", s.Context)
	b.WriteString("\n---\nAutomated subissue from parent " + parent.Ref() + "\n")
	return b.String()
}

// Urgency is what the plan says of the priority, and [Normal] where that is no
// word for one.
func (s Subissue) Urgency() Priority {
	if p, err := ParsePriority(s.Priority); err == nil {
		return p
	}
	return Normal
}

func bullets(b *strings.Builder, heading, bullet string, items []string) {
	if len(items) == 0 {
		return
	}
	b.WriteString("\n## " + heading + "\n")
	for _, item := range items {
		b.WriteString(bullet + Line(item, 0) + "\n")
	}
}

func capital(word string) string {
	r, n := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r)) + word[n:]
}
