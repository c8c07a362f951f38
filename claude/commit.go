package claude

import (
	"cmp"
	"strings"

	"github.com/founder-mode/fm"
)

// maxSubject is how long the first line of a commit message becomes, in runes.
const maxSubject = 72

// commitMessage is what the commit that mends an issue is to say. The issue's
// title comes from outside: whatever it says, the message closes no other issue.
func commitMessage(b fm.Brief) string {
	const much = 400
	title := cmp.Or(fm.Line(b.Issue.Title, much), fm.Line(b.Task.Title, much), "issue "+string(b.Task.ID))
	if !strings.HasPrefix(strings.ToLower(title), "fix:") {
		title = "fix: " + title // which makes a keyword of GitHub's even of "#12 is back"
	}
	for len(fm.Closes(title)) > 0 { // to take a sign away can join what stood beside it
		title = fm.Subject(title)
	}
	return fm.Line(title, maxSubject) + "\n\nFixes " + b.Task.ID.Ref() + "\n"
}
