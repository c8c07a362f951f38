package main

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestPluginTakesTheShortWay: what fm.tmux has a status line run, every few
// seconds and for each window, must be what fm answers without its grammar.
// Caught: a plugin that names the folder by -C, which took twice as long.
func TestPluginTakesTheShortWay(t *testing.T) { //nolint:paralleltest // allocations of others would count
	plugin, err := os.ReadFile("../../fm.tmux")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`line="#\(cd -- .* && exec '[^ ]*' (.*)\)"`).FindSubmatch(plugin)
	if line == nil {
		t.Fatal("fm.tmux has no line that runs fm for a status line")
	}
	words := strings.Fields(string(line[1]))
	a := app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }}
	t.Chdir(t.TempDir())
	const grammar = 2000 // allocations: it takes more than that many
	if n := testing.AllocsPerRun(1, func() { run(words, a) }); n > grammar {
		t.Errorf("fm %s allocates %.0f times: it is not answered the short way", line[1], n)
	}
	if n := testing.AllocsPerRun(1, func() { run(append([]string{"-C", "."}, words...), a) }); n < grammar {
		t.Errorf("the grammar allocates %.0f times only: this test holds nothing", n)
	}
}
