package process

import (
	"strings"
	"testing"
)

// The name of a program may hold what separates the fields.
// Caught: the first closing parenthesis in place of the last.
func TestStatIsReadPastAnyName(t *testing.T) {
	rest := " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21\n"
	for _, name := range []string{"sh", "a b", "a) Z 1 2 (b", ") R", ""} {
		got, ok := parseStat("77 (" + name + ")" + rest)
		if want := (stat{state: 'S', start: "4242"}); !ok || got != want {
			t.Errorf("parseStat with the name %q = %+v, %v; want %+v", name, got, ok, want)
		}
	}
}

func FuzzStat(f *testing.F) {
	f.Add("1 (init) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 25 1 2")
	f.Add("1 (init)")
	f.Add(")")
	f.Fuzz(func(t *testing.T, line string) {
		if st, ok := parseStat(line); ok && (st.start == "" || strings.ContainsAny(st.start, " \n")) {
			t.Errorf("start %q of %q", st.start, line)
		}
	})
}
