package main

import (
	"context"
	"fmt"
	"slices"
)

// check looks at one thing.
type check struct {
	group, name string
	look        func(v *visit, ctx context.Context) []finding
	// advisory is a check without which fm can work: where it hangs, that is a
	// warning.
	advisory bool
	mends    bool // what it finds may be mended by --fix

	about, fix string // for the manual
}

// finding is what a look has to say: at least one thing.
type finding struct {
	level level
	found string
	fix   string // a command for a person; "" where there is none, or it is fm doctor --fix
	// mend is what --fix does; nil when that is for a person. It says what it has
	// done, also where it failed in the middle. It looks again before it does.
	mend func(context.Context) (did string, err error)
}

// level is how much a finding matters.
type level int

const (
	good    level = iota
	aside         // does not apply here, or is not to be known
	warning       // works, and may not for long; the exit code stays 0
	wrong         // is to be mended; exit code 1
)

// well is what a look says that found nothing to complain of.
func well(format string, args ...any) []finding {
	return []finding{{found: fmt.Sprintf(format, args...)}}
}

// failed is what it says otherwise. The error's text says what to do where the
// fix is no command.
func failed(err error, fix string) []finding {
	return []finding{{level: wrong, found: text(err), fix: fix}}
}

// most is how many things of one kind are told one by one.
const most = 8

// some drops what is more than people read.
func some(all []finding, what string) []finding {
	if len(all) <= most {
		return all
	}
	left := all[most:]
	rest := finding{level: good, found: fmt.Sprintf("and %d more %s", len(left), what), mend: mendAll(left)}
	for _, f := range left {
		rest.level = max(rest.level, f.level)
	}
	return append(all[:most:most], rest)
}

// did is what a mend has done, unless it failed.
func did(what string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return what, nil
}

// mendAll mends them one after the other; nil unless each can be.
func mendAll(all []finding) func(context.Context) (string, error) {
	if slices.ContainsFunc(all, func(f finding) bool { return f.mend == nil }) {
		return nil
	}
	return func(ctx context.Context) (string, error) {
		for i, f := range all {
			if _, err := f.mend(ctx); err != nil {
				return fmt.Sprintf("mended %d of them", i), err
			}
		}
		return fmt.Sprintf("mended all %d", len(all)), nil
	}
}

// result is a finding in the form of --json.
type result struct {
	Group   string `json:"group"`
	Check   string `json:"check"`
	OK      bool   `json:"ok"`                // false counts for the exit code
	Warning bool   `json:"warning,omitempty"` // to be looked at all the same
	Found   string `json:"found"`
	Fix     string `json:"fix"`              // a command; "" for none
	Fixed   bool   `json:"fixed"`            // by --fix, now
	Did     string `json:"did,omitempty"`    // what --fix did
	Failed  string `json:"failed,omitempty"` // and why it could not do all of it

	aside bool // nothing that could be well or not
}

// title begins a group.
func (d *doctor) title(before, group string) {
	if before != "" {
		fmt.Fprintln(d.stdout)
	}
	fmt.Fprintln(d.stdout, group)
}

// say shows a result: what was found, and in the lines below it what to do, or
// what was done.
func (d *doctor) say(r result) {
	d.results = append(d.results, r)
	if d.json {
		return
	}
	line := func(mark, name, text string) { fmt.Fprintf(d.stdout, "%s %-12s %s\n", mark, name, text) }
	line(r.mark(), r.Check, r.Found)
	if r.Did != "" {
		line(" ", "", "done: "+r.Did)
	}
	if r.Failed != "" {
		line(" ", "", "not done: "+r.Failed)
	}
	if r.Fix != "" && !r.Fixed && r.Fix != r.Found {
		line(" ", "", "→ "+r.Fix)
	}
}

func (r result) mark() string {
	switch {
	case !r.OK:
		return "✗"
	case r.Warning:
		return "!"
	case r.aside:
		return "·"
	}
	return "✓"
}

// mark is how a probe shows what it sees.
func mark(ok bool) string { //nolint:revive // flag-parameter: the mark shows it
	if ok {
		return "✓"
	}
	return "✗"
}
