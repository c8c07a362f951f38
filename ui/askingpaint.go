package ui

import (
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// askingWidth is how wide the dialog gets: further the eye does not find back.
const askingWidth = 76

// bodyLine is a line of what is asked.
type bodyLine struct {
	text   string
	option int // whose line it is; 0 for that of the question itself
}

// body is what is asked and what can be chosen, in lines of so many cells.
func (a *asking) body(width int) []bodyLine {
	q := a.question().What
	var lines []bodyLine
	for _, line := range wrapped(q.Text, width) {
		lines = append(lines, bodyLine{text: line})
	}
	if len(q.Options) > 0 {
		lines = append(lines, bodyLine{})
	}
	for i, o := range q.Options {
		head := fmt.Sprintf("%d. ", i+1)
		for _, line := range wrapped(o, width-markWidth-len(head)) {
			lines = append(lines, bodyLine{head + line, i + 1})
			head = strings.Repeat(" ", len(head))
		}
	}
	return lines
}

// sheet is the dialog cut to the size of a screen.
type sheet struct {
	width, height int // inside of the box
	body          []bodyLine
	rows          int // of the body that are shown
	from          int // the first one of them
	air           int // 1 where there is room for empty lines, else 0
	foot          []string
}

// cut fits the dialog to a screen.
func (a *asking) cut(w, h int) sheet {
	s := sheet{width: max(min(askingWidth, w-4), 0)}
	s.body = a.body(s.width - markWidth)
	s.foot = wrapped(a.remark(), s.width)
	s.foot = s.foot[:min(len(s.foot), max(h/6, 1))]
	if h >= 16 {
		s.air = 1
	}
	frame := 2 + s.air + s.air + len(s.foot) + 1
	if a.phase == wording {
		frame++
	}
	s.height = max(min(frame+len(s.body), h-2), 0)
	s.rows = max(s.height-frame, 0)
	s.from = a.from
	if a.from == follow {
		s.from = 0
		for i, line := range s.body {
			if line.option == a.choice && a.choice > 0 {
				s.from = max(s.from, i-s.rows+1)
			}
		}
		for i, line := range s.body {
			if line.option == a.choice && a.choice > 0 {
				s.from = min(s.from, i) // an option is read from its beginning
				break
			}
		}
	}
	s.from = max(min(s.from, len(s.body)-s.rows), 0)
	return s
}

// scroll shows the page of the question that is so many further.
func (a *asking) scroll(d *Dashboard, pages int) {
	_, _, w, h := d.board.GetRect()
	s := a.cut(w, h)
	a.from = max(min(s.from+pages*max(s.rows-1, 1), len(s.body)-s.rows), 0)
}

func (a *asking) paint(c canvas, m *model) {
	if a.phase == looking {
		text := piece{c.theme.dim, "Looking at what is asked…"}
		c.box(cells([]piece{text}), 1).line(0, 0, text)
		return
	}
	s := a.cut(c.w, c.h)
	in := c.box(s.width, s.height)
	a.paintHead(in, m)
	a.paintBody(in.part(0, 2+s.air, in.w, s.rows), s)
	y := 2 + s.air + s.rows + s.air
	for i, line := range s.foot {
		in.text(0, y+i, in.theme.warn, line)
	}
	if a.phase == wording {
		label, _ := takesText(a.question().What)
		x := in.text(0, in.h-2, in.theme.strong, label) + 1
		a.line.paint(in.part(x, in.h-2, in.w-x, 1), in.theme.text)
	}
	a.paintHints(in.part(0, in.h-1, in.w, 1))
}

// paintHead says who asks, what kind of thing, on which task, and since when.
func (a *asking) paintHead(c canvas, m *model) {
	q := a.question()
	asks := map[fm.QuestionKind]string{
		fm.AsksPermission: "asks for permission", fm.AsksQuestion: "asks a question", fm.AsksPlan: "asks about its plan",
		fm.AsksLimit: "stands at a limit", fm.AsksDialog: "shows a dialog",
	}[q.What.Kind]
	if asks == "" {
		asks = "waits"
	}
	count := ""
	if len(a.all) > 1 {
		count = fmt.Sprintf("%d of %d", a.at+1, len(a.all))
	}
	c.part(0, 0, c.w-len(count)-1, 1).line(0, 0, piece{c.theme.title, q.Worker.String()}, piece{c.theme.text, " " + asks})
	c.right(0, c.theme.dim, count)
	since := ago(q.Since, m.view.Now)
	c.right(1, c.theme.dim, since)
	c.part(0, 1, c.w-len(since)-1, 1).text(0, 0, c.theme.dim, q.Run.Task.Ref()+" "+q.Title)
}

func (a *asking) paintBody(c canvas, s sheet) {
	for y := range min(s.rows, len(s.body)-s.from) {
		line := s.body[s.from+y]
		style, x := c.theme.text, 0
		if line.option > 0 {
			x = markWidth
		}
		switch {
		case a.phase == gone:
			style = c.theme.dim
		case line.option > 0 && line.option == a.choice:
			style = c.theme.selected
			c.part(0, y, c.w, 1).fill(style)
			if y == 0 || s.body[s.from+y-1].option != a.choice {
				c.put(0, y, piece{style, "›"})
			}
		}
		// Its spaces hold the lines of an option together.
		c.put(x, y, piece{style, line.text})
	}
	if s.from > 0 {
		c.put(c.w-1, 0, piece{c.theme.accent, "▲"})
	}
	if s.from+s.rows < len(s.body) {
		c.put(c.w-1, c.h-1, piece{c.theme.accent, "▼"})
	}
}

// remark is what the dialog has to say of itself.
func (a *asking) remark() string {
	switch {
	case a.phase == sending:
		return "Answering…"
	case a.phase == gone && a.note != "":
		return a.note + " The question is gone."
	case a.phase == gone:
		return "This question is gone: it was answered elsewhere."
	case a.note != "":
		return a.note
	}
	q, w := a.question().What, a.question().Worker.String()
	switch {
	case q.Kind == fm.AsksPlan && a.phase == choosing:
		return "The plan itself is to be read in its session: s joins " + w + "."
	case supervisor.Answerable(q):
		return ""
	case q.Kind == fm.AsksQuestion:
		return "Several may be chosen. Enter joins " + w + ", where you do that."
	}
	return "Only you can answer that, in its session. Enter joins " + w + "."
}

// paintHints says which keys do something; that which leads out always.
func (a *asking) paintHints(c canvas) { c.keyHints(a.hints(), [2]string{"Esc", a.out()}) }

// keyHints paints keys and what they do, as far as there is room, and at the
// right the one that leads out.
func (c canvas) keyHints(all [][2]string, out [2]string) {
	last := []piece{{c.theme.strong, out[0]}, {c.theme.dim, " " + out[1]}}
	c.lineRight(0, last...)
	x := 0
	for _, h := range all {
		pieces := []piece{{c.theme.strong, h[0]}, {c.theme.dim, " " + h[1]}}
		if x+cells(pieces)+wideGap+cells(last) > c.w {
			return
		}
		x += c.line(x, 0, pieces...) + wideGap
	}
}

// out says where Escape leads.
func (a *asking) out() string {
	if a.phase == wording {
		return "back"
	}
	return "leave"
}

// hints are keys and what they do now, the most needed first.
func (a *asking) hints() (all [][2]string) {
	add := func(key, does string) { all = append(all, [2]string{key, does}) }
	q, next := a.question().What, func() {}
	if len(a.all) > 1 {
		next = func() { add("→", "next") }
	}
	switch {
	case a.phase == sending:
	case a.phase == gone && len(a.all) > 1:
		add("Enter", "next")
	case a.phase == gone:
		add("Enter", "close")
	case a.phase == wording:
		add("Enter", "send")
	case !supervisor.Answerable(q):
		add("Enter", "join")
		next()
	default:
		if n := len(q.Options); n > 0 {
			add(fmt.Sprintf("1-%d", n), "choose")
		}
		if a.choice > 0 || len(q.Options) == 0 {
			add("Enter", "answer")
		}
		if _, ok := takesText(q); ok {
			add("e", "own words")
		}
		next()
		add("s", "session")
	}
	return all
}
