package fm

import (
	"strings"
)

// closingWords is a keyword with which GitHub closes an issue when the text is
// merged into the default branch, and the issue that it names: #12, GH-12,
// owner/repo#12 or an address. Between them may stand a line break, emphasis or
// the beginning of a link: rather one too many than a parent that is closed.
// https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
var closingWords = Pattern(`(?i)((?:\b|_)(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?))([\s:*_~(\[\x{a0}\x{2000}-\x{200a}]+)((?:[\w.-]+/[\w.-]+)?#(\d+)|GH-(\d+)|https?://[^\s/]+/[^\s/]+/[^\s/]+/(?:issues|pull)/(\d+))`)

// Closes lists the issues that a text closes when it is merged, by their
// numbers, in the order of the text. Whose repository they are in does not
// matter here.
func Closes(text string) []IssueID {
	var ids []IssueID
	for _, m := range closingWords().FindAllStringSubmatch(text, -1) {
		ids = append(ids, IssueID(m[4]+m[5]+m[6]))
	}
	return ids
}

// CloseNothing puts the issues that a text from outside would close into code
// spans, where a reader sees them and GitHub does not.
func CloseNothing(text string) string {
	for len(Closes(text)) > 0 { // what stands behind a span may be a keyword only then
		text = closingWords().ReplaceAllString(text, "$1$2`$3`")
	}
	return text
}

// Subject is a title that closes no issue, also as the subject of a commit,
// where GitHub reads keywords in quotation marks, too: "Fix #123: log in" becomes
// "Fix 123: log in".
func Subject(title string) string {
	for len(Closes(title)) > 0 { // an owner may be called GH-12
		title = subject(title)
	}
	return title
}

// subject takes a sign from each keyword, and so comes to an end.
func subject(title string) string {
	return closingWords().ReplaceAllStringFunc(title, func(found string) string {
		m := closingWords().FindStringSubmatch(found)
		number := m[4] + m[5] + m[6]
		where := strings.TrimSuffix(m[3], number) // "#", "GH-", "owner/repo#" or an address
		for _, sign := range []string{"#", "/issues/", "/pull/"} {
			where = strings.TrimSuffix(where, sign)
		}
		if where == "" || m[5] != "" {
			return m[1] + m[2] + number
		}
		return m[1] + m[2] + where + " " + number
	})
}
