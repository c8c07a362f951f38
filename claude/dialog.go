package claude

import (
	"slices"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

var (
	// numbered is an option of a menu. Behind the mark of the present one stands
	// a space; behind that of the input box, a no-break space.
	numbered = fm.Pattern(`^ {0,4}(?:❯ )? {0,3}(\d{1,2})\. {1,2}(\S.*)$`)
	// help is what stands at the end of most dialogs.
	help = fm.Pattern(`(?i)\besc to (cancel|close|exit|go back)|\benter to (confirm|select|continue|view)\b|press enter to|Showing detailed transcript`)
	// mayI is how the CLI asks for leave.
	mayI = fm.Pattern(`(?m)^ *(Do you want to |Would you like to |Allow )`)
)

// readDialog reads the dialog at the end of a pane without an input box; the
// zero Question when there is none.
func readDialog(lines []string) fm.Question {
	d := cutDialog(lines)
	if len(d.lines) == 0 || len(d.options) == 0 && !helped(lines) {
		return fm.Question{}
	}
	return fm.Question{Kind: d.kind(), Text: fm.Line(d.text(), maxText), Options: d.options}
}

// helped looks at the last lines that are no rule.
func helped(lines []string) bool {
	left := 3
	for i := len(lines) - 1; i >= 0 && left > 0; i-- {
		if lines[i] == "" || isRule(lines[i]) {
			continue
		}
		if help().MatchString(lines[i]) {
			return true
		}
		left--
	}
	return false
}

// A dialog is what was found on a pane.
type dialog struct {
	lines   []string // between its rules, without blank ones
	options []string
	first   int // index in lines of the first option; -1 for none
}

// cutDialog takes the lines from the last rule on. There can be another rule
// below the dialog, and one within its menu, above the last option.
func cutDialog(lines []string) dialog {
	end := len(lines)
	for end > 0 && (lines[end-1] == "" || isTopRule(lines[end-1])) {
		end--
	}
	start := lastRule(lines[:end]) + 1
	d := compact(lines[start:end])
	for whole := d; firstNumber(whole.lines) > 1 && start > 0; {
		start = lastRule(lines[:start-1]) + 1
		if whole = compact(lines[start:end]); firstNumber(whole.lines) == 1 {
			d = whole
		}
	}
	d.readOptions()
	return d
}

func compact(lines []string) dialog {
	d := dialog{first: -1}
	for _, l := range lines {
		if l != "" && !isTopRule(l) {
			d.lines = append(d.lines, l)
		}
	}
	return d
}

// firstNumber is that of the first numbered line; 0 when there is none.
func firstNumber(lines []string) int {
	for _, l := range lines {
		if m := numbered().FindStringSubmatch(l); m != nil {
			return number(m[1])
		}
	}
	return 0
}

// readOptions takes the numbered lines around the marked one, because a plan or
// a file that is shown above can hold a numbered list, too.
func (d *dialog) readOptions() {
	at := lastSelected(d.lines)
	if at < 0 {
		return
	}
	m := numbered().FindStringSubmatch(d.lines[at])
	n := number(m[1])
	d.first, d.options = at, []string{option(m[2])}
	want := n - 1
	for i := at - 1; i >= 0 && want > 0; i-- {
		if m := numbered().FindStringSubmatch(d.lines[i]); m != nil && m[1] == strconv.Itoa(want) {
			d.first, d.options = i, append([]string{option(m[2])}, d.options...)
			want--
		}
	}
	want = n + 1
	for _, l := range d.lines[at+1:] {
		if m := numbered().FindStringSubmatch(l); m != nil && m[1] == strconv.Itoa(want) {
			d.options = append(d.options, option(m[2]))
			want++
		}
	}
}

// lastSelected finds the marked line of a menu; -1 when there is none. What the
// agent says or does begins with a dot, and no dialog has it below its menu.
func lastSelected(lines []string) int {
	for i, l := range slices.Backward(lines) {
		if strings.HasPrefix(l, "● ") {
			return -1
		}
		if strings.Contains(l, "❯ ") && numbered().MatchString(l) {
			return i
		}
	}
	return -1
}

// option takes away the mark of the present choice.
func option(text string) string { return fm.Line(strings.TrimSuffix(text, " ✔"), maxOption) }

func (d dialog) kind() fm.QuestionKind {
	all := strings.Join(d.lines, "\n")
	title := strings.TrimSpace(d.lines[0])
	has := func(word string) bool { return anyIn(strings.Join(d.options, "\n"), []string{word}) }
	switch {
	case has("Stop and wait for limit to reset"):
		return fm.AsksLimit
	case has("Chat about this"), has("Submit answers"):
		return fm.AsksQuestion
	case anyIn(title, []string{"plan mode?", "Ready to code?"}), strings.Contains(all, "written up a plan"):
		return fm.AsksPlan
	case strings.HasPrefix(title, "Detected a custom API key"), strings.HasPrefix(title, "Allow external"):
		return fm.AsksDialog
	case mayI().MatchString(all) && len(d.options) > 1 && strings.HasPrefix(d.options[0], "Yes"):
		return fm.AsksPermission
	}
	return fm.AsksDialog
}

// text says what the dialog is about: of a question the words above its first
// option, of a request the title and what for, else the title.
func (d dialog) text() string {
	title := strings.TrimSpace(d.lines[0])
	switch d.kind() {
	case fm.AsksQuestion:
		if d.first > 0 {
			return d.lines[d.first-1]
		}
	case fm.AsksPermission:
		if d.first > 1 {
			return title + ": " + strings.TrimLeft(d.lines[1], " ╌")
		}
	case fm.AsksPlan, fm.AsksLimit, fm.AsksDialog:
	}
	return strings.TrimSuffix(title, ":")
}
