package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	texts "text/template"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// formatted is what a template of fm status --format is given: a Status in which
// no count is missing, and no text does anything to a terminal.
type formatted struct {
	supervisor.Status
	Counts map[string]int
}

// format gives the form that a user's template describes.
func format(source string) (form, error) {
	now := time.Now
	t, err := texts.New("--format").Option("missingkey=error").Funcs(texts.FuncMap{
		"json": func(v any) (string, error) {
			text, err := json.Marshal(v)
			return string(text), err
		},
		"span": span,
		"ago":  func(at time.Time) string { return span(now().Sub(at)) },
	}).Parse(source)
	if err != nil {
		return nil, templateError(err)
	}
	return func(s supervisor.Status) (string, error) {
		// The supervisor has made its own texts safe; one that somebody else
		// wrote into the file has not.
		reflect.ValueOf(&s).Elem().Set(safe(reflect.ValueOf(s)))
		f := formatted{Status: s, Counts: map[string]int{}}
		for _, status := range []fm.Status{fm.Pending, fm.Working, fm.Completed, fm.Merged, fm.Failed, fm.Blocked, fm.Cancelled, fm.Hold} {
			f.Counts[string(status)] = s.Counts[status]
		}
		var out bytes.Buffer
		if err := t.Execute(&out, f); err != nil {
			return "", templateError(err)
		}
		if out.Len() == 0 {
			return "", nil
		}
		return strings.TrimSuffix(out.String(), "\n") + "\n", nil
	}, nil
}

// templateError says what is wrong with a template, without the names that
// things have in fm.
func templateError(err error) error {
	what, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "template: "), " in type ")
	return usage("%s; the fields stand in docs/status.md", what)
}

// safe copies a value with all its texts as [fm.Line] makes them.
func safe(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		return reflect.ValueOf(fm.Line(v.String(), 0)).Convert(v.Type())
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(safe(v.Index(i)))
		}
		return out
	case reflect.Array, reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v) // also what nobody else may set, as in a time
		parts, part := v.Len, out.Index
		if v.Kind() == reflect.Struct {
			parts, part = v.NumField, out.Field
		}
		for i := range parts() {
			if p := part(i); p.CanSet() {
				p.Set(safe(p))
			}
		}
		return out
	}
	return v // numbers; maps of a Status have keys and values of ours
}
