package intake

import (
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// A plan as people edit it. Where a line is read as a heading, and where the
// description of a subissue must be kept from being read so, is one question;
// this file answers it for both directions.

const planHelp = `<!--
This is a plan for one issue. Nothing was made yet. Change what you like, and
give it to: fm work --plan FILE

* Each heading with two # is a subissue. Take some out, write others, put them
  into another order. The number is only there for "Depends on".
* Below it stand Priority (critical, high, normal or low), Hours, and Depends on
  (the numbers of other subissues).
* Description, Acceptance criteria, Technical context and Paths may be left out.
* In a description, a line that begins with # or ## needs a \ before it.
-->
`

// section is a part of a subissue in the file.
type section string

const (
	fields      section = ""
	description section = "Description"
	criteria    section = "Acceptance criteria"
	background  section = "Technical context"
	paths       section = "Paths"
)

// parseSection reads the words of a heading.
func parseSection(words string) (section, bool) {
	switch strings.ToLower(strings.Trim(words, " \t#:*")) {
	case "description":
		return description, true
	case "acceptance criteria", "criteria":
		return criteria, true
	case "technical context", "context":
		return background, true
	case "paths", "files":
		return paths, true
	}
	return fields, false
}

var (
	headingLine = fm.Pattern(`^ {0,3}(#{1,3})(?:[ \t]+(.*))?$`)
	fenceLine   = fm.Pattern("^ {0,3}(`{3,}|~{3,})(.*)$")
	escapedLine = fm.Pattern("^( {0,3})\\\\(\\\\*(?:#|`{3}|~{3}))")
)

// heading reads a line that the structure of the file hangs on: of a plan, of
// a subissue, or of a section that has a name. Other headings are text.
func heading(line string) (level int, words string, ok bool) {
	m := headingLine().FindStringSubmatch(line)
	if m == nil {
		return 0, "", false
	}
	level, words = len(m[1]), strings.TrimSpace(m[2])
	if _, known := parseSection(words); level == 3 && !known {
		return 0, "", false
	}
	return level, words, true
}

// A fence is the code block that is open; "" for none. What stands in it is
// text.
type fence string

// next takes a line in.
func (f fence) next(line string) fence {
	m := fenceLine().FindStringSubmatch(line)
	switch {
	case m == nil:
		return f
	case f == "":
		if m[1][0] == '`' && strings.Contains(m[2], "`") {
			return "" // code within a line
		}
		return fence(m[1])
	case strings.HasPrefix(m[1], string(f)) && strings.TrimSpace(m[2]) == "":
		return ""
	}
	return f
}

// guard writes a description so that none of its lines is read as anything
// else.
func guard(text string) string {
	lines := strings.Split(text, "\n")
	open := fence("")
	for _, line := range lines {
		open = open.next(line)
	}
	unbalanced := open != "" // it would take in all that follows
	open = ""
	for i, line := range lines {
		outside := open == ""
		if !unbalanced {
			open = open.next(line)
		}
		_, _, structural := heading(line)
		if outside && (structural || escapedLine().MatchString(line) || unbalanced && fenceLine().MatchString(line)) {
			indent := len(line) - len(strings.TrimLeft(line, " "))
			lines[i] = line[:indent] + `\` + line[indent:]
		}
	}
	return strings.Join(lines, "\n")
}

// unguard is the inverse of guard for a line outside of a fence.
func unguard(line string) string { return escapedLine().ReplaceAllString(line, "$1$2") }

// RenderPlan writes a plan as Markdown that people can edit and [ParsePlan]
// reads. Control characters are left out.
func RenderPlan(issue fm.Issue, s fm.Split) string {
	var b strings.Builder
	b.WriteString(planHelp)
	b.WriteString("\n# Plan for #" + string(issue.ID) + ": " + fm.Line(issue.Title, 200) + "\n")
	for i, sub := range s.Subissues {
		b.WriteString("\n## " + strconv.Itoa(i+1) + ". " + fm.Line(sub.Title, 0) + "\n\n")
		if p, err := fm.ParsePriority(sub.Priority); err == nil {
			b.WriteString("- Priority: " + p.String() + "\n")
		}
		if sub.Hours > 0 {
			b.WriteString("- Hours: " + strconv.FormatFloat(sub.Hours, 'f', -1, 64) + "\n")
		}
		if len(sub.DependsOn) > 0 {
			words := make([]string, len(sub.DependsOn))
			for k, d := range sub.DependsOn {
				words[k] = strconv.Itoa(d)
			}
			b.WriteString("- Depends on: " + strings.Join(words, ", ") + "\n")
		}
		if text := strings.TrimSpace(fm.Plain(sub.Description)); text != "" {
			b.WriteString("\n### " + string(description) + "\n\n" + guard(text) + "\n")
		}
		renderList(&b, criteria, "- [ ] ", "", sub.Criteria)
		renderList(&b, background, "- ", "", sub.Context)
		renderList(&b, paths, "- `", "`", sub.Paths)
	}
	return b.String()
}

func renderList(b *strings.Builder, name section, before, after string, items []string) {
	if len(items) == 0 {
		return
	}
	b.WriteString("\n### " + string(name) + "\n\n")
	for _, item := range items {
		b.WriteString(before + fm.Line(item, 0) + after + "\n")
	}
}
