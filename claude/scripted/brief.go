package scripted

import (
	"encoding/json"
	"os"
	"strings"
)

// issueTitle reads ISSUE.json, else the first heading of TASK.md; "" when
// neither says.
func issueTitle(dir string) string {
	var issue struct {
		Title    string
		Issue    struct{ Title string }
		Subissue struct{ Title string }
	}
	if json.Unmarshal([]byte(fileIn(dir, "ISSUE.json")), &issue) == nil {
		if title := or(issue.Title, or(issue.Subissue.Title, issue.Issue.Title)); title != "" {
			return title
		}
	}
	for line := range strings.Lines(fileIn(dir, "TASK.md")) {
		if heading, ok := strings.CutPrefix(line, "# "); ok {
			return strings.TrimSpace(heading)
		}
	}
	return ""
}

// feedback is what TASK.md says against the task's pull request; "" for
// nothing.
func feedback(dir string) string {
	_, fenced := section(fileIn(dir, "TASK.md"), "What stands against its pull request")
	return fenced
}

// commitMessage is what TASK.md asks for, which it does where an issue is mended
// as a whole; "" for nothing.
func commitMessage(dir string) string {
	own, _ := section(fileIn(dir, "TASK.md"), "The commit message")
	var message strings.Builder
	for line := range strings.Lines(own) {
		if code, ok := strings.CutPrefix(line, "    "); ok || line == "\n" {
			message.WriteString(code)
		}
	}
	return strings.TrimSpace(message.String())
}

// closing is the line of a message that names the issue; "" for none.
func closing(message string) string {
	return message[strings.LastIndexByte(message, '\n')+1:]
}

// section gives what stands under a heading of TASK.md: in fm's own words, and
// within fences. A text within a fence is no heading.
func section(brief, heading string) (own, fenced string) {
	var said, quoted strings.Builder
	fence, inside := "", false
	for line := range strings.Lines(brief) {
		word := strings.TrimRight(line, "\n")
		switch {
		case fence != "" && word == fence:
			fence = ""
		case fence != "" && inside:
			quoted.WriteString(line)
		case fence != "":
		case strings.HasPrefix(word, "```"):
			fence = word[:len(word)-len(strings.TrimLeft(word, "`"))]
		case strings.HasPrefix(word, "## "):
			inside = word == "## "+heading
		case inside:
			said.WriteString(line)
		}
	}
	return said.String(), quoted.String()
}

// fileIn gives a file that fm puts beside the work, "" when there is none.
func fileIn(dir, name string) string {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return ""
	}
	defer func() { _ = root.Close() }() // read only
	text, _ := root.ReadFile(name)      // "" for any that cannot be read
	return string(text)
}
