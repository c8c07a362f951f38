package ui

// area is a rectangle of the page.
type area struct{ x, y, w, h int }

func (a area) in(c canvas) canvas { return c.part(a.x, a.y, a.w, a.h) }

func (a area) holds(x, y int) bool { return x >= a.x && x < a.x+a.w && y >= a.y && y < a.y+a.h }

// overview is where everything is on the first page. What has no rows is not
// there.
type overview struct {
	header, notices, waiting   area
	heading, list, pane, below area
	foot                       area
	summary                    []block
	gap                        int // rows between the blocks of the summary
	divider                    int // the column of a line between list and pane; 0 for none
}

// arrange gives everything its area, on a page of so many cells. What matters
// most comes first: who asks, who works, the queue in a line; then the pane of
// the selected worker; then the rest.
func (m *model) arrange(t theme, w, h int) overview {
	var o overview
	y := 0
	take := func(rows int) area {
		a := area{0, y, w, min(max(rows, 0), max(h-y, 0))}
		y += a.h
		return a
	}
	o.header = take(1)
	if h >= 3 {
		h--
		o.foot = area{0, h, w, 1}
	}
	o.notices = take(m.noticeRows(h))
	if h >= 36 {
		take(1)
	}
	o.waiting = take(m.waitingRows(h))
	if h >= 36 && o.waiting.h > 0 {
		take(1)
	}
	switch rest := (area{0, y, w, max(h-y, 0)}); {
	case len(m.view.Status.Workers) == 0:
		m.nobody(t, &o, rest)
	case w >= 140 && h >= 20:
		m.columned(t, &o, rest)
	default:
		m.stacked(t, &o, rest)
	}
	return o
}

// columned has the list and the summary left of the pane.
func (m *model) columned(t theme, o *overview, rest area) {
	left := min(max(rest.w*42/100, 60), 96)
	if rest.h >= 36 {
		o.gap = 1
	}
	o.summary = m.summary(t, left, max(rest.h/2-4*o.gap, 5))
	below := summaryRows(o.summary, o.gap)
	rows := min(max(rest.h-1-below-1, 1), max(len(m.view.Status.Workers), 2))
	o.heading = area{0, rest.y, left, 1}
	o.list = area{0, rest.y + 1, left, rows}
	o.below = area{0, o.list.y + rows + 1, left, below}
	o.divider = left + 1
	o.pane = area{left + 3, rest.y, rest.w - left - 3, rest.h}
}

// nobody has the summary below a few words in the place of the list.
func (m *model) nobody(t theme, o *overview, rest area) {
	o.heading = area{0, rest.y, rest.w, min(1, rest.h)}
	o.list = area{0, rest.y + 1, rest.w, min(2, max(rest.h-1, 0))}
	o.summary = m.summary(t, rest.w, max(rest.h-4, 1))
	o.below = area{0, rest.y + 4, rest.w, max(rest.h-4, 0)}
}

// stacked has everything one below the other.
func (m *model) stacked(t theme, o *overview, rest area) {
	tall := rest.h >= 14
	rows := 1
	if tall {
		rows = max(rest.h/5, 4)
	}
	o.summary = m.summary(t, rest.w, rows)
	below := min(summaryRows(o.summary, 0), rest.h)
	o.below = area{0, rest.y + rest.h - below, rest.w, below}
	rest.h -= below
	least := 0 // rows of the pane, with its heading
	if tall {
		o.heading = area{0, rest.y, rest.w, 1}
		rest.y, rest.h = rest.y+1, rest.h-1
		least = max(rest.h*2/5, 7)
	}
	rows = min(max(len(m.view.Status.Workers), 1), max(rest.h-least, 0))
	if rest.h-rows < 4 { // too few to show anything
		rows = rest.h
	}
	o.list = area{0, rest.y, rest.w, rows}
	o.pane = area{0, rest.y + rows, rest.w, rest.h - rows}
}
