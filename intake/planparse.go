package intake

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// maxPlan bounds the text of a plan, in bytes.
const maxPlan = 16 << 20

// ParsePlan reads a plan that [RenderPlan] wrote and people changed: exactly
// what was rendered when nobody did. A subissue may stand anywhere, bullets may
// be of any kind, and everything but the title may be missing. What others
// depend on goes by the numbers in the headings, and comes out as positions; a
// file without numbers has the positions themselves.
//
// An error wraps [fm.ErrRefused] and names the line.
func ParsePlan(text string) (fm.IssueID, fm.Split, error) {
	p := planParser{}
	err := p.parse(text)
	if err == nil {
		err = p.finish()
	}
	if err != nil {
		return "", fm.Split{}, fmt.Errorf("%w: line %d: %w", fm.ErrRefused, p.line, err)
	}
	return p.id, p.split, nil
}

// A planParser goes through the lines of a plan.
type planParser struct {
	line    int // from 1; where an error is
	id      fm.IssueID
	parts   []planPart
	section section
	fence   fence
	opened  int  // line of the fence
	going   bool // the next line without a bullet goes on with the item
	split   fm.Split
}

// A planPart is a subissue as it stands in the file.
type planPart struct {
	fm.Subissue
	line   int
	number int // 0 for none
	needs  []need
	text   []string // the description
}

// A need is a number that a subissue depends on.
type need struct{ number, line int }

