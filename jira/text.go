package jira

import (
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/jira/markup"
)

// maxText is how many characters Jira takes for one text, unless an
// administrator says otherwise (jira.text.field.character.limit); fm counts
// bytes. It leaves room for what fm adds.
const maxText = 32_000

// notation is how Jira writes its texts.
type notation struct {
	read  func(wiki string) (markdown string)
	write func(markdown string) (wiki string)
}

func wikiMarkup() notation { return notation{markup.ToMarkdown, markup.FromMarkdown} }

// markdown is a text of Jira's for the rest of fm.
func (n notation) markdown(wiki string) string { return strings.TrimSpace(fm.Plain(n.read(wiki))) }

// wiki is a text of fm's for Jira, at most maxText long.
func (n notation) wiki(markdown string) string {
	text := fm.Plain(markdown)
	for limit := maxText; ; limit = limit * 3 / 4 {
		if converted := n.write(cut(text, limit)); len(converted) <= maxText {
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
