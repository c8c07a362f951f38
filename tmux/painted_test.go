package tmux

import (
	"fmt"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// resets takes out how a style ends, which differs by tmux's version.
func resets(s string) string {
	return strings.NewReplacer("\x1b[39m", "", "\x1b[49m", "", "\x1b[0m", "", "\x1b[m", "").Replace(s)
}

// Caught: capture-pane without -e; without -N; line drawing left as letters;
// letters within an SGR sequence drawn as lines.
//
// Fault: F24.
func TestPicturesKeepColoursAndNothingElse(t *testing.T) {
	t.Parallel()
	s := up(t)
	const esc = "\033"
	shows(t, s, 1, esc+"[31mred"+esc+"[0m "+esc+"]8;;http://example.org"+esc+`\link`+esc+"]8;;"+esc+`\`+
		" "+esc+"(0lq"+esc+"[32mqk"+esc+"[0m"+esc+"(B m\n"+esc+"[44mbar   "+esc+"[0m\nend")
	shows(t, s, 2, "two")
	got, err := s.Painted(t.Context(), []fm.WorkerID{1, 2, 3})
	must(t, err)
	want := map[fm.WorkerID][]string{
		1: {"\x1b[31mred link ┌─\x1b[32m─┐ m", "\x1b[44mbar   ", "end"},
		2: {"two"},
	}
	if len(got) != len(want) {
		t.Fatalf("got %d pictures, want %d: %q", len(got), len(want), fmt.Sprint(got))
	}
	for w, p := range got {
		lines := strings.Split(p.Text, "\n")
		for i, line := range want[w] {
			if !strings.HasPrefix(resets(lines[i]), line) {
				t.Errorf("%s, line %d: got %q, want %q", w, i, resets(lines[i]), line)
			}
		}
		if p.Width != 160 || p.Height != 45 {
			t.Errorf("%s: got %d × %d cells, want 160 × 45", w, p.Width, p.Height)
		}
	}
}

// FuzzPainted holds that no control but SGR and the ends of lines is left.
func FuzzPainted(f *testing.F) {
	for _, s := range []string{
		"a\x1b[31mb\x1b[0m\n", "\x1b[", "\x1b]8;;x\x1b\\y", "\x1b]8;;\x1b[31mx", "\x0elq\x1b[1mqk\x0fq", "\x1b[2J\x1b[?25l", "\x1b\x1b[m", "\x9b31m", "\xff\x1b", "\x1b[1\x1b[31m",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := painted(s)
		var b strings.Builder
		for rest := got; rest != ""; {
			n := sgrLen(rest)
			if n == 0 {
				n = 1
				b.WriteByte(rest[0])
			}
			rest = rest[n:]
		}
		if left := b.String(); left != fm.Plain(left) {
			t.Errorf("painted(%q) = %q", s, got)
		}
		if again := painted(got); again != got {
			t.Errorf("painted(%q) = %q, and again %q", s, got, again)
		}
	})
}

func BenchmarkPainted(b *testing.B) {
	var text strings.Builder
	for y := range 45 {
		for x := range 20 {
			fmt.Fprintf(&text, "\x1b[38;5;%dmword%03d ", (x+y)%256, x)
		}
		text.WriteString("\x1b[0m\n")
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		painted(text.String())
	}
}
