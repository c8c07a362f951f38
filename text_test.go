package fm_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/founder-mode/fm"
)

// A title or an agent's words must not steer the terminal that shows them, nor
// read otherwise than they are.
//
// Fault: F24.
func TestPlainKeepsWhatIsWrittenAndNothingElse(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "",
		"plain, ünïcode 漢字 🎉\n\tand":  "plain, ünïcode 漢字 🎉\n\tand",
		"\x1b[31mred\x1b[0m":          "red",
		"\x1b[38;5;200;1mx":           "x",
		"\x1b]0;title\x07text":        "text",
		"\x1b]8;;http://x\x1b\\link":  "link",
		"\x1bPq#0\x1b\\sixel":         "sixel",
		"\x1b]52;c;cm0gLXJm":          "", // never closed: a terminal would swallow it too
		"a\x1b":                       "a",
		"\x1b\x1b[2Jx":                "[2Jx",
		"\x1bé!":                      "!",
		"\u009b31mx":                  "31mx",
		"a\rb\x00c\x7fd\be":           "abcde",
		"safe\u202egnp.exe":           "safegnp.exe",
		"zero\u200bwidth\ufeff\u2060": "zerowidth",
		"tag\U000e0041s":              "tags",
		"line\u2028separator":         "lineseparator",
		"\xff\xfebad\xc3":             "bad",
		"[red]tags[-] and #{format}":  "[red]tags[-] and #{format}",
	} {
		if got := fm.Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLineIsOneLineOfAtMostItsLimit(t *testing.T) {
	for _, tt := range []struct {
		in    string
		limit int
		want  string
	}{
		{"  two\n\twords ", 0, "two words"},
		{"äöüß", 4, "äöüß"},
		{"äöüßx", 4, "äöü…"},
		{"ab", 1, "…"},
		{"\x1b[1mab\x1b[0m", 2, "ab"},
		{"ab", -1, "ab"},
	} {
		if got := fm.Line(tt.in, tt.limit); got != tt.want {
			t.Errorf("Line(%q, %d) = %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
}

// Fault: F24.
func FuzzPlain(f *testing.F) {
	f.Add("\x1b[31mred\x1b[0m", 3)
	f.Add("\x1b]0;t\x1b\x1b]1;x\x07\xff\u202e", 0)
	f.Add("\x1bé\x1b", 1)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		p := fm.Plain(s)
		if !utf8.ValidString(p) || fm.Plain(p) != p {
			t.Errorf("Plain(%q) = %q is not plain", s, p)
		}
		if i := strings.IndexFunc(p, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }); i >= 0 {
			t.Errorf("Plain(%q) = %q holds a control character at %d", s, p, i)
		}
		if i := strings.IndexFunc(p, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
			t.Errorf("Plain(%q) = %q reorders at %d", s, p, i)
		}
		l := fm.Line(s, limit)
		if strings.ContainsAny(l, "\n\t") || limit > 0 && utf8.RuneCountInString(l) > limit {
			t.Errorf("Line(%q, %d) = %q", s, limit, l)
		}
	})
}
