package local

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const bom = "\ufeff"

// document is a Markdown file with an optional front matter:
//
//	---
//	title: Add a login
//	status: open
//	---
//	Body.
//
// It is kept as the lines that were read, so that an edit changes only the
// lines concerned. Each key is read for itself: people write `title: [#12] x`,
// which is no YAML, and the other keys should not suffer from it.
type document struct {
	bom   string
	eol   string // the file's own line end
	fence bool   // there is a front matter
	open  string // the opening fence, with its line end
	keys  []entry
	close string // the closing fence, with its line end
	body  string
}

// entry is a top-level key with all the lines that belong to it. The lines
// before the first key have no name.
type entry struct {
	name  string // lower case
	lines []string
}

var keyPattern = regexp.MustCompile(`^["']?([A-Za-z_][A-Za-z0-9_.-]*)["']?[ \t]*:(?:[ \t\r\n]|$)`)

// parseDocument accepts every text.
func parseDocument(text string) document {
	d := document{eol: "\n"}
	if rest, ok := strings.CutPrefix(text, bom); ok {
		d.bom, text = bom, rest
	}
	if i := strings.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		d.eol = "\r\n"
	}
	d.body = text
	lines := strings.SplitAfter(text, "\n")
	if strings.TrimRight(lines[0], " \t\r\n") != "---" {
		return d
	}
	for i, line := range lines[1:] {
		if fence := strings.TrimRight(line, " \t\r\n"); fence != "---" && fence != "..." {
			continue
		}
		d.fence, d.open, d.close = true, lines[0], line
		d.keys = parseKeys(lines[1 : i+1])
		d.body = strings.Join(lines[i+2:], "")
		return d
	}
	return d // never closed: a thematic break, and all of it is body
}

func parseKeys(lines []string) []entry {
	keys := []entry{{}}
	for _, line := range lines {
		if m := keyPattern.FindStringSubmatch(line); m != nil {
			keys = append(keys, entry{name: strings.ToLower(m[1])})
		}
		last := &keys[len(keys)-1]
		last.lines = append(last.lines, line)
	}
	return keys
}

// String gives the text back; for a document that was not edited, exactly the
// one that was parsed.
func (d *document) String() string {
	var b strings.Builder
	b.WriteString(d.bom)
	b.WriteString(d.open)
	for _, k := range d.keys {
		for _, line := range k.lines {
			b.WriteString(line)
		}
	}
	b.WriteString(d.close)
	b.WriteString(d.body)
	return b.String()
}

func (d *document) find(name string) *entry {
	for i := range d.keys {
		if d.keys[i].name == name {
			return &d.keys[i]
		}
	}
	return nil
}

// text is the value of a scalar key, "" when there is none. Numbers come as
// they were written.
func (d *document) text(name string) string {
	k := d.find(name)
	if k == nil {
		return ""
	}
	if raw := k.raw(); k.below() == 1 && plainWord.MatchString(raw) {
		return raw // what YAML would say too, at a hundredth of the cost
	}
	if n := k.node(); n != nil && n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		return strings.TrimSpace(n.Value)
	}
	return k.raw()
}

// flag is the value of a key that is set or not, in YAML's old words as well.
func (d *document) flag(name string) bool {
	switch strings.ToLower(d.text(name)) {
	case "true", "yes", "on":
		return true
	}
	return false
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_./-]*$`)

// line is the value of a key as a person means it: a "#" in a title without
// quotes is no comment.
func (d *document) line(name string) string {
	k := d.find(name)
	if k == nil {
		return ""
	}
	if n := k.node(); n != nil && n.Kind == yaml.ScalarNode && n.Style == 0 && len(k.lines) == 1 {
		return k.raw()
	}
	return d.text(name)
}

// list is the value of a key that holds a list, or one value, or values apart
// by commas.
func (d *document) list(name string) []string {
	k := d.find(name)
	if k == nil {
		return nil
	}
	var items []string
	if n := k.node(); n != nil && n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			if item.Kind == yaml.ScalarNode && item.Value != "" {
				items = append(items, strings.TrimSpace(item.Value))
			}
		}
		return items
	}
	for item := range strings.SplitSeq(strings.Trim(d.text(name), "[]"), ",") {
		if item = strings.Trim(item, " \t\"'"); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// node is the key's value as YAML; nil when it is none.
func (k *entry) node() *yaml.Node {
	var doc yaml.Node
	if yaml.Unmarshal([]byte(strings.Join(k.lines[:k.below()], "")), &doc) != nil || len(doc.Content) == 0 {
		return nil
	}
	if m := doc.Content[0]; m.Kind == yaml.MappingNode && len(m.Content) == 2 {
		return m.Content[1]
	}
	return nil
}

// raw is what stands behind the colon, for values that are not YAML and for
// `#12`, which is a comment to YAML and an id to people.
func (k *entry) raw() string {
	_, value, _ := strings.Cut(k.lines[0], ":")
	value = strings.TrimSpace(value)
	if value == "~" || strings.EqualFold(value, "null") || strings.HasPrefix(value, "# ") {
		return ""
	}
	return value
}

// tail is a comment behind a value without quotes.
var tail = regexp.MustCompile(`^[^"'#\[\{]*[^"'#\[\{\s]([ \t]+#.*?)\r?\n?$`)

// set gives a key a value: a string, a bool, or a list of strings. The lines
// of other keys stay as they are, and so do comments and blank lines below
// this one.
func (d *document) set(name string, value any) error {
	line, err := encode(name, value)
	if err != nil {
		return err
	}
	if !d.fence {
		d.fence, d.open, d.close = true, "---"+d.eol, "---"+d.eol
		if d.body != "" && !strings.HasPrefix(d.body, "\n") && !strings.HasPrefix(d.body, "\r\n") {
			d.close += d.eol
		}
	}
	k := d.find(name)
	if k == nil {
		d.keys = append(d.keys, entry{name: name, lines: []string{line + d.eol}})
		return nil
	}
	below := k.below()
	if m := tail.FindStringSubmatch(k.lines[0]); m != nil && below == 1 {
		if with := (&entry{lines: []string{line + m[1]}}); with.node() != nil {
			line += m[1]
		}
	}
	k.lines = append([]string{line + d.eol}, k.lines[below:]...)
	return nil
}

// unset removes a key with its lines.
func (d *document) unset(name string) {
	d.keys = slices.DeleteFunc(d.keys, func(k entry) bool { return k.name == name })
}

// below is where the comments and blank lines begin that stand under the
// key's value.
func (k *entry) below() int {
	n := len(k.lines)
	for n > 1 && isGap(k.lines[n-1]) {
		n--
	}
	return n
}

func isGap(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "#")
}

// encode writes `name: value` on one line.
func encode(name string, value any) (string, error) {
	var n yaml.Node
	if err := n.Encode(value); err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	if value == "" {
		return name + ":", nil
	}
	n.Style = yaml.FlowStyle
	for _, scalar := range append(n.Content, &n) {
		if scalar.Tag == "!!str" {
			scalar.Value, scalar.Style = strings.Join(strings.Fields(scalar.Value), " "), 0
		}
		if plainNumber.MatchString(scalar.Value) {
			scalar.Tag = "!!int" // ids stand without quotes, as people write them
		}
	}
	out, err := yaml.Marshal(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: name}, &n}})
	if err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	return strings.TrimRight(string(out), "\n"), nil
}

var plainNumber = regexp.MustCompile(`^[1-9][0-9]{0,14}$`)
