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
		"span": fm.Span,
		"ago":  func(at time.Time) string { return fm.Span(now().Sub(at)) },
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
	is := v.Kind()
	if is == reflect.String {
		return reflect.ValueOf(fm.Line(v.String(), 0)).Convert(v.Type())
	}
	if is != reflect.Slice && is != reflect.Array && is != reflect.Struct || is == reflect.Slice && v.IsNil() {
		return v // numbers; maps of a Status have keys and values of ours
	}
	out := reflect.New(v.Type()).Elem()
	out.Set(v) // also what nobody else may set, as in a time
	parts, part := out.NumField, out.Field
	if is != reflect.Struct {
		parts, part = out.Len, out.Index
	}
	if is == reflect.Slice { // which is not to be changed under its owner
		out.Set(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v))
	}
	for i := range parts() {
		if p := part(i); p.CanSet() {
			p.Set(safe(p))
		}
	}
	return out
}
