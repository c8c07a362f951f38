package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/probe"
	"github.com/founder-mode/fm/tmux"
)

// A probe ends within a minute, its cleaning up included.
const (
	probeLimit = 45 * time.Second
	closeLimit = 12 * time.Second
)

// sight is a finding in the form of --json.
type sight struct {
	Detector string  `json:"detector"`
	Sees     bool    `json:"sees"`
	Evidence string  `json:"evidence"`
	Seconds  float64 `json:"seconds"`
}

// probe starts the configured claude where it can do no harm, and prints which
// of its signs fm still sees.
func (d *doctor) probe(ctx context.Context) (err error) {
	p, err := d.newProbe(ctx)
	if err != nil {
		return err
	}
	server, err := tmux.New(ctx, tmux.Options{
		Socket: filepath.Join(p.Dir(), "s"), ConfFile: filepath.Join(p.Dir(), "tmux.conf"), Environ: p.Environ(),
	})
	defer func() { err = errors.Join(err, endProbe(ctx, p, server)) }()
	if err != nil {
		return mendable(err)
	}
	if _, err := server.Ensure(ctx); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	found, err := p.Run(limited, server, func(f probe.Finding) {
		if !d.json && ctx.Err() == nil {
			fmt.Fprintf(d.stdout, "%s %-12s %5.1fs  %s\n", mark(f.Sees), f.Detector, f.Took.Seconds(), fm.Line(f.Evidence, 200))
		}
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return d.verdict(found)
}

// newProbe finds the command and says what is going to be done with it.
func (d *doctor) newProbe(ctx context.Context) (*probe.Probe, error) {
	agent, err := d.agent()
	if err != nil {
		return nil, mendable(err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if !d.json {
		version, _ := agent.Version(ctx) // the probe finds out what is wrong
		fmt.Fprintf(d.stdout, "Probing claude %s at %s, in a home of its own, against a scripted API: it costs nothing.\n\n", version, agent.Path())
	}
	return probe.New(ctx, probe.Options{
		Command: agent.Path(), Args: d.config.Agent.Args, Model: d.config.Agent.Model, Self: self, Environ: d.environ,
	})
}

// endProbe leaves nothing behind, also when the user interrupted it.
func endProbe(ctx context.Context, p *probe.Probe, server *tmux.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	var err error
	if server != nil {
		err = server.Shutdown(ctx)
	}
	return errors.Join(err, p.Close(ctx))
}

// verdict is exit code 1 when fm is blind to something.
func (d *doctor) verdict(found []probe.Finding) error {
	var blind []string
	sights := []sight{}
	for _, f := range found {
		sights = append(sights, sight{Detector: f.Detector, Sees: f.Sees, Evidence: fm.Line(f.Evidence, 200), Seconds: f.Took.Seconds()})
		if !f.Sees {
			blind = append(blind, f.Detector)
		}
	}
	switch {
	case d.json:
		if err := d.print(sights); err != nil || len(blind) == 0 {
			return err
		}
		return exitError{code: exitFailure}
	case len(blind) > 0:
		return exitError{code: exitFailure, err: fmt.Errorf("blind to: %s; install another release of claude, or an fm that knows this one", strings.Join(blind, ", "))}
	}
	fmt.Fprintln(d.stdout, "\nfm sees all that it must.")
	return nil
}
