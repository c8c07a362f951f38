package markup_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/founder-mode/fm/jira/markup"
)

var update = flag.Bool("update", false, "write what the conversions give to testdata")

// What people write in Jira reads as it was meant, and what fm writes there too.
// Caught: code in a list item written without its indent.
func TestRealTextsReadAsTheyWereMeant(t *testing.T) {
	for pattern, convert := range map[string]func(string) string{
		"testdata/*.wiki":     markup.ToMarkdown,
		"testdata/*.markdown": markup.FromMarkdown,
	} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				in, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				golden := file + ".golden"
				got := convert(string(in)) + "\n"
				if *update {
					if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

var (
	wordPattern = regexp.MustCompile(`[\p{L}\p{N}]+`)
	wikiSilent  = regexp.MustCompile(`(?m)^[\s|]*(?:\{[a-z]+(?::[^{}\n]*)?\})*\s*(?:h[1-6]|bq)\.|\{[a-z]+(?::[^{}\n]*)?\}|\|[^!\n]*!|smart-\w+|none`)
	mdSilent    = regexp.MustCompile("(?is)<!--.*?-->|<br */?>|(?m:^[\\s>]*[0-9]{1,9}[.)])|(?m:^[\\s>]*(?:```|~~~).*$)")
)

// lost gives the words of a source that a result does not have.
func lost(source, result string) []string {
	var words []string
	for _, word := range wordPattern.FindAllString(source, -1) {
		if !strings.Contains(result, word) {
			words = append(words, word)
		}
	}
	return words
}

// pieces draws a text of words and of what has a meaning in either notation,
// opened and closed at random.
func pieces() *rapid.Generator[string] {
	part := rapid.OneOf(
		rapid.StringMatching(`[a-z]{3,6}[0-9]{3}`),
		rapid.SampledFrom([]string{
			" ", " ", "\n", "\n\n", "\r\n", "*", "_", "-", "+", "^", "~", "??", "**", "__", "{{", "}}", "{code}", "{code:java|title=x}", "{noformat}",
			"{quote}", "{panel:title=x}", "{panel}", "{color:red}", "{color}", "\n# ", "\n* ", "\n** ", "\n*# ", "\n- ", "\n-- ", "\n|", "|", "||",
			"\n||", "[", "]", "|http://", "[~", "[^", "[#", "!", ".png", "\\", "\\\\", "\n----\n", "\nh2. ", "\nbq. ", "`", "```", "\n```\n", "<", ">", "\n> ",
			"](http://", "](http://x ", ")", ")", "(", "\n    ", "\n  - ", "\n1. ", "---", "|---|", "<br>", "<!--", "\n\n|a|b|\n|---|---|\n|", "~~", "{*}", "(*)", "&", "#", "é", "你好",
		}))
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(part, 0, 60).Draw(t, "parts"), "") })
}

// Caught: an unclosed {code} that took the rest of the text with it; a row of a
// table without its last cell.
func TestNoWordIsLostOnTheWayToMarkdown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wiki := pieces().Draw(t, "wiki")
		md := markup.ToMarkdown(wiki)
		if words := lost(wikiSilent.ReplaceAllString(wiki, " "), md); len(words) > 0 {
			t.Fatalf("lost %q\nfrom %q\nin   %q", words, wiki, md)
		}
	})
}

// Caught: an unclosed comment that took the rest of the text with it; a row of a
// table without what follows its last bar.
func TestNoWordIsLostOnTheWayToJira(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		md := pieces().Draw(t, "md")
		wiki := markup.FromMarkdown(md)
		if words := lost(mdSilent.ReplaceAllString(md, " "), wiki); len(words) > 0 {
			t.Fatalf("lost %q\nfrom %q\nin   %q", words, md, wiki)
		}
		if thing := unsafe(wiki); thing != "" {
			t.Fatalf("%q became live\nfrom %q\nin   %q", thing, md, wiki)
		}
	})
}

// Caught: the end of a block's last line trimmed.
func TestCodeStaysAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching("[a-z*_|`#>{}\\[\\]<& \t\\\\-]{0,20}(\n[a-z*_|`#>{}\\[\\]<& \t\\\\-]{0,20}){0,3}x").Draw(t, "body")
		for before, indent := range map[string]string{"": "", "* item\n": "  ", "# one\n#* two\n": "     ", "{quote}\n": "> "} {
			md := markup.ToMarkdown(before + "{noformat}\n" + body + "\n{noformat}\n" + strings.TrimPrefix(before, "* item\n# one\n#* two\n"))
			var got []string
			fence := "" // the line that opened the block; only its like closes it
			for line := range strings.SplitSeq(md, "\n") {
				line = strings.TrimPrefix(line, strings.TrimRight(indent, " "))
				line = strings.TrimPrefix(line, strings.TrimLeft(indent, ">"))
				switch {
				case fence == "" && strings.HasPrefix(line, "```"):
					fence = line
				case fence != "" && line == fence:
					fence = ""
				case fence != "":
					got = append(got, line)
				}
			}
			if diff := cmp.Diff(body, strings.Join(got, "\n")); diff != "" {
				t.Fatalf("in %q -want +got:\n%s", before, diff)
			}
		}
	})
}

