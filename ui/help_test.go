package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestHelpFrames holds what the help page looks like. It says the same however
// many workers there are.
func TestHelpFrames(t *testing.T) {
	for _, size := range sizes() {
		m := sampleModel(sampleView(8))
		m.turn(helpPage)
		first := frame(t, m, size[0], size[1])
		golden(t, fmt.Sprintf("help-%dx%d", size[0], size[1]), first)
		for _, workers := range []int{1, 100} {
			other := sampleModel(sampleView(workers))
			other.turn(helpPage)
			if got := frame(t, other, size[0], size[1]); got != first {
				t.Errorf("with %d workers the help page is another:\n%s", workers, got)
			}
		}
	}
}

// TestHelpTellsEveryKey scrolls through the help page: each key of the table
// that does something a person has to know of stands there, at every width.
// Caught: a page that stops one line too early; the space key as an empty word.
func TestHelpTellsEveryKey(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {40, 60}, {80, 24}, {139, 30}, {200, 50}, {300, 20}} {
		m := sampleModel(sampleView(8))
		m.turn(helpPage)
		seen := map[string]bool{}
		for top := 0; top < 500; top += 8 { // the smallest page shows ten
			m.help = top
			m.settle(size[0], size[1])
			for word := range strings.FieldsSeq(frame(t, m, size[0], size[1])) {
				seen[word] = true
			}
			if m.help < top {
				break
			}
		}
		if !seen["hold)"] {
			t.Errorf("%d×%d: the last line of the help page cannot be reached", size[0], size[1])
		}
		for _, b := range bindings() {
			if b.help == "" {
				continue
			}
			keys := strings.Fields(b.words())
			if size[0] < 80 {
				keys = keys[:1] // there is no room for more
			}
			for _, word := range append(strings.Fields(b.help), keys...) {
				if !seen[word] && len(word) < size[0]/3 {
					t.Errorf("%d×%d: %q of %q is nowhere on the help page", size[0], size[1], word, b.help)
				}
			}
		}
	}
}

// TestEveryKeyIsExplained holds the table to being whole.
func TestEveryKeyIsExplained(t *testing.T) {
	for _, b := range bindings() {
		if len(b.keys) == 0 || b.do == nil {
			t.Errorf("the binding %+v does nothing", b.help)
		}
		elsewhere := func(o binding) bool {
			return o.help != "" && slices.ContainsFunc(b.keys, func(k string) bool { return slices.Contains(o.keys, k) })
		}
		if b.help == "" && !slices.ContainsFunc(bindings(), elsewhere) {
			t.Errorf("nothing explains the key %q", b.keys)
		}
		if b.help != "" && (b.group == "" || !strings.HasSuffix(b.help, ".")) {
			t.Errorf("%q of group %q is no sentence", b.help, b.group)
		}
		if b.hint != "" && len(b.hint) > 14 {
			t.Errorf("the hint %q is too long for the bottom line", b.hint)
		}
	}
}

// TestNoActionMovesElsewhere: a key that does something on one page does not
// select another worker or line on the next. Caught: l, which opened the log and
// went to the right.
func TestNoActionMovesElsewhere(t *testing.T) {
	for _, action := range bindings() {
		for _, move := range bindings() {
			if action.help == "" || action.group == moveGroup || move.group != moveGroup {
				continue
			}
			for _, key := range action.keys {
				if slices.Contains(move.keys, key) {
					t.Errorf("%s is %q, and %q on %v", key, action.help, move.help, move.on)
				}
			}
		}
	}
}

// TestTextsNameKeysThatAreThere holds what the notices tell people to press.
func TestTextsNameKeysThatAreThere(t *testing.T) {
	for _, hint := range []string{"resume", "pause", "worker"} {
		if keyOf(hint) == "?" {
			t.Errorf("no key has the hint %q", hint)
		}
	}
}
