// Package markup turns Jira's text formatting notation ("wiki markup", what
// version 2 of its REST API takes and gives) into GitHub-flavoured Markdown,
// and back.
//
// No text is ever lost: every word of the source stands in the result, except
// the names and parameters of macros (colours, borders, sizes of images) and,
// on the way to Jira, HTML comments. What is not closed, or not understood,
// stays as the text that it is. A line end stays a line end, as Jira and GitHub
// both show it.
//
// Towards Markdown the package follows Jira's renderer, but is stricter where
// that one mangles technical text: a marker beside a slash or before a file's
// extension is no markup, so that globs and paths stay what they are.
// Towards Jira all text is hostile: only the constructs of Markdown make
// markup. No text makes a macro, a mention or an image.
//
// Both take time and memory in proportion to their input, whatever it is. They
// touch nothing outside, keep nothing, and may be called concurrently. Start
// reading at [ToMarkdown] and [FromMarkdown].
package markup

import "strings"

// ToMarkdown converts a description or comment as Jira stores it (see the
// [notation]) to GitHub-flavoured Markdown. The result ends without a newline.
// The text of code blocks stays as it is; only in a cell of a table, where
// Markdown has no blocks, each of its lines becomes a code span.
//
// [notation]: https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
func ToMarkdown(wiki string) string {
	r := reader{items: scan(unixLines(wiki))}
	for r.next < len(r.items) {
		r.step()
	}
	r.flush()
	return r.w.String()
}

// FromMarkdown converts GitHub-flavoured Markdown to Jira's notation: headings,
// emphasis, code, lists (nested, numbered, of tasks), tables, links, quotes and
// rules. Images become links, HTML comments vanish, other HTML and references
// stay text. The result ends without a newline.
func FromMarkdown(md string) string {
	c := composer{lines: strings.Split(unixLines(md), "\n")}
	for c.next < len(c.lines) {
		c.step()
	}
	c.leave()
	return c.w.String()
}

func unixLines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
