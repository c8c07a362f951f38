package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/founder-mode/fm"
)

// settingsError is why a supervisor ends whose settings have been changed. The
// next one begins with those.
type settingsError struct{ config fm.Config }

func (settingsError) Error() string { return "the settings were changed" }

// reload compares config.json with the settings that are in force.
type reload struct {
	h       *house
	trouble atomic.Pointer[string]
}

const (
	// settle is how long config.json must stay as it is before it is taken: an
	// editor may write it in pieces.
	settle = 200 * time.Millisecond
	// compareEvery is the backstop when a hint is lost.
	compareEvery = 2 * time.Second
)

// problem says why config.json is not in force; "" when it is.
func (r *reload) problem() string {
	if why := r.trouble.Load(); why != nil {
		return *why
	}
	return ""
}

// run returns the settings that are to be in force from now on, once somebody
// has changed them. It calls hint when its problem is another one.
func (r *reload) run(ctx context.Context, wake <-chan struct{}, hint func()) (fm.Config, bool) {
	tick := time.NewTicker(compareEvery)
	defer tick.Stop()
	var last, judged []byte
	for ctx.Err() == nil {
		text, err := os.ReadFile(r.h.project.ConfigFile())
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			r.say(err, hint)
			text, judged = last, last
		}
		switch {
		case !bytes.Equal(text, last):
			last = text
		case judged == nil || !bytes.Equal(text, judged):
			config, err := r.judge(ctx, text)
			if err == nil && !reflect.DeepEqual(config, r.h.config) {
				return config, true
			}
			r.say(err, hint)
			judged = append([]byte{}, text...)
		default:
			select {
			case <-ctx.Done():
			case <-wake:
			case <-tick.C:
				if r.problem() != "" {
					judged = nil // what was missing may be there by now
				}
			}
		}
		pause(ctx, settle)
	}
	return fm.Config{}, false
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// judge reads settings, and refuses those that no supervisor could begin with:
// better the old ones than none.
func (r *reload) judge(ctx context.Context, text []byte) (fm.Config, error) {
	config, err := parseSettings("config.json", text)
	if err != nil || reflect.DeepEqual(config, r.h.config) {
		return config, err
	}
	if err := r.h.untrusted(ctx, config); err != nil {
		return config, err
	}
	next := r.h.with(config)
	if _, err := next.agent(); err != nil {
		return config, err
	}
	_, err = next.repo(ctx)
	return config, err
}

func (r *reload) say(err error, hint func()) {
	why := ""
	if err != nil {
		why = "config.json is not in force, the settings from before are: " + fm.Line(fm.Reason(err), 300)
	}
	if why != r.problem() {
		r.trouble.Store(&why)
		hint()
	}
}

// with is the same project with other settings.
func (h *house) with(config fm.Config) *house {
	next := *h
	next.config = config
	return &next
}
