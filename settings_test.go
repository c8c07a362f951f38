package fm_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// TestEverySettingIsDocumented holds docs/configuration.md to the keys that
// config.json knows, and the other way round. Caught: a key left out of the
// page, and a row for a key that is gone.
func TestEverySettingIsDocumented(t *testing.T) {
	page, err := os.ReadFile("docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for row := range strings.Lines(string(page)) {
		cell, _, _ := strings.Cut(strings.TrimPrefix(row, "| "), " | ")
		if strings.HasPrefix(row, "| `") {
			for key := range strings.SplitSeq(cell, ", ") {
				documented[strings.Trim(key, "`")] = true
			}
		}
	}
	known := map[string]bool{}
	for _, key := range keys(reflect.TypeFor[fm.Config](), "") {
		known[key] = true
		if !documented[key] {
			t.Errorf("%s is not documented", key)
		}
	}
	for key := range documented {
		if !known[key] {
			t.Errorf("%s is documented, and no setting", key)
		}
	}
}

func keys(of reflect.Type, prefix string) []string {
	var all []string
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Type.Kind() == reflect.Struct {
			all = append(all, keys(field.Type, prefix+name+".")...)
			continue
		}
		all = append(all, prefix+name)
	}
	return all
}
