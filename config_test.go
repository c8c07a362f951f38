package fm_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/founder-mode/fm"
)

func TestEmptyConfigIsTheDefault(t *testing.T) {
	want := fm.Config{}.WithDefaults()
	for _, text := range []string{"", " \n", "{}", "null", `{"workers": 0, "health": {}}`} {
		got, err := fm.ParseConfig([]byte(text))
		if err != nil {
			t.Errorf("ParseConfig(%q): %v", text, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("ParseConfig(%q): want -, got +\n%s", text, d)
		}
	}
	if want.WorktreeDir != ".worktrees" || want.Workers != 4 || want.Health.Attempts != 5 {
		t.Errorf("defaults %+v are not those that the manual names", want)
	}
}

func TestConfigSetsWhatItNames(t *testing.T) {
	got, err := fm.ParseConfig([]byte(`{"workers": 10, "verify": "make test", "merge": "manual",
		"health": {"verify": "1h30m"}, "agent": {"allowed_tools": ["Read"]}, "tmux": {"history": 10000}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := fm.Config{Workers: 10, Verify: "make test", Merge: "manual"}
	want.Health.Verify = fm.Duration(90 * time.Minute)
	want.Agent.AllowedTools = []string{"Read"}
	want.Tmux.History = 10000
	if d := cmp.Diff(want.WithDefaults(), got); d != "" {
		t.Errorf("want -, got +\n%s", d)
	}
}

// A setting that does nothing is worse than an error that names it.
// Caught: a decoder that stops at the end of the first value; no look at
// negative numbers; a flag that overrules the permission mode.
func TestConfigErrorsNameTheSetting(t *testing.T) {
	for text, want := range map[string]string{
		`{"worker": 3}`:                      `"worker"`,
		`{"health": {"verfy": "1m"}}`:        `"verfy"`,
		`{"workers": 501}`:                   "workers 501",
		`{"workers": -1}`:                    "workers -1",
		`{"worktrees": {"ready": 11}}`:       "worktrees.ready 11",
		`{"worktrees": {"ready": -1}}`:       "worktrees.ready -1",
		`{"workers": "4"}`:                   "workers",
		`{"merge": "later"}`:                 `merge "later"`,
		`{"source": "gitlab"}`:               `source "gitlab"`,
		`{"tmux": {"history": 10001}}`:       "tmux.history 10001",
		`{"tmux": {"history": -1}}`:          "tmux.history -1",
		`{"tmux": {"width": -80}}`:           "tmux.width -80",
		`{"tmux": {"height": -1}}`:           "tmux.height -1",
		`{"health": {"verify": "15"}}`:       `"15"`,
		`{"health": {"verify": 15}}`:         "health.verify",
		`{"health": {"verify": "-1m"}}`:      "health.verify -1m0s",
		`{"health": {"start": "-1s"}}`:       "health.start -1s",
		`{"health": {"attempts": -1}}`:       "health.attempts -1",
		`{"presence": {"grace": "-2m"}}`:     "presence.grace -2m0s",
		`{"workers": 3} {"workers": 4}`:      "after the closing brace",
		`{"workers": 3}}`:                    "after the closing brace",
		"{\n<<<<<<< HEAD\n\"workers\": 3\n}": "config",
		`[]`:                                 "config",
		`{`:                                  "config",

		`{"agent": {"args": ["-v", "--dangerously-skip-permissions"]}}`: "set agent.permission_mode to bypassPermissions",
		`{"agent": {"args": ["--dangerously-skip-permissions=true"]}}`:  "set agent.permission_mode to bypassPermissions",
	} {
		if _, err := fm.ParseConfig([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseConfig(%s) = %v, want an error with %s", text, err, want)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(`{"workers": 10, "health": {"verify": "1h"}, "tmux": {"width": 80}}`))
	f.Add([]byte(`{"agent": {"args": ["--x"], "allowed_tools": []}}`))
	f.Add([]byte(`{} []`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := fm.ParseConfig(text)
		if err != nil {
			return
		}
		if c.Workers < 1 || c.Workers > fm.MaxWorkers || c.Health.Verify <= 0 || c.Health.Attempts < 1 || c.Tmux.Width < 1 {
			t.Errorf("accepted %+v", c)
		}
		written, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := fm.ParseConfig(written)
		if err != nil {
			t.Fatalf("cannot read what was written, %s: %v", written, err)
		}
		if d := cmp.Diff(c, again, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("changed by writing and reading: %s", d)
		}
	})
}

// TestConfigErrorsSpeakOfTheFile: a wrong setting is told with its line and
// what to write, not with Go's types. Caught: the decoder's own text.
func TestConfigErrorsSpeakOfTheFile(t *testing.T) {
	for text, want := range map[string]string{
		"{\n \"health\": {\"start\": 3}}": `parse config: line 2: health.start: want a text such as "90s", not number`,
		"{\n\n \"workers\": \"many\"}":    "parse config: line 3: workers: want int, not string",
		"{\n \"workers\": 4,\n}":          "parse config: line 3: invalid character '}' looking for beginning of object key string",
	} {
		if _, err := fm.ParseConfig([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("ParseConfig(%q): got %v, want %s", text, err, want)
		}
	}
}
