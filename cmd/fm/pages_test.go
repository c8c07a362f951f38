package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestThePagesShowCommandsThatParse holds every line of code in the README and in
// docs/ that calls fm to the grammar. Caught: fm queue add; a flag that was
// renamed; fm hold without a worker.
func TestThePagesShowCommandsThatParse(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, page := range append(pages, "../../README.md") {
		if filepath.Base(page) == "commands.md" {
			continue // it is made from the grammar
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range callsOf(string(text)) {
			words, ok := commandLine(line)
			if !ok || len(words) == 0 {
				t.Errorf("%s: no command line: %s", filepath.Base(page), line)
				continue
			}
			seen++
			if _, err := grammar(t).Parse(words); err != nil {
				t.Errorf("%s: %s: %v", filepath.Base(page), line, err)
			}
		}
	}
	if seen < 80 {
		t.Errorf("only %d command lines were found", seen)
	}
}

// callsOf gives the calls of fm among the lines of code of a page, without what is
// said beside them. What fm prints may begin with its name, too.
func callsOf(page string) (lines []string) {
	for line := range strings.Lines(page) {
		code, isCode := strings.CutPrefix(line, "    ")
		code, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimSpace(code), "$ "), "  ")
		for part := range strings.SplitSeq(code, " · ") {
			verb, called := strings.CutPrefix(part, "fm ")
			if isCode && called && verb[0] >= 'a' && verb[0] <= 'z' && !strings.Contains(part, "{{") && !strings.HasSuffix(part, " T") {
				lines = append(lines, part)
			}
		}
	}
	return lines
}