func (p *planParser) parse(text string) error {
	p.line = 1
	if len(text) > maxPlan {
		return fmt.Errorf("a plan of %d bytes: want at most %d", len(text), maxPlan)
	}
	text = fm.Plain(strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n"))
	lines := strings.Split(text, "\n")
	first, err := behindHelp(lines)
	if err != nil {
		return err
	}
	for i, line := range lines[first:] {
		p.line = first + i + 1
		if err := p.take(line); err != nil {
			return err
		}
	}
	if p.fence != "" {
		p.line = p.opened
		return errors.New("the code block that begins here has no end")
	}
	return nil
}

// behindHelp gives the index of the first line behind the comment at the top.
func behindHelp(lines []string) (int, error) {
	first := slices.IndexFunc(lines, func(l string) bool { return strings.TrimSpace(l) != "" })
	if first < 0 || !strings.HasPrefix(strings.TrimSpace(lines[first]), "<!--") {
		return 0, nil
	}
	for i, line := range lines[first:] {
		if strings.Contains(line, "-->") {
			return first + i + 1, nil
		}
	}
	return 0, errors.New(`the comment that begins here has no end: write --> below it`)
}

func (p *planParser) take(line string) error {
	was := p.fence
	if len(p.parts) > 0 && p.section != fields {
		if p.fence = was.next(line); was == "" && p.fence != "" {
			p.opened = p.line
		}
	}
	if was == "" && p.fence == "" {
		if level, words, ok := heading(line); ok {
			return p.head(level, words)
		}
	}
	switch {
	case len(p.parts) == 0:
		if strings.TrimSpace(line) != "" {
			return errors.New(`want "# Plan for #123" and then "## 1. " with the title of a subissue`)
		}
	case p.section == fields:
		return p.field(line)
	case p.section == description:
		if was == "" && p.fence == "" {
			line = unguard(line)
		}
		last := &p.parts[len(p.parts)-1]
		last.text = append(last.text, line)
	default:
		p.item(line)
	}
	return nil
}

var (
	planHead = fm.Pattern(`(?i)^(?:plan\s+(?:for|of)\s+)?(?:issue\s+)?(?:#([a-z0-9][a-z0-9._-]*)|([a-z][a-z0-9._-]*\d|\d+))(?:$|[\s:])`)
	partHead = fm.Pattern(`^(?:(\d{1,4})[.)](?:\s+|$))?(.*)$`)
)

func (p *planParser) head(level int, words string) error {
	p.section, p.going = fields, false
	switch {
	case level == 1 && p.id != "":
		return errors.New(`a second "# " heading: a file has the plan of one issue; in a description write \# instead`)
	case level == 1:
		m := planHead().FindStringSubmatch(words)
		if m == nil {
			return fmt.Errorf(`heading %q: want "# Plan for #123"`, fm.Line(words, 60))
		}
		id, err := fm.ParseIssueID(m[1] + m[2])
		p.id = id
		return err
	case p.id == "":
		return errors.New(`want "# Plan for #123" before the first subissue`)
	case level == 2:
		m := partHead().FindStringSubmatch(words)
		part := planPart{line: p.line}
		part.number, _ = strconv.Atoi(m[1]) // 0 for none
		if part.Title = fm.Line(m[2], 0); part.Title == "" {
			return errors.New("a subissue without a title")
		}
		p.parts = append(p.parts, part)
		return nil
	case len(p.parts) == 0:
		return fmt.Errorf("section %q before the first subissue", words)
	}
	p.section, _ = parseSection(words)
	return nil
}

var (
	fieldLine  = fm.Pattern(`^\s*(?:[-*+•]\s+)?[*_]{0,2}([A-Za-z][A-Za-z ]*?)[*_]{0,2}\s*:[*_]{0,2}\s*(.*)$`)
	breakLine  = fm.Pattern(`^\s*(?:-{3,}|\*{3,}|_{3,})\s*$`)
	bulletLine = fm.Pattern(`^\s*(?:[-*+•–]|\d{1,3}[.)])(?:\s+(.*))?$`)
	boxMark    = fm.Pattern(`^\[[ xX]?\](?:\s+|$)`)
)

func (p *planParser) field(line string) error {
	if strings.TrimSpace(line) == "" || breakLine().MatchString(line) {
		return nil
	}
	part := &p.parts[len(p.parts)-1]
	m := fieldLine().FindStringSubmatch(line)
	if m == nil {
		return fmt.Errorf(`%q: want Priority, Hours, Depends on or Paths, or a section such as "### Description"`, fm.Line(line, 60))
	}
	name, value := strings.ToLower(m[1]), strings.TrimSpace(m[2])
	switch name {
	case "priority":
		return part.setPriority(value)
	case "hours", "estimated hours":
		return part.setHours(value)
	case "depends on", "depends", "after":
		return part.setNeeds(value, p.line)
	case "paths", "files":
		for word := range strings.SplitSeq(value, ",") {
			part.addPath(word)
		}
		return nil
	}
	return fmt.Errorf("field %q: want Priority, Hours, Depends on or Paths", fm.Line(m[1], 60))
}

func (s *planPart) setPriority(value string) error {
	if value == "" {
		return nil
	}
	priority, err := fm.ParsePriority(value)
	if err == nil {
		s.Priority = priority.String()
	}
	return err
}

var hoursValue = fm.Pattern(`(?i)^([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*(?:h|hours?)?$`)

func (s *planPart) setHours(value string) error {
	if value == "" {
		return nil
	}
	m := hoursValue().FindStringSubmatch(value)
	if m == nil {
		return fmt.Errorf("hours %q: want a number such as 3 or 2.5", fm.Line(value, 40))
	}
	var err error
	s.Hours, err = strconv.ParseFloat(m[1], 64)
	return err
}

func (s *planPart) setNeeds(value string, line int) error {
	words := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t,;", r) })
	for _, word := range words {
		if word = strings.ToLower(word); slices.Contains([]string{"and", "none", "nothing", "-"}, word) {
			continue
		}
		n, err := strconv.Atoi(strings.TrimPrefix(word, "#"))
		if err != nil || n < 1 {
			return fmt.Errorf("depends on %q: want numbers of subissues of this plan", fm.Line(word, 40))
		}
		s.needs = append(s.needs, need{n, line})
	}
	return nil
}

func (s *planPart) addPath(word string) {
	word = strings.TrimSpace(word)
	if inner, ok := strings.CutPrefix(word, "`"); ok && strings.HasSuffix(inner, "`") {
		word = strings.TrimSuffix(inner, "`")
	}
	if word = fm.Line(word, 0); word != "" {
		s.Paths = append(s.Paths, word)
	}
}

// item takes a line of a list. One without a bullet goes on with the item above
// it, and begins one behind an empty line.
func (p *planParser) item(line string) {
	part := &p.parts[len(p.parts)-1]
	var list *[]string
	switch p.section {
	case criteria:
		list = &part.Criteria
	case background:
		list = &part.Context
	case fields, description, paths:
	}
	words := fm.Line(line, 0)
	m := bulletLine().FindStringSubmatch(line)
	if m != nil {
		words = fm.Line(m[1], 0)
		if p.section == criteria {
			words = boxMark().ReplaceAllString(words, "")
		}
	}
	switch {
	case words == "" && m == nil:
		p.going = false
	case words == "", breakLine().MatchString(line):
	case list == nil:
		part.addPath(words)
	case m == nil && p.going && len(*list) > 0:
		(*list)[len(*list)-1] += " " + words
	default:
		*list = append(*list, words)
		p.going = true
	}
}

// finish turns numbers into positions, and checks the whole.
func (p *planParser) finish() error {
	if p.id == "" {
		return errors.New(`want "# Plan for #123"`)
	}
	at := p.positions()
	for _, part := range p.parts {
		part.Description = strings.TrimSpace(strings.Join(part.text, "\n"))
		for _, n := range part.needs {
			p.line = n.line
			switch position := at[n.number]; {
			case position == 0:
				return fmt.Errorf("depends on %d, and no subissue has that number; take it out, or correct it", n.number)
			case position < 0:
				return fmt.Errorf("depends on %d, which is the number of two subissues; give one of them another", n.number)
			case !slices.Contains(part.DependsOn, position):
				part.DependsOn = append(part.DependsOn, position)
			}
		}
		slices.Sort(part.DependsOn)
		p.split.Subissues = append(p.split.Subissues, part.Subissue)
	}
	bad, err := sound(p.split)
	if err != nil && bad >= 0 {
		p.line = p.parts[bad].line
	}
	return err
}

// positions maps the numbers of the headings to positions from 1, and a number
// that two have to -1.
func (p *planParser) positions() map[int]int {
	at := map[int]int{}
	for i, part := range p.parts {
		switch {
		case part.number == 0:
		case at[part.number] != 0:
			at[part.number] = -1
		default:
			at[part.number] = i + 1
		}
	}
	if len(at) == 0 {
		for i := range p.parts {
			at[i+1] = i + 1
		}
	}
	return at
}
