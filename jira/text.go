package jira

import (
	"strings"

	"github.com/founder-mode/fm"
)

// maxText is how many characters Jira takes for one text, unless an
// administrator says otherwise (jira.text.field.character.limit); fm counts
// bytes. It leaves room for what fm adds.
const maxText = 32_000

// markdown is a text of Jira's for the rest of fm.
func markdown(wiki string) string { return strings.TrimSpace(fm.Plain(toMarkdown(wiki))) }

// wiki is a text of fm's for Jira, at most maxText long.
func wiki(markdown string) string {
	text := fm.Plain(markdown)
	for limit := maxText; ; limit = limit * 3 / 4 {
		if converted := fromMarkdown(cut(text, limit)); len(converted) <= maxText {
			return strings.TrimSpace(converted)
		}
	}
}

// cut shortens a text to limit bytes, between two characters.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const dots = "…"
	return strings.ToValidUTF8(text[:max(0, limit-len(dots))], "") + dots
}

// The two ways of the markup.

func toMarkdown(wiki string) string { return strings.ReplaceAll(wiki, "\r\n", "\n") }

func fromMarkdown(markdown string) string { return markdown }
