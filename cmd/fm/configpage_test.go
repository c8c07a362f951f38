package main

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// The table in docs/configuration.md names the defaults that there are, for every
// key. Caught: a default that was changed in the code alone, a key without a row,
// and a row that names a value where the code has none.
func TestThePageOfSettingsNamesTheDefaults(t *testing.T) {
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	page := map[string]string{} // key → default
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, " | ")
		if !strings.HasPrefix(line, "| `") || len(cells) < 3 {
			continue
		}
		keys, values := strings.Split(strings.TrimPrefix(cells[0], "| "), ", "), []string{cells[1]}
		if len(keys) > 1 {
			values = strings.Split(cells[1], ", ")
		}
		for i, key := range keys {
			page[strings.Trim(key, "`")] = values[min(i, len(values)-1)]
		}
	}
	code := defaults(reflect.ValueOf(fm.Config{}.WithDefaults()), "")
	for key, want := range code {
		got, ok := page[key]
		rest, same := strings.CutPrefix(strings.ReplaceAll(got, "`", ""), want)
		switch {
		case !ok:
			t.Errorf("%s has no row", key)
		case want != "" && (!same || strings.Trim(rest[:min(len(rest), 1)], " ,") != ""):
			t.Errorf("%s: the page says %s, the code %s", key, got, want)
		case want == "" && strings.Trim(got, "`0123456789mhs") == "" && got != "`false`":
			t.Errorf("%s: the page says %s, the code has no default", key, got)
		}
		delete(page, key)
	}
	for key := range page {
		t.Errorf("%s has a row, and is no setting", key)
	}
}

// defaults gives every key with its value as a person writes it; "" for none.
func defaults(v reflect.Value, prefix string) map[string]string {
	all := map[string]string{}
	for field, value := range v.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch x := value.Interface().(type) {
		case fm.Duration:
			all[prefix+name] = strings.Replace(shortTime(time.Duration(x)), "1m30s", "90s", 1)
		case []string:
			all[prefix+name] = strings.Join(x[:min(len(x), 6)], ", ")
		default:
			if value.Kind() == reflect.Struct {
				maps.Copy(all, defaults(value, prefix+name+"."))
			} else if !value.IsZero() {
				all[prefix+name] = fmt.Sprint(reflect.Indirect(value))
			} else {
				all[prefix+name] = ""
			}
		}
	}
	return all
}