func FuzzToMarkdown(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, wiki string) {
		md := markup.ToMarkdown(wiki)
		if utf8.ValidString(wiki) && !utf8.ValidString(md) {
			t.Errorf("%q became %q, which is no UTF-8", wiki, md)
		}
		if words := lost(wikiSilent.ReplaceAllString(wiki, " "), md); len(words) > 0 {
			t.Errorf("lost %q\nfrom %q\nin   %q", words, wiki, md)
		}
	})
}

func FuzzFromMarkdown(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, md string) {
		wiki := markup.FromMarkdown(md)
		if utf8.ValidString(md) && !utf8.ValidString(wiki) {
			t.Errorf("%q became %q, which is no UTF-8", md, wiki)
		}
		if thing := unsafe(wiki); thing != "" {
			t.Errorf("%q became live\nfrom %q\nin   %q", thing, md, wiki)
		}
		if words := lost(mdSilent.ReplaceAllString(md, " "), wiki); len(words) > 0 {
			t.Errorf("lost %q\nfrom %q\nin   %q", words, md, wiki)
		}
	})
}

func seed(f *testing.F) {
	f.Helper()
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{
		"{code}{quote}{code}{quote}", "*_*_x_*_*", "[a|b|c|http://x]", "|a|{code}\n|{code}", "{{{{}}}}", "\\\\{html}", "# \n## ", "!a.png|!b!", "`` ` ``",
		"- [x](<a b>)\n  > ```\n", "<!-- <!-- -->", "|\n-|-\n", "{color:red}\n{color}{quote}x", "\xff*\xfe*", "```\n{noformat}\\{noformat}",
	} {
		f.Add(text)
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			f.Add(string(text))
		}
	}
}

var (
	blockPattern = regexp.MustCompile(`(?s)(?:^|\n)(?:\{noformat\}\n.*?\n\{noformat\}|\{code:[a-z+#]+\}\n.*?\n\{code\})`)
	ownPattern   = regexp.MustCompile(`^(?:\{\{|\{[*_-]\}|\[[^\[\]\n]*(?:\\[\[\]][^\[\]\n]*)*(?:https?|ftps?|file|ssh|git|mailto):[^\[\]\n|]*\])`)
)

// unsafe finds a macro, link, mention or image in a wiki text that fm does not
// write itself. It reads as Jira does: a backslash takes the meaning of the next
// character, whatever that is.
func unsafe(wiki string) string {
	wiki = "\n" + blockPattern.ReplaceAllString(wiki, "") + "\n"
	wiki = strings.ReplaceAll(strings.ReplaceAll(wiki, "\n{quote}\n", "\n\n"), "\n{quote}\n", "\n\n")
	for i := 0; i < len(wiki); i++ {
		rest := wiki[i:]
		own := ownPattern.FindString(rest)
		switch {
		case rest[0] == '\\':
			i++
		case own != "":
			i += len(own) - 1
		case rest[0] == '{', rest[0] == '[', rest[0] == '!' && rest[1] > ' ' && rest[1] < 0x80:
			return rest[:min(len(rest), 20)]
		}
	}
	return ""
}

// No text makes a macro, a mention, an image or a block by itself.
// Caught: a backslash that was doubled before an escaped brace.
func TestTextMakesNoMacro(t *testing.T) {
	for md, want := range map[string]string{
		"{html}<script>{html}":         `\{html}<script>\{html}`,
		`\{html}`:                      `\{html}`,
		`\\{html}`:                     `&#92;\{html}`,
		`\\\\{html}`:                   `&#92;&#92;\{html}`,
		"[~admin] look":                `\[\~admin] look`,
		"[x](~admin)":                  `\[x](\~admin)`,
		"[x](javascript:alert)":        `\[x](javascript:alert)`,
		"!http://evil.example/x.png!":  `\!http://evil.example/x.png!`,
		"![a](http://evil.example/x)":  `[a|http://evil.example/x]`,
		"[a](http://x.example/{html})": `[a|http://x.example/%7Bhtml%7D]`,
		"http://x.example/{html}":      `http://x.example/\{html}`,
		"`{html}}}`":                   `{{\{html\}\}\}}}`,
		"h1. no":                       `h1&#46; no`,
		"a\nbq. no":                    "a\nbq&#46; no",
		"| no | table |":               `\| no \| table \|`,
		`\# no list`:                   `\# no list`,
		"(x) (!) (/)":                  `\(x) \(\!) \(/)`,
		"snake_case a-b 2*3":           "snake_case a-b 2*3",
		"run -v --all -- x":            `run \-v -\-all -- x`,
	} {
		if got := markup.FromMarkdown(md); got != want {
			t.Errorf("FromMarkdown(%q)\n got %q\nwant %q", md, got, want)
		}
	}
}

