package claude

import (
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// Screen reads what a pane shows, given as plain text. It is pure, and never
// fails: what it does not know is the zero Screen.
//
// The CLI draws a dialog in the place of its input box; so where the box
// stands, what looks like a dialog above it is only talk:
//
//	● what the agent said, in columns from the third on
//
//	✶ Stewing… (3s · ↓ 14 tokens)
//
//	  ❯ a message that waits
//	──────────────────────────────── fm-456 ──
//	❯ a draft
//	──────────────────────────────────────────
//	  status line and footer
func (c *Claude) Screen(shown string) fm.Screen { return readScreen(shown) }

// maxShown bounds the lines of a pane that are looked at.
const maxShown = 500

func readScreen(shown string) fm.Screen {
	lines := strings.Split(strings.TrimRight(shown, " \t\r\n"), "\n")
	lines = lines[max(0, len(lines)-maxShown):]
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\r")
	}
	b, ok := findBox(lines)
	if !ok {
		return fm.Screen{Dialog: readDialog(lines)}
	}
	below := lines[b.bottom+1:]
	if ended(below) {
		return fm.Screen{}
	}
	// The box of an earlier process can stand above the dialog of a new one.
	if lastRule(below) >= 0 {
		if d := readDialog(below); d.Kind != "" {
			return fm.Screen{Dialog: d}
		}
	}
	s := fm.Screen{Prompt: true, Draft: b.draft}
	if b.draft == queuedHint {
		s.Draft, s.Queued = "", true
	}
	if placeholder().MatchString(s.Draft) {
		s.Draft = ""
	}
	above, queued := aboveQueue(lines[:b.top])
	s.Queued = s.Queued || queued
	s.Busy, s.Retrying = readSpinner(above)
	for _, l := range below {
		s.Busy = s.Busy || strings.Contains(l, "esc to interrupt")
		s.Stashed = s.Stashed || strings.HasSuffix(l, "› stashed")
	}
	return s
}

const queuedHint = "Press up to edit queued messages"

// placeholder is what the CLI writes into an empty box; without colours it looks
// like a draft.
var placeholder = fm.Pattern(`^(Try ".*"|Message @\S+…)$`)

// A box is where the input box stands, by lines.
type box struct {
	top, bottom int // its rules
	draft       string
}

// findBox finds the last one. The CLI puts a no-break space behind the mark,
// which tells its box from all that is said about it.
func findBox(lines []string) (b box, found bool) {
	for top := len(lines) - 3; top >= 0; top-- {
		text, isBox := boxText(lines[top+1])
		if !isBox || !isTopRule(lines[top]) {
			continue
		}
		for bottom := top + 2; bottom < len(lines); bottom++ {
			if isRule(lines[bottom]) {
				return box{top, bottom, joinDraft(text, lines[top+2:bottom])}, true
			}
		}
	}
	return box{}, false
}

func boxText(line string) (text string, ok bool) {
	if line == "❯" {
		return "", true
	}
	if text, ok := strings.CutPrefix(line, "❯\u00a0"); ok {
		return text, true
	}
	if text, ok := strings.CutPrefix(line, "!\u00a0"); ok { // what is sent from here goes to a shell
		return "!" + text, true
	}
	return "", false
}

func joinDraft(first string, more []string) string {
	draft := []string{first}
	for _, l := range more {
		draft = append(draft, strings.TrimPrefix(l, "  "))
	}
	return strings.TrimSpace(fm.Plain(strings.Join(draft, "\n")))
}

// ended says whether the process of the box is gone: it leaves the box behind.
func ended(below []string) bool {
	for _, l := range below {
		if strings.HasPrefix(l, "Resume this session with") || strings.HasPrefix(l, "Pane is dead") {
			return true
		}
	}
	return false
}

// isRule says whether a line is one rule from side to side.
func isRule(line string) bool {
	return len(line) >= 4*len("─") && strings.Trim(line, "─") == ""
}

// isTopRule also takes a rule with the session's name near its right end.
func isTopRule(line string) bool {
	return strings.HasPrefix(line, "────") && strings.HasSuffix(line, "──")
}

func lastRule(lines []string) int {
	for i, l := range slices.Backward(lines) {
		if isTopRule(l) {
			return i
		}
	}
	return -1
}

// aboveQueue takes away the messages that wait for the end of the turn: they
// stand right on the box, without a blank line.
func aboveQueue(lines []string) (rest []string, queued bool) {
	i := len(lines)
	for i > 0 && strings.HasPrefix(lines[i-1], "  ") {
		i--
		if strings.HasPrefix(lines[i], "  ❯ ") {
			rest, queued = lines[:i], true
		}
	}
	if !queued {
		return lines, false
	}
	return rest, true
}

// spinner is the line that moves while a turn runs; the one that stays when it
// is over has no ellipsis.
var spinner = fm.Pattern(`^[·*∗✢✳✶✻✽] (\S.*…)`)

// retrying is the line about a request that failed.
var retrying = fm.Pattern(`^[·*∗✢✳✶✻✽] (\S.* · (?:Retrying|will retry)\b.*)$`)

// readSpinner looks at the last line above the box that is not indented; what
// is, belongs to it.
func readSpinner(above []string) (busy bool, retry string) {
	for _, l := range slices.Backward(above) {
		if l == "" || strings.HasPrefix(l, " ") {
			continue
		}
		if m := retrying().FindStringSubmatch(l); m != nil {
			return true, fm.Line(m[1], maxText)
		}
		return spinner().MatchString(l), ""
	}
	return false, ""
}
