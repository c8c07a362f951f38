package scripted

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeysSurviveAnySplitOfTheirBytes(t *testing.T) {
	bytes := "hé" + pasteStart + "one\rtwo\x03\x1b[A" + pasteEnd + "\x1b[A\x1bOB\x1b[1;5A\x1bOP\x13\x7f\x15\x03\x04\t\r"
	want := []key{
		{kind: typed, text: "h"},
		{kind: typed, text: "é"},
		{kind: pasted, text: "one\ntwo\x03\x1b[A"},
		{kind: up},
		{kind: down},
		{kind: stashKey},
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
		"mine\x13yours\r":                      "yours",
		"mine\x13yours\r\r":                    "mine", // it is back in the box
		"\x13abc\r":                            "abc",
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

// A long text is only named in the box, and submitted whole.
func TestALongPasteIsNamed(t *testing.T) {
	var e editor
	for text, want := range map[string]string{
		"short": "short", "1\n2\n3\n4": "[Pasted text #1 +3 lines]", strings.Repeat("x", longPaste+1): "[Pasted text #1]",
	} {
		e = editor{}
		e.take(key{kind: pasted, text: text})
		if got := e.shown(); got != want || e.text() != text {
			t.Errorf("got %q and %d bytes, want %q and %d", got, len(e.text()), want, len(text))
		}
		e.take(key{kind: clearLine})
		if e.shown() != "" {
			t.Errorf("left %q in the box", e.shown())
		}
	}
}

func TestADialogTakesKeysAsTheCLIDoes(t *testing.T) {
	d := dialog{options: []string{"one", "two", "Type something.", "Chat"}, free: 3, rule: 4}
	for bytes, want := range map[string]choice{
		"\r":                       {option: 1},
		"2":                        {option: 2},
		"\x1b[B\r":                 {option: 2},
		"\x1b[B\x1b[A\r":           {option: 1},
		"3my own\r":                {option: 3, text: "my own"},
		"3\r\x7fmy\x7fe\r":         {option: 3, text: "me"},
		"4":                        {option: 4},
		"\x03":                     {},
		"\x1b[200~2\x1b[201~\r":    {option: 1}, // what is pasted is lost
		"3\x1b[200~a 2\x1b[201~\r": {option: 3, text: "a 2"},
	} {
		q := question{dialog: d, at: 1}
		var got choice
		over := false
		for _, k := range (&keyParser{}).feed([]byte(bytes)) {
			r := []rune{0}
			if k.kind == typed {
				r = []rune(k.text) // a person's keys come one by one
			}
			for _, r := range r {
				if k.kind == typed {
					k.text = string(r)
				}
				if c, ok := q.press(k); ok {
					got, over = c, true
				}
			}
		}
		if got != want || !over {
			t.Errorf("%q: got %+v, answered %t; want %+v", bytes, got, over, want)
		}
	}
}
