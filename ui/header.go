package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// bypass is the permission mode in which agents are asked nothing. It stays in
// sight.
const bypass = "bypassPermissions"

// paintHeader says what project this is and how it stands, in one line. What
// does not fit is left out, the least important first.
func paintHeader(c canvas, m *model) {
	s := m.view.Status
	x := c.line(0, 0, piece{c.theme.title, "fm "}, piece{c.theme.title, fm.Project{Root: s.Project}.Name()})
	for _, facts := range m.facts() {
		text := strings.Join(facts, " · ")
		if x+2+uniseg.StringWidth(text) <= c.w {
			c.lineRight(0, piece{c.theme.text, text})
			return
		}
	}
}

// facts are what the header says, in ever fewer words.
func (m *model) facts() [][]string {
	s, now := m.view.Status, m.view.Now
	if now.IsZero() {
		return nil // nothing was seen yet
	}
	clock, cost := now.Format("15:04"), s.Today.Cost.String()
	if !m.alive() {
		return [][]string{{"supervisor down", cost + " today", now.Format("Mon 2 Jan 15:04")}, {"supervisor down", cost, clock}, {"supervisor down"}, {"down"}}
	}
	active := fmt.Sprintf("%d/%d active", m.active(), s.Wanted.Workers)
	if m.active() > s.Wanted.Workers {
		active = fmt.Sprintf("%d active, %d wanted", m.active(), s.Wanted.Workers)
	}
	up := ""
	if !s.Started.IsZero() { // else it has not said yet since when it runs
		up = "up " + fm.Span(max(now.Sub(s.Started), time.Second))
	}
	all := [][]string{
		{active, cost + " today", up, now.Format("Mon 2 Jan 15:04")},
		{active, cost + " today", up, clock},
		{active, cost, up, clock},
		{active, cost, clock},
		{active, cost},
		{active},
	}
	for i := range all {
		all[i] = slices.DeleteFunc(all[i], func(fact string) bool { return fact == "" })
	}
	return all
}

// active is how many workers have a task.
func (m *model) active() int {
	n := 0
	for _, ws := range m.view.Status.Workers {
		if ws.Task != "" {
			n++
		}
	}
	return n
}

// notice is one thing that keeps fm from going on, with what to do: in few words
// and in more.
type notice struct {
	urgent      bool
	short, long string
}

// notices are all of them, those that want a person first; nil when nothing
// keeps it.
func (m *model) notices() []notice {
	s, now := m.view.Status, m.view.Now
	if now.IsZero() {
		return nil
	}
	var urgent, all []notice
	if !m.alive() {
		urgent = append(urgent, m.unwatched())
	}
	if g := s.Gate; m.alive() && g.Why != "" {
		when, why := "", fm.Line(g.Why, 300)
		if !g.Until.IsZero() {
			when = " until " + until(g.Until, now)
		}
		if g.Person {
			urgent = append(urgent, notice{short: why, long: "Nothing new is begun" + when + ": " + why})
		} else {
			all = append(all, notice{short: "Limited" + when + ": " + why, long: "Nothing new is begun" + when + ": " + why})
		}
	}
	if m.alive() && s.Wanted.Stop != "" {
		all = append(all, notice{short: "Stopping", long: "Stopping: " + stopText(s.Wanted.Stop)})
	}
	if s.Wanted.Paused {
		key := keyOf("pause")
		all = append(all, notice{short: "Paused: " + key + " goes on", long: "Paused: nothing new is begun, what runs goes on. " + key + " goes on (fm resume)."})
	}
	if m.alive() && s.Wanted.Workers == 0 {
		text := "No worker is wanted: " + keyOf("worker") + " adds one"
		all = append(all, notice{short: text, long: text + "."})
	}
	if q := s.Quota; q.Blocked.After(now) {
		text := "The forge listens again at " + until(q.Blocked, now)
		all = append(all, notice{short: text, long: text + because(q.Why)})
	}
	if s.Wanted.Permission == bypass {
		all = append(all, notice{short: bypass, long: "Agents ask for no permission (" + bypass + ")"})
	}
	for i := range urgent {
		urgent[i].urgent = true
	}
	return append(urgent, all...)
}

// unwatched says that no supervisor runs, with what to do: where there is nothing to
// look after none can be started.
func (m *model) unwatched() notice {
	if why := m.view.Unused; why != "" {
		return notice{short: "Nothing is begun here: fm work ISSUES", long: fm.Line(why, 300)}
	}
	key := keyOf("resume")
	return notice{short: key + " starts the supervisor", long: "The supervisor is not running: " + key + " starts it. What you order is done then."}
}

func stopText(mode supervisor.StopMode) string {
	if mode == supervisor.StopNow {
		return "workers are stopped, their work is kept."
	}
	return "workers finish what they have."
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + fm.Line(why, 200)
}

// noticeRows is how many rows the notices take.
func (m *model) noticeRows(h int) int {
	most := 1
	if h >= 20 {
		most = 2
	}
	if h >= 40 {
		most = 4
	}
	return min(len(m.notices()), most)
}

// paintNotices paints one in each row; the last row has what is left, in short.
func paintNotices(c canvas, m *model) {
	all := m.notices()
	for y := range c.h {
		if y >= len(all) {
			return
		}
		n := all[y]
		style, sign := c.theme.warn, "‖ "
		if n.urgent {
			style, sign = c.theme.bad, "! "
		}
		text := n.long
		if uniseg.StringWidth(sign+text) > c.w || y == c.h-1 && y < len(all)-1 {
			text = n.short
		}
		if y == c.h-1 {
			for _, r := range all[y+1:] {
				text += " · " + r.short
			}
		}
		c.line(0, y, piece{style, sign}, piece{plainer(style), text})
	}
}

// plainer keeps the colour of a style and takes its weight: a sign is bold, the
// words behind it are not.
func plainer(style tcell.Style) tcell.Style { return style.Bold(false) }
