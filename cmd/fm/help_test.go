package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

// grammar is the command line of fm, without anybody who runs it.
func grammar(tb testing.TB) *kong.Kong {
	tb.Helper()
	a := app{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, getenv: func(string) string { return "" }}
	return a.parser(tb.Context(), &cli{}, func(int) {})
}

// shown are the commands that a user is told of, their commands behind them.
func shown(node *kong.Node) []*kong.Node {
	var all []*kong.Node
	for _, child := range node.Children {
		if !child.Hidden {
			all = append(append(all, child), shown(child)...)
		}
	}
	return all
}

// A command that nobody shows how to use is found by its author alone. Caught: a
// command without examples, a flag that was renamed, an example of another
// command, and a line that is wider than a terminal.
func TestEveryCommandHasExamplesThatParse(t *testing.T) {
	for _, node := range shown(grammar(t).Model.Node) {
		if node.Detail == "" {
			t.Errorf("%s has no examples: give its type a method Help in examples.go", spoken(node))
		}
		for line := range strings.Lines(node.Detail) {
			line = strings.TrimSuffix(line, "\n")
			if columns("  "+line) > 80 {
				t.Errorf("%s: wider than 80 columns: %s", spoken(node), line)
			}
			words, ok := commandLine(line)
			if !ok {
				t.Errorf("%s: no command line of fm: %s", spoken(node), line)
				continue
			}
			call, err := grammar(t).Parse(words)
			if err != nil {
				t.Errorf("%s: %s: %v", spoken(node), line, err)
				continue
			}
			if got := spoken(call.Selected()); !strings.HasPrefix(got+" ", spoken(node)+" ") {
				t.Errorf("%s: an example of %s: %s", spoken(node), got, line)
			}
		}
	}
}

// commandLine gives the words behind fm, as a shell would.
func commandLine(line string) ([]string, bool) {
	line, _, _ = strings.Cut(line, "  # ")
	for _, end := range []string{" > ", " < ", " | "} {
		line, _, _ = strings.Cut(line, end)
	}
	line = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "source <("), ")")
	var words []string
	for i, part := range strings.Split(strings.ReplaceAll(line, "'", `"`), `"`) {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words[1:], words[0] == "fm"
}

// Caught: a help that is wrapped by nobody, and a hidden command in the list.
func TestTheHelpFitsAScreen(t *testing.T) {
	var out bytes.Buffer
	a := app{stdout: &out, stderr: &out, getenv: os.Getenv}
	pages := [][]string{{}}
	for _, node := range shown(grammar(t).Model.Node) {
		pages = append(pages, strings.Fields(spoken(node))[1:])
	}
	for _, page := range pages {
		out.Reset()
		if code := run(append(page, "--help"), a); code != exitOK {
			t.Errorf("%v: exit code %d", page, code)
		}
		for line := range strings.Lines(out.String()) {
			if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 80 {
				t.Errorf("%v: wider than 80 columns: %s", page, line)
			}
		}
	}
	out.Reset()
	run(nil, a)
	for _, node := range grammar(t).Model.Children {
		listed := strings.Contains(out.String(), "\n  "+node.Name+" ")
		if listed == node.Hidden {
			t.Errorf("%s: hidden %t, listed %t", node.Name, node.Hidden, listed)
		}
		if !node.Hidden && (node.Group == nil || !strings.HasSuffix(node.Help, ".")) {
			t.Errorf("%s: wants a group and a sentence: %q", node.Name, node.Help)
		}
	}
}

// Caught: the last command before the word, the nearest of all however far it is,
// and two letters exchanged counted as two slips.
func TestWhatWasProbablyMeant(t *testing.T) {
	words := []string{"status", "stop", "work", "workers", "why", "fix", "retry", "retry-all"}
	for word, want := range map[string]string{
		"staus": "status", "statsu": "status", "sotp": "stop", "retyr": "retry", "wrk": "work", "works": "work", "worker": "workers", "STATUS": "status",
		"fxi": "fix", "frobnicate": "", "": "", "x": "", "wx": "", "stat": "status", strings.Repeat("status", 100): "",
	} {
		if got := nearest(word, words); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
	for _, meant := range otherWords() {
		if call, err := grammar(t).Parse(strings.Fields(meant)); err != nil && !strings.Contains(err.Error(), "expected \"<") {
			t.Errorf("%q is advised, and no command: %v", meant, err)
		} else if call != nil && call.Selected().Hidden {
			t.Errorf("%q is advised, and hidden", meant)
		}
	}
	for word := range otherWords() {
		names, _ := childrenOf(grammar(t).Model.Node)
		if slices.Contains(names, word) {
			t.Errorf("%q is a command of its own", word)
		}
	}
}
