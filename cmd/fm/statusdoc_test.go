package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// TestEveryFieldOfStatusIsExplained holds docs/status.md against the type that
// fm status --json prints and --format is given. Caught: a field that was added
// and not explained; one that is explained and gone; a wrong name for templates.
func TestEveryFieldOfStatusIsExplained(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "status.md"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if !strings.HasPrefix(line, "| `") || len(cells) < 4 {
			continue
		}
		if meaning := strings.Trim(cells[3], "| "); len(meaning) < 3 {
			t.Errorf("no meaning: %s", line)
		}
		got = append(got, strings.Join(cells[:3], " | "))
	}
	if diff := cmp.Diff(fieldRows("", "", reflect.TypeFor[supervisor.Status]()), got); diff != "" {
		t.Errorf("docs/status.md differs from supervisor.Status (- what is, + what is explained):\n%s", diff)
	}
}

// fieldRows gives the beginning of the table's row of each field below a value.
func fieldRows(path, name string, of reflect.Type) []string {
	var rows []string
	for f := range of.Fields() {
		if !f.IsExported() {
			continue
		}
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "" {
			tag = f.Name
		}
		at, called := strings.TrimPrefix(path+"."+tag, "."), name+"."+f.Name
		kind, below := jsonKind(f.Type)
		rows = append(rows, "| `"+at+"` | `"+called+"` | "+kind)
		if below != nil && f.Type.Kind() == reflect.Slice {
			at, called = at+"[]", called+"[]"
		}
		if below != nil {
			rows = append(rows, fieldRows(at, called, below)...)
		}
	}
	return rows
}

// jsonKind says what JSON has of a type, and what is below that.
func jsonKind(of reflect.Type) (kind string, below reflect.Type) {
	switch of {
	case reflect.TypeFor[time.Time]():
		return "time", nil
	case reflect.TypeFor[time.Duration]():
		return "nanoseconds", nil
	case reflect.TypeFor[fm.USD]():
		return "dollars", nil
	}
	kinds := map[reflect.Kind]string{reflect.Int: "number", reflect.Int64: "number", reflect.Float64: "number", reflect.Bool: "true or false", reflect.String: "text", reflect.Struct: "object"}
	if is := of.Kind(); is == reflect.Slice || is == reflect.Array {
		kind, below = jsonKind(of.Elem())
		return "list of " + kind + "s", below
	} else if is == reflect.Pointer {
		kind, below = jsonKind(of.Elem())
		return kind + " or null", below
	} else if is == reflect.Map {
		kind, _ = jsonKind(of.Elem())
		return "object of " + kind + "s", nil
	} else if is == reflect.Struct {
		return kinds[is], of
	} else if kinds[is] != "" {
		return kinds[is], nil
	}
	return "unknown: " + of.String(), nil
}

// TestTheSchemaIsWhatIsPrinted: a reader of the document finds in the JSON what
// it says. Caught: durations that are printed as texts.
func TestTheSchemaIsWhatIsPrinted(t *testing.T) {
	s := fleet(61)
	s.Throughput.Average = time.Minute
	text, err := asJSON(s)
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		Workers    []struct{ Worker, State any }
		Counts     map[string]float64
		Throughput struct {
			Average float64 `json:"average_ns"`
		}
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	if out.Counts["failed"] != 1 || out.Throughput.Average != 6e10 || out.Workers[60].Worker != 61.0 || out.Workers[60].State != "waiting" {
		t.Errorf("got %+v", out)
	}
}

// TestListsAreThereWhenTheyAreEmpty: who goes through what docs/status.md calls a
// list finds one, also where nothing has ever been seen. Caught: "workers":null.
func TestListsAreThereWhenTheyAreEmpty(t *testing.T) {
	text, err := asJSON(supervisor.Status{})
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	for _, line := range fieldRows("", "", reflect.TypeFor[supervisor.Status]()) {
		cells := strings.Split(line, " | ")
		name := strings.Trim(cells[0], "|` ")
		var empty string
		switch {
		case strings.ContainsAny(name, ".["):
			continue
		case strings.HasPrefix(cells[2], "list of"):
			empty = "[]"
		case strings.HasPrefix(cells[2], "object of"):
			empty = "{}"
		default:
			continue
		}
		if got := string(out[name]); got != empty {
			t.Errorf("%s is %s, want %s", name, got, empty)
		}
	}
}