// Code can not end its own block.
// Caught: {code} chosen for a text that holds {code}.
func TestCodeStaysInItsBlock(t *testing.T) {
	for body, want := range map[string]string{
		"x := 1":          "{code:go}\nx := 1\n{code}",
		"{code}{html}":    "{noformat}\n{code}{html}\n{noformat}",
		"{CODE} {code:x}": "{noformat}\n{CODE} {code:x}\n{noformat}",
		"{code} {noformat}{html} \\{noformat} \\\\{noformat:}": "{noformat}\n{code} \\{noformat}{html} \\{noformat} \\\\\\{noformat:}\n{noformat}",
	} {
		if got := markup.FromMarkdown("```go\n" + body + "\n```"); got != want {
			t.Errorf("code %q\n got %q\nwant %q", body, got, want)
		}
	}
}

// One mark after the other, each by itself.
func TestMarksOfJira(t *testing.T) {
	for wiki, want := range map[string]string{
		"h3. A *title*":                                "### A **title**",
		"## A title\n# an item\n## nested":             "## A title\n\n1. an item\n   1. nested",
		"*bold* _it_ -gone- +new+ ^up^ ~low~ ??he??":   "**bold** _it_ ~~gone~~ <ins>new</ins> <sup>up</sup> <sub>low</sub> <cite>he</cite>",
		"*bold with _italic_ in it*":                   "**bold with _italic_ in it**",
		"a{*}b{*}c and a{color:red}*b*{color}c":        "a**b**c and a**b**c",
		"{color:#ff0000}red{color}":                    "red",
		"replace {color} there":                        "replace {color} there",
		"snake_case_names, 2*3*4, a_b/c_d.go, **/*.go": `snake_case_names, 2\*3\*4, a_b/c_d.go, \*\*/\*.go`,
		"only *.go": "only *.go",
		"{{a_b*}} {{x\\_y}} {{/u/{id}}} {{ no }}": "`a_b*` `x_y` `/u/{id}` {{ no }}",
		"`a_*` ** `b`":                                     "`a_*` \\*\\* `b`",
		"[text|https://a.example/b_c]":                     "[text](https://a.example/b_c)",
		"[https://a.example|https://a.example|smart-link]": "https://a.example",
		"[t|https://a.example|smart-card]":                 "[t](https://a.example)",
		"[t|https://a.example|tip]":                        "[t](https://a.example) (tip)",
		"[~jo] [PROJ-1] [^a b.log] [#top] [mailto:a@b.c]":  "@jo PROJ-1 `a b.log` [top](#top) <mailto:a@b.c>",
		"[the log|^a.log] [see|PROJ-1]":                    "the log (`a.log`) see (PROJ-1)",
		"[ERROR] a[0] [a|b]":                               "[ERROR] a[0] [a|b]",
		"f[0](x) !a.png|width=10!":                         `f\[0](x) ![a.png](a.png)`,
		"!http://a.example/b.png! no! really! no":          "![b.png](http://a.example/b.png) no! really! no",
		`one\\two`:                                            "one\\\ntwo",
		"one\\\\\ntwo":                                        "one\\\ntwo",
		`\\server\share C:\dir\x.go \d+\.`:                    `\\\server\share C:\dir\x.go \d+\\.`,
		`\*no\* \{x} \[y]`:                                    `\*no\* {x} [y]`,
		"a\r\nb\r\n\r\nc":                                     "a\nb\n\nc",
		":) (/) (x) (!) (*) and (*)":                          `:) (/) (x) (!) (\*) and (\*)`,
		"List<String> <div> a < b && c":                       `List\<String> \<div> a < b && c`,
		"> not a quote":                                       `\> not a quote`,
		"text\n===\ntext\n---":                                "text\n\\===\ntext\n\\---",
		"1. by hand\n2. by hand":                              "1. by hand\n2. by hand",
		"# one\n#* two\n#* three\n# four\n\nafter":            "1. one\n   - two\n   - three\n2. four\n\nafter",
		"-- no list\n- list\n-- nested":                       "-- no list\n\n- list\n  - nested",
		"bq. said":                                            "> said",
		"{quote}said\n\nmore{quote}after":                     "> said\n>\n> more\n\nafter",
		"{quote}open":                                         "{quote}open",
		"{code}open":                                          "{code}open",
		"{code}a{code} {code}open":                            "```\na\n```\n\n{code}open",
		"{panel:title=T|borderStyle=x}\nin\n{panel}":          "> **T**\n>\n> in",
		"{code:java|title=A.java}\n  a || *b*\n\n{code}":      "**A.java**\n\n```java\n  a || *b*\n\n```",
		"{noformat}\n```\n{noformat}":                         "````\n```\n````",
		"||A||B||\n|1|a {{x|y}}|\n|[t|http://x.example]|\\||": "| A | B |\n| --- | --- |\n| 1 | a `x\\|y` |\n| [t](http://x.example) | \\| |",
		"|a|b|":                        "| | |\n| --- | --- |\n| a | b |",
		"||k|v|":                       "| | |\n| --- | --- |\n| **k** | v |",
		"|a|\n|---|\n|b|":              "| a |\n| --- |\n| b |",
		"|one\ntwo|{code}x | y{code}|": "| | |\n| --- | --- |\n| one<br>two | `x \\| y` |",
		"```go\na_*b*\n```\nafter":     "```go\na_*b*\n```\n\nafter",
		"AC:\nGiven a\nWhen b\nThen c\nThat is it":               "AC:\n\n- Given a\n- When b\n- Then c\n\nThat is it",
		"* [ ] todo\n* [x] done":                                 "- [ ] todo\n- [x] done",
		"see https://a.example/-/b and -x https://a.example/-/c": "see https://a.example/-/b and -x https://a.example/-/c",
		"----":          "---",
		"{anchor:top}x": `<a id="top"></a>x`,
	} {
		if got := markup.ToMarkdown(wiki); got != want {
			t.Errorf("ToMarkdown(%q)\n got %q\nwant %q", wiki, got, want)
		}
	}
}

