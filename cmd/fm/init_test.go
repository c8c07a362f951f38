package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/plugin"
)

// The config.json that fm init writes is made of docs/configuration.md and the
// defaults; run the test with -update to write it anew.
func TestTheWrittenSettingsAreTheDocumentedOnes(t *testing.T) {
	want := template(t)
	if *update {
		if err := os.WriteFile("config.jsonc", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(configTemplate)); diff != "" {
		t.Error("config.jsonc is not what the documentation says; run this test with -update:", diff)
	}
}

// Caught: a default in the file that is not the default, and one that is
// refused.
func TestTheWrittenSettingsChangeNothing(t *testing.T) {
	defaults := fm.Config{}.WithDefaults()
	c, err := parseSettings("config.json", seal("config.json", configTemplate))
	if diff := cmp.Diff(defaults, c); err != nil || diff != "" {
		t.Errorf("as written: %v %s", err, diff)
	}
	bare := regexp.MustCompile(`(?m)^( *)// (".*)$`).ReplaceAll(configTemplate, []byte("$1$2"))
	c, err = parseSettings("config.json", bare)
	if diff := cmp.Diff(defaults, c, zeroIsNil); err != nil || diff != "" {
		t.Errorf("without the slashes: %v %s", err, diff)
	}
}

var zeroIsNil = cmp.Transformer("list", func(l []string) []string { return append([]string{}, l...) })

func template(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{} // default and purpose, by key
	for row := range strings.Lines(string(page)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(row), "|"), " | ")
		if strings.HasPrefix(row, "| `") && len(cells) == 3 {
			for key := range strings.SplitSeq(strings.TrimSpace(cells[0]), ", ") {
				rows[strings.Trim(key, "`")] = cells[1:]
			}
		}
	}
	var b strings.Builder
	b.WriteString("// Settings of fm for this repository; docs/configuration.md of fm says more.\n" +
		"// What is commented out is the default: take the slashes before a key away to change it.\n{\n")
	describe(&b, reflect.ValueOf(fm.Config{}.WithDefaults()), rows, "", "  ")
	b.WriteString("}\n")
	return b.String()
}

func describe(b *strings.Builder, v reflect.Value, rows map[string][]string, prefix, indent string) {
	for field, value := range v.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if value.Kind() == reflect.Struct {
			fmt.Fprintf(b, "\n%s%q: {\n", indent, name)
			describe(b, value, rows, prefix+name+".", indent+"  ")
			fmt.Fprintf(b, "%s},\n", indent)
			continue
		}
		row := rows[prefix+name]
		if len(row) != 2 {
			row = []string{"", "not documented"}
		}
		text, purpose := defaultText(value, row[0]), strings.TrimSpace(row[1])
		if value.IsZero() && text != row[0] && !strings.HasPrefix(row[0], "`") && row[0] != "–" {
			purpose += " (default: " + strings.TrimPrefix(row[0], "0: ") + ")"
		}
		fmt.Fprintf(b, "%s// %s\n%s// %q: %s,\n", indent, purpose, indent, name, text)
	}
}

var word = regexp.MustCompile("^`([^`]*)`$")

// defaultText is the default in JSON, in the words of the page where it has
// them: 90s is easier to read than 1m30s.
func defaultText(v reflect.Value, documented string) string {
	if m := word.FindStringSubmatch(documented); m != nil {
		d, err := time.ParseDuration(m[1])
		if v.Kind() == reflect.String && v.IsZero() || err == nil && v.Interface() == fm.Duration(d) {
			return `"` + m[1] + `"`
		}
	}
	if v.Kind() == reflect.Slice && v.Len() == 0 {
		return "[]"
	}
	text, err := json.Marshal(v.Interface())
	if err != nil {
		panic(err)
	}
	return string(bytes.ReplaceAll(text, []byte(","), []byte(", ")))
}

// Caught: a seal that is found and not compared.
func TestASealBreaksWithAnyChange(t *testing.T) {
	files := append(plugin.Folder(), plugin.File{Name: ".founder-mode/config.json", Text: configTemplate})
	for _, f := range files {
		text := seal(f.Name, f.Text)
		if got := sealState(text); got != intact {
			t.Errorf("%s: state %v, want intact", f.Name, got)
		}
		if sealState(f.Text) != foreign {
			t.Errorf("%s has a seal of its own", f.Name)
		}
		for _, other := range [][]byte{
			append(bytes.Clone(text), '\n'), text[1:], bytes.Replace(text, []byte("fm"), []byte("FM"), 1),
			bytes.Replace(text, []byte("sha256 "), []byte("sha256 0"), 1),
		} {
			if sealState(other) == intact {
				t.Errorf("%s: still intact:\n%.300s", f.Name, other)
			}
		}
		if strings.HasSuffix(f.Name, ".json") && !strings.HasSuffix(f.Name, "config.json") && !json.Valid(text) {
			t.Errorf("%s is no JSON:\n%s", f.Name, text)
		}
	}
}
