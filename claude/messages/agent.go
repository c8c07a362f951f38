package messages

import "strings"

// The replies here are what an agent of fm does at the end of its work.

// Commit is the reply that commits files with the message that TASK.md asks for,
// where an issue is mended as a whole. It fails where TASK.md asks for none.
func Commit(files ...string) Reply {
	var words strings.Builder
	for _, name := range files {
		words.WriteString(" " + quote(name))
	}
	return Bash("git add --" + words.String() +
		" && sed -n '/^## The commit message$/,/^## /{s/^    //p;/^$/p}' TASK.md | git commit -q -F -")
}

// Complete is the reply that writes COMPLETION.md with such an outcome: SUCCESS,
// FAILED or PARTIAL.
func Complete(outcome, summary string) Reply {
	text := "# Completion Status\n\n**Status:** " + outcome + "\n\n## Summary\n" + summary + "\n"
	return Bash("printf '%s' " + quote(text) + " > COMPLETION.md")
}

// quote makes one word of the POSIX shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
