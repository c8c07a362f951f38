package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

// doctorCmd says what is ready and what is not, each with what to do. Without
// --fix it changes nothing.
type doctorCmd struct {
	Fix   bool `help:"Mend what can be mended without losing anything, and say each thing that is done. While the supervisor runs, what is its own is left to it."`
	Probe bool `help:"Start the installed claude against a scripted API, in a home of its own, and see whether fm still understands it. Costs nothing, takes up to a minute."`
	JSON  bool `name:"json" help:"Print a list of objects."`
}

func (c *doctorCmd) Run(ctx context.Context, a *app) error {
	d := &doctor{json: c.JSON, mends: c.Fix, limit: checkLimit}
	d.house, d.lost = a.tolerant(ctx)
	d.role = examining
	if c.Probe {
		return d.probe(ctx)
	}
	return d.examine(ctx)
}

// doctor is one visit.
type doctor struct {
	*house
	lost    error // why there is no project; nil when there is
	json    bool
	mends   bool
	limit   time.Duration // for one check
	results []result
}

// checkLimit is for one check, and mendLimit for mending what one found. A check
// that hangs holds nobody up, and says so.
const (
	checkLimit = 8 * time.Second
	mendLimit  = time.Minute
)

// tolerant opens the project also where there is none, and with settings that
// cannot be read: that is for the doctor to say.
func (a *app) tolerant(ctx context.Context) (*house, error) {
	h := &house{app: a, config: fm.Config{}.WithDefaults(), project: fm.Project{Root: a.dir}}
	root, err := git.FindRoot(ctx, a.dir)
	if err != nil {
		return h, err
	}
	h.project.Root = root
	h.config, h.broken = h.settings(ctx)
	_, err = h.came(ctx)
	return h, err
}

// examine makes every check, whatever the others found: all at once, but for
// those that may change something, which come in their turn.
func (d *doctor) examine(ctx context.Context) error {
	f := d.facts(ctx)
	checks := d.checks()
	found := make([]func() []finding, len(checks))
	var looks sync.WaitGroup
	for i, c := range checks {
		found[i] = func() []finding { return d.look(ctx, c, f) }
		if !d.mends || !c.mends {
			early := make(chan []finding, 1)
			looks.Go(func() { early <- d.look(ctx, c, f) })
			found[i] = func() []finding { return <-early }
		}
	}
	group := ""
	for i, c := range checks {
		looking := d.busy("looking at %s", c.name)
		all := found[i]()
		looking.done()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if c.group != group && !d.json {
			d.title(group, c.group)
		}
		group = c.group
		for _, one := range all {
			d.say(d.mend(ctx, c, one))
		}
	}
	looks.Wait()
	return d.sum()
}

// look makes one check, which has a house of its own, because what it finds out
// on the way stands there.
func (d *doctor) look(ctx context.Context, c check, f *facts) []finding {
	ctx, cancel := context.WithTimeout(ctx, d.limit)
	defer cancel()
	v := &visit{house: new(*d.house), lost: d.lost, facts: f}
	answer := make(chan []finding, 1) // nobody may be left to read it
	go func() { answer <- c.look(v, ctx) }()
	select {
	case found := <-answer:
		if ctx.Err() != nil {
			break
		}
		return found
	case <-ctx.Done():
	}
	late := finding{level: wrong, found: fmt.Sprintf("no answer within %s: something hangs there", d.limit)}
	if c.advisory {
		late.level = warning
	}
	return []finding{late}
}

// mend does what a finding has to be done, if that was asked for and is safe.
func (d *doctor) mend(ctx context.Context, c check, f finding) result {
	r := result{
		Group: c.group, Check: c.name, OK: f.level != wrong, Warning: f.level == warning,
		Found: fm.Line(f.found, 300), Fix: f.fix, aside: f.level == aside,
	}
	if f.fix == "" && f.mend != nil {
		r.Fix = "fm doctor --fix"
	}
	if !d.mends || f.mend == nil {
		return r
	}
	ctx, cancel := context.WithTimeout(ctx, mendLimit)
	defer cancel()
	did, err := f.mend(ctx)
	r.Did = fm.Line(did, 300)
	if err != nil {
		r.Failed = text(err)
		return r
	}
	r.OK, r.Warning, r.Fixed = true, false, true
	return r
}

// sum ends the visit; exit code 1 when something is to be mended.
func (d *doctor) sum() error {
	bad, odd := 0, 0
	for _, r := range d.results {
		switch {
		case !r.OK:
			bad++
		case r.Warning:
			odd++
		}
	}
	if d.json {
		if err := d.print(d.results); err != nil {
			return err
		}
	}
	switch {
	case bad > 0 && d.json:
		return exitError{code: exitFailure}
	case bad > 0:
		return exitError{code: exitFailure, err: fmt.Errorf("%s to mend%s", fm.Count(bad, "thing"), d.offer())}
	case !d.json:
		fmt.Fprintf(d.stdout, "\nAll is well%s. Whether fm understands the installed claude, this says: fm doctor --probe\n", but(odd))
	}
	return nil
}

// offer says that some of it can be mended by one command.
func (d *doctor) offer() string {
	for _, r := range d.results {
		if !r.OK && r.Fix == "fm doctor --fix" && !d.mends {
			return "; what is safe to mend, this mends: fm doctor --fix"
		}
	}
	return ""
}

func but(warnings int) string {
	if warnings == 0 {
		return ""
	}
	return ", but for " + fm.Count(warnings, "warning")
}

func (d *doctor) print(v any) error {
	out := json.NewEncoder(d.stdout)
	out.SetEscapeHTML(false) // a command with && in it is to be copied
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// unknown is for what cannot be found out, and does not matter then.
func unknown(what string, err error) []finding {
	if errors.Is(err, errors.ErrUnsupported) {
		return []finding{{level: aside, found: what}}
	}
	return []finding{{level: aside, found: what + ": " + text(err)}}
}
