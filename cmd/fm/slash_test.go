package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/founder-mode/fm/plugin"
)

// What a prompt calls fm with: in backquotes, indented, or as a rule of what it
// may run.
var called = regexp.MustCompile("(?m)(?:`|^    |Bash\\()fm ([^`\n)]*)")

// Every command line of fm in a prompt is one that fm understands. Caught: a
// verb that was renamed, and a flag that is gone.
func TestPromptsKnowTheCommandLine(t *testing.T) {
	parser, err := kong.New(&cli{}, kong.Vars{"version": "x"}, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range plugin.Folder() {
		for _, m := range called.FindAllStringSubmatch(string(f.Text), -1) {
			seen++
			if fault := misunderstood(parser.Model.Node, strings.Fields(m[1])); fault != "" {
				t.Errorf("%s: fm %s: %s", f.Name, m[1], fault)
			}
		}
	}
	if seen < 30 {
		t.Errorf("found %d command lines: the pattern is wrong", seen)
	}
}

var flagged = regexp.MustCompile("--[a-z][a-z-]+")

// A flag that a prompt names by itself is one of its verbs'.
func TestPromptsKnowTheFlags(t *testing.T) {
	parser, err := kong.New(&cli{}, kong.Vars{"version": "x"}, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range plugin.Commands() {
		for _, flag := range flagged.FindAllString(string(f.Text), -1) {
			known := slices.ContainsFunc(called.FindAllStringSubmatch(string(f.Text), -1), func(m []string) bool {
				return misunderstood(parser.Model.Node, append(strings.Fields(m[1]), flag)) == ""
			})
			if !known {
				t.Errorf("%s: none of its verbs has a flag %s", f.Name, flag)
			}
		}
	}
}

// misunderstood walks down the grammar.
func misunderstood(node *kong.Node, words []string) string {
	for len(words) > 0 && len(node.Children) > 0 && regexp.MustCompile(`^[a-z-]+$`).MatchString(words[0]) {
		i := slices.IndexFunc(node.Children, func(c *kong.Node) bool { return c.Name == words[0] && !c.Hidden })
		if i < 0 {
			return "there is no " + words[0]
		}
		node, words = node.Children[i], words[1:]
	}
	if node.Type == kong.ApplicationNode {
		return "it names no verb"
	}
	for _, word := range words {
		name, is := strings.CutPrefix(word, "--")
		has := func(group []*kong.Flag) bool {
			return slices.ContainsFunc(group, func(f *kong.Flag) bool { return f.Name == name })
		}
		if is && !slices.ContainsFunc(node.AllFlags(false), has) {
			return "there is no flag " + word
		}
	}
	return ""
}
