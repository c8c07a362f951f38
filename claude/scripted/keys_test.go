package scripted

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeysSurviveAnySplitOfTheirBytes(t *testing.T) {
	bytes := "hé" + pasteStart + "one\rtwo\x03\x1b[A" + pasteEnd + "\x1b[A\x1bOP\x7f\x15\x03\x04\t\r"
	want := []key{
		{kind: typed, text: "h"},
		{kind: typed, text: "é"},
		{kind: pasted, text: "one\ntwo\x03\x1b[A"},
		{kind: backspace},
		{kind: clearLine},
		{kind: interrupt},
		{kind: endOfInput},
		{kind: typed, text: "    "},
		{kind: enter},
	}
	for size := 1; size <= len(bytes); size++ {
		var p keyParser
		var got []key
		for rest := bytes; rest != ""; {
			n := min(size, len(rest))
			got = append(got, p.feed([]byte(rest[:n]))...)
			rest = rest[n:]
		}
		if d := cmp.Diff(joined(want), joined(got), cmp.AllowUnexported(key{})); d != "" {
			t.Errorf("chunks of %d: -want +got\n%s", size, d)
		}
	}
}

// joined makes one key of neighbours that were typed.
func joined(keys []key) []key {
	var all []key
	for _, k := range keys {
		if n := len(all); n > 0 && k.kind == typed && all[n-1].kind == typed {
			all[n-1].text += k.text
			continue
		}
		all = append(all, k)
	}
	return all
}

func TestEditorSubmitsWhatStandsInTheBox(t *testing.T) {
	for bytes, want := range map[string]string{
		"abc\r":                                "abc",
		"abx\x7fc\r":                           "abc",
		"gone\x15abc\r":                        "abc",
		"a\\\rb\r":                             "a\nb",
		"half " + "\x1b[200~a\rb\r\x1b[201~\r": "half a\nb",
		"\r":                                   "",
	} {
		var p keyParser
		var e editor
		got := ""
		for _, k := range p.feed([]byte(bytes)) {
			if prompt, ok := e.take(k); ok {
				got = prompt
			}
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", bytes, got, want)
		}
	}
}

func FuzzKeys(f *testing.F) {
	f.Add("a\x1b[200~b\x1b[201~\r")
	f.Add("\x1b\x1b[\x1bO")
	f.Fuzz(func(t *testing.T, bytes string) {
		var whole, single keyParser
		var e editor
		a := joined(whole.feed([]byte(bytes)))
		var b []key
		for i := range len(bytes) {
			b = append(b, single.feed([]byte(bytes[i:i+1]))...)
		}
		if d := cmp.Diff(a, joined(b), cmp.AllowUnexported(key{})); d != "" {
			t.Errorf("the split of the bytes matters: %s", d)
		}
		for _, k := range a {
			if k.text != "" && k.kind == typed && strings.ContainsAny(k.text, "\r\x1b") {
				t.Errorf("typed text holds a control: %q", k.text)
			}
			e.take(k)
		}
	})
}
