package supervisor

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/founder-mode/fm"
)

// box is the input box before we type into it: it is empty, or what we are
// about to type stands there already.
type box struct {
	fm.Screen        // what was shown around it
	aside     string // the half-typed line that comes back when ours is sent
}

// unsent says whether our text still stands in the box. A person's line that
// came back may look like it.
func (b box) unsent(now fm.Screen, text string) bool {
	return holds(now.Draft, text) && now.Draft != b.aside
}

// returns says whether a person's line comes back when ours is sent. Enter
// would send it, too.
func (b box) returns() bool { return b.aside != "" || b.Stashed }

// named is how the box shows a long text, and pasted such a text alone.
var (
	named  = regexp.MustCompile(`\[Pasted text #\d+( \+\d+ lines)?\]`)
	pasted = regexp.MustCompile(`^` + named.String() + `$`)
)

// holds says whether a draft is a text and nothing else, as far as the box
// shows it.
func holds(draft, text string) bool {
	if pasted.MatchString(draft) {
		return true
	}
	draft = essence(draft)
	return draft != "" && strings.Contains(essence(text), draft)
}

// essence leaves out of a text what terminals and line breaks change: spaces,
// and marks whose width they do not agree on.
func essence(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || r > ' ' && r < unicode.MaxASCII {
			return r
		}
		return -1
	}, text)
}

// message makes a text that the agent takes as a message: without control
// characters, and neither a command ("/", "!", "#", "&" at the start) nor
// unfinished ("\" at the end, which would turn Enter into a new line).
func message(text string) string {
	text = strings.TrimSpace(fm.Plain(text))
	if text == "" {
		return ""
	}
	if strings.ContainsRune("/!#&", rune(text[0])) {
		text = "fm: " + text
	}
	if strings.HasSuffix(text, `\`) {
		text += " ."
	}
	return text
}
