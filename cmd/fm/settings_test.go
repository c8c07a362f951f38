package main

import (
	"strings"
	"testing"
)

// Caught: the text as it is, which a JSON parser refuses.
func TestSettingsMayHoldComments(t *testing.T) {
	c, err := parseSettings("config.json", []byte("// ours\n{\n  /* a team's */ \"workers\": 7, // \"workers\": 9\n  \"agent\": {\"model\": \"a // b\",},\n}\n"))
	if err != nil || c.Workers != 7 || c.Agent.Model != "a // b" {
		t.Errorf("got %d workers, model %q, %v", c.Workers, c.Agent.Model, err)
	}
}

// Caught: comments that are cut out instead of blanked, which moves the lines.
func TestAnErrorInSettingsNamesTheLineOfTheFile(t *testing.T) {
	for text, want := range map[string]string{
		"{\n// one\n// two\n\"workers\": \"x\",\n}": "line 4: workers: want int, not string",
		"{\n// one\n\"workrs\": 3\n}":               `unknown field "workrs"`,
		"{\n// one\n\"workers\": }":                 "line 3, column 12: ",
		"{\n\n\"workers\": }":                       "line 3, column 12: ",
	} {
		_, err := parseSettings("config.json", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}
