package markup

import "strings"

// assembly makes items of pieces.
type assembly struct {
	items  []item
	line   strings.Builder // the line so far
	broken bool            // an item ended in the line that is being read
	open   []int           // the closing tags of the quotes and panels around
	fading map[int]bool    // the closing tags of colours
}

func (a *assembly) add(i int, p piece) {
	switch {
	case p.kind == pieceText:
		a.text(p.text)
	case p.kind == pieceCode:
		a.block(codeItem(p))
	case len(a.open) > 0 && a.open[len(a.open)-1] == i:
		a.open = a.open[:len(a.open)-1]
		a.block(item{kind: itemClose})
	case p.name == "color" && (a.fading[i] || p.match > 0):
		a.colour(i, p)
	case p.name != "color" && p.match > 0 && (len(a.open) == 0 || p.match < a.open[len(a.open)-1]):
		a.open = append(a.open, p.match)
		a.block(panelItem(p))
	default:
		a.text(`\` + p.text)
	}
}

// colour lets both tags vanish. Inside of a line a mark stays, because it ends
// words: in a{color:red}*b*{color} the b is bold.
func (a *assembly) colour(i int, p piece) {
	if !a.fading[i] {
		if a.fading == nil {
			a.fading = map[int]bool{}
		}
		a.fading[p.match] = true
	}
	if strings.TrimSpace(a.line.String()) == "" {
		a.line.Reset()
		return
	}
	a.line.WriteString(colour)
}

func (a *assembly) text(s string) {
	for {
		line, rest, more := strings.Cut(s, "\n")
		a.line.WriteString(line)
		if !more {
			return
		}
		a.endLine()
		a.broken = false
		s = rest
	}
}

// endLine makes an item of the line so far. Only spaces beside a block are no line.
func (a *assembly) endLine() {
	line := a.line.String()
	if !a.broken || strings.TrimSpace(line) != "" {
		a.items = append(a.items, item{kind: itemLine, text: line, glued: a.broken})
	}
	a.line.Reset()
}

// block adds what is no line.
func (a *assembly) block(it item) {
	if strings.TrimSpace(a.line.String()) != "" {
		a.endLine()
		it.glued = true
	}
	a.line.Reset()
	it.glued = it.glued || a.broken
	a.items = append(a.items, it)
	a.broken = true
}

func codeItem(p piece) item {
	it := item{kind: itemCode, text: strings.TrimPrefix(p.text, "\n")}
	for arg := range strings.SplitSeq(p.args, "|") {
		name, value, named := strings.Cut(arg, "=")
		switch {
		case named && strings.TrimSpace(name) == "title":
			it.title = strings.TrimSpace(value)
		case !named && p.name == "code":
			it.lang = strings.TrimSpace(arg)
		case strings.TrimSpace(name) == "language":
			it.lang = strings.TrimSpace(value)
		}
	}
	if at := strings.LastIndexByte(it.text, '\n'); at >= 0 && strings.TrimSpace(it.text[at:]) == "" {
		it.text = it.text[:at]
	}
	return it
}

// panelItem gives panels their title, and those whose name says something that name.
func panelItem(p piece) item {
	it := item{kind: itemOpen}
	for arg := range strings.SplitSeq(p.args, "|") {
		name, value, named := strings.Cut(arg, "=")
		switch {
		case named && strings.TrimSpace(name) == "title":
			it.title = strings.TrimSpace(value)
		case !named && p.name == "expand":
			it.title = strings.TrimSpace(arg)
		}
	}
	switch p.name {
	case "info", "note", "tip", "warning":
		if it.title == "" {
			it.title = strings.ToUpper(p.name[:1]) + p.name[1:]
		}
	}
	return it
}
