package markup

import (
	"strings"
)

// itemKind says what an item is.
type itemKind int

const (
	itemLine  itemKind = iota // a line of wiki text
	itemCode                  // a block whose text is not wiki text
	itemOpen                  // a quote or panel begins
	itemClose                 // it ends
)

// item is a part of a wiki text, once its macros are known.
type item struct {
	kind        itemKind
	text        string // the line, or the body of the code
	lang, title string // of code and panels
	glued       bool   // stands in the same line of the source as the item before
}

// colour stands in lines where the colour of the text changed. Whoever wrote it
// without a partner has it escaped, so it is never text.
const colour = "{color}"

// scan splits a wiki text at its macros. Every macro that has a partner
// becomes an item or vanishes (colours); the others become escaped text.
func scan(src string) []item {
	pieces := cut(src)
	pair(pieces)
	var a assembly
	for i, p := range pieces {
		a.add(i, p)
	}
	a.endLine()
	return a.items
}

// pieceKind says what a piece is.
type pieceKind int

const (
	pieceText pieceKind = iota
	pieceCode
	pieceTag
)

// piece is a span of the source.
type piece struct {
	kind       pieceKind
	text       string // as it stands in the source; of code only the body
	name, args string // of the macro
	match      int    // the tag that closes this one, or 0
}

var tagPattern = pattern(`^\{(code|noformat|quote|panel|color|info|note|tip|warning|expand)(?::([^{}\n]*))?\}`)

// cut finds code and tags from left to right.
func cut(src string) []piece {
	c := cutter{src: src, ends: map[string]int{}}
	var pieces []piece
	start := 0
	for i := 0; i < len(src); {
		p, end := c.at(i)
		if p.kind == pieceText {
			i = end
			continue
		}
		if start < i {
			pieces = append(pieces, piece{text: src[start:i]})
		}
		pieces = append(pieces, p)
		start, i = end, end
	}
	return append(pieces, piece{text: src[start:]})
}

// cutter looks for the ends of code blocks. It remembers for each kind of end
// where the next one is, so that all searches together pass the text once.
type cutter struct {
	src  string
	ends map[string]int // by what ends: the next place, or len(src)
}

// at gives the macro that begins at i and where it ends, or no name and the
// next place to look at.
func (c *cutter) at(i int) (piece, int) {
	switch c.src[i] {
	case '\\':
		return piece{}, i + 2
	case '`':
		if i == 0 || c.src[i-1] == '\n' {
			return c.fence(i)
		}
	case '{':
		if i+1 < len(c.src) && strings.IndexByte("{*?^_-+~", c.src[i+1]) >= 0 {
			return piece{}, i + 2 // {{monospaced}} and {*}, whatever is in them
		}
		m := tagPattern().FindStringSubmatch(c.src[i:min(len(c.src), i+500)])
		if m == nil {
			break
		}
		end := i + len(m[0])
		if m[1] != "code" && m[1] != "noformat" {
			return piece{kind: pieceTag, text: m[0], name: m[1], args: m[2]}, end
		}
		closer := "{" + m[1] + "}"
		at := c.end(closer, end)
		if at == len(c.src) {
			return piece{kind: pieceTag, text: m[0], name: m[1]}, end
		}
		return piece{kind: pieceCode, text: c.src[end:at], name: m[1], args: m[2]}, at + len(closer)
	}
	return piece{}, i + 1
}

// fence takes a block of code as Markdown writes it: it is none for Jira, but
// that is what its writer meant.
func (c *cutter) fence(i int) (piece, int) {
	line, _, _ := strings.Cut(c.src[i:min(len(c.src), i+200)], "\n")
	info := strings.TrimLeft(line, "`")
	if len(line)-len(info) != 3 || strings.Contains(info, "`") {
		return piece{}, i + max(1, len(line)-len(info))
	}
	from := i + len(line)
	at := c.end("\n```", from)
	if at == len(c.src) {
		return piece{}, from
	}
	p := piece{kind: pieceCode, text: c.src[from:at], name: "code"}
	if info = strings.TrimSpace(info); languagePattern().MatchString(info) {
		p.args = info
	} else if info != "" { // text that somebody wrote in the wrong place
		p.text = c.src[i+3 : at]
	}
	return p, at + 4
}

// end is the next place at or behind from where what stands unescaped, or
// len(src).
func (c *cutter) end(what string, from int) int {
	if at, known := c.ends[what]; known && at >= from {
		return at
	}
	at := from
	for {
		n := strings.Index(c.src[at:], what)
		if n < 0 {
			at = len(c.src)
			break
		}
		at += n
		before := c.src[from:at]
		if what[0] != '{' || (len(before)-len(strings.TrimRight(before, `\`)))%2 == 0 {
			break
		}
		at++
	}
	c.ends[what] = at
	return at
}

// pair gives each opening tag the next tag without arguments of its name.
func pair(pieces []piece) {
	closers := map[string]int{}
	for i := len(pieces) - 1; i >= 0; i-- {
		p := &pieces[i]
		if p.kind != pieceTag || p.name == "code" || p.name == "noformat" {
			continue
		}
		p.match = closers[p.name]
		if p.args == "" {
			closers[p.name] = i
		}
	}
}
