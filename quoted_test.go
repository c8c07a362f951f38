package fm_test

import (
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// What an agent writes must not swallow what fm writes behind it.
//
// Caught: a fence that is ended by a shorter one, or by one with words behind
// it; mentions in code; a comment that is left open.
//
// Fault: F25.
func TestQuotedTextEndsWhereItEnds(t *testing.T) {
	for text, want := range map[string]string{
		"Plain words, a < b.":                   "Plain words, a < b.",
		"Log:\n```\nmake: ok":                   "Log:\n```\nmake: ok\n```",
		"````go\n```\nx":                        "````go\n```\nx\n````",
		"~~~\n```\n~~~\nafter @alice":           "~~~\n```\n~~~\nafter `@alice`",
		"```\n@alice <!-- x\n``` go\n```\n@bob": "```\n@alice <!-- x\n``` go\n```\n`@bob`",
		"Done. <!-- note to self":               "Done. &lt;!-- note to self",
		"<details>\nhidden":                     "&lt;details>\nhidden",
		"@alice and @acme/team, a@b.c":          "`@alice` and `@acme/team`, a@b.c",
		"in `code @x <b>` it stays":             "in `code @x <b>` it stays",
		"resolved\n#20":                         "resolved\n`#20`",
		"\x1b[31mred\x1b[0m":                    "red",
		"```not a fence``` @x":                  "```not a fence``` `@x`",
	} {
		if got := fm.Quoted(text); got != want {
			t.Errorf("Quoted(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzQuoted(f *testing.F) {
	f.Add("```\n@x\n~~~\n<!--")
	f.Add("`a` @b `c")
	f.Fuzz(func(t *testing.T, text string) {
		got := fm.Quoted(text)
		if strings.Contains(fm.Quoted(got+"\n\n<b>"), "\n<b>") {
			t.Errorf("Quoted(%q) = %q, in which what follows is code", text, got)
		}
		if ids := fm.Closes(got); len(ids) > 0 {
			t.Errorf("Quoted(%q) = %q closes %q", text, got, ids)
		}
	})
}