// What fm writes comes back as it was: a description that makes the way to
// Jira and back still says the same.
func TestMarkdownComesBackFromJira(t *testing.T) {
	for _, md := range []string{
		"# Title\n\nSome **bold**, _it_, ~~gone~~ and `code`.\nA second line.",
		"- one\n  - two\n    1. three\n- four",
		"> a quote\n> of two lines",
		"```go\nfunc f() { a_b *= 2 }\n```",
		"| A | B |\n| --- | --- |\n| 1 | 2 |",
		"[text](https://a.example/b) and https://c.example/d",
		"a_b, 2\\*3\\*4, {x}, !y and C:\\dir\\x.go",
		"one\n\n---\n\ntwo",
	} {
		if got := markup.ToMarkdown(markup.FromMarkdown(md)); got != md {
			t.Errorf("back from Jira\n got %q\nwant %q\nover %q", got, md, markup.FromMarkdown(md))
		}
	}
}

// hostile gives texts of a size that ask for a search at each place, or for an
// indent in every line.
func hostile(size int) []string {
	texts := []string{strings.Repeat("*", size)}
	for _, unit := range []string{
		"[", "{", "_", "`", "` ``", "!", "!a(", "|", "||", "|\n", "{{", "{{ ", "{*}", "{code}", "{code:", "{quote}", "{color:red}", "{color}", "{panel}{quote}",
		"\\", "\\\\ ", "\\a\\", "<", "<http://", "<!--", "\n<!--", "http://", "https://x)", "[a](", "[a|", "*a ", "_a *b ", "*_a", "a* ", "~~a", "**a ", "> ", "\n> ", "\n* ", "\n# a",
		"\n- [", "\n|a", "\n```", "    ", "\n    x\n", "-", "#", "\n\n", "??", "h1. ", "Given x\n", "And x\n", "![", "](http://", "}}", "{{ a}}}", "```x\n", "|-", "\n---|---",
	} {
		texts = append(texts, strings.Repeat(unit, size/len(unit)))
	}
	var deep strings.Builder
	for depth := 1; deep.Len() < size/2; depth++ {
		deep.WriteString(strings.Repeat("*", depth) + " x\n")
	}
	return append(texts, deep.String()+strings.Repeat("x\n", size/4))
}

// Caught: lists nested without a bound, which made an indent in every line.
func TestHostileTextsStaySmall(t *testing.T) {
	const size = 1 << 14
	for _, text := range hostile(size) {
		for name, convert := range map[string]func(string) string{"to": markup.ToMarkdown, "from": markup.FromMarkdown} {
			if out := convert(text); len(out) > 12*size {
				t.Errorf("%s Markdown: %d bytes of %q became %d", name, len(text), text[:20], len(out))
			}
		}
	}
}

// The bytes per second must not fall as the texts grow.
func BenchmarkHostileTexts(b *testing.B) {
	for _, size := range []int{1 << 14, 1 << 18} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			texts := hostile(size)
			b.SetBytes(int64(2 * size * len(texts)))
			for b.Loop() {
				for _, text := range texts {
					markup.ToMarkdown(text)
					markup.FromMarkdown(text)
				}
			}
		})
	}
}
