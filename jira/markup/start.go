package markup

import (
	"strings"
)

// startPattern finds what begins a block of Markdown: headings, quotes, lists,
// definitions of references, fences.
var startPattern = pattern(`^(?:#{1,6}(?:\s|$)|>|[-+*](?:\s|$)|\[[^\]]*\]:|~~~|` + "```" + `[^` + "`" + `]*$)`)

// guardStart escapes the beginning of a line of text that would begin a block of Markdown.
func guardStart(s string) string {
	if s == "" || s[0] == '\\' {
		return s
	}
	if startPattern().MatchString(s) || rules(s) {
		return `\` + s
	}
	return s
}

// rules says whether a line would be a rule, underline a heading, or separate
// the head of a table.
func rules(s string) bool {
	if strings.Trim(s, "=") == "" || strings.Trim(s, "-") == "" {
		return true
	}
	bare := strings.ReplaceAll(s, " ", "")
	if len(bare) > 2 && strings.ContainsRune("-_*", rune(bare[0])) && strings.Trim(bare, bare[:1]) == "" {
		return true
	}
	return strings.Trim(bare, "-:|") == "" && strings.Contains(bare, "-") && strings.Contains(bare, "|")
}
