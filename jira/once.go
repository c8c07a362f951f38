package jira

import (
	"context"
	"time"
)

const (
	// writeTries is how often a write is sent that was seen not to have happened.
	writeTries = 3
	// secondLook is how long after a lost answer fm looks again before it repeats
	// a write: Jira may be about to do it.
	secondLook = 3 * time.Second
)

// once does a write that must not happen twice. Where nobody knows whether it
// happened, there looks for its effect at once and after a while; only when
// neither look finds it is the write repeated. The error is the write's.
func (j *Jira) once(ctx context.Context, write func() error, there func() (bool, error)) error {
	for try := 1; ; try++ {
		err := write()
		if !uncertain(err) {
			return err
		}
		for _, pause := range []time.Duration{0, secondLook * time.Duration(try)} {
			if pause > 0 && j.wait(ctx, pause, "whether Jira has done what it was asked for is not known") != nil {
				return err
			}
			found, lookErr := there()
			if lookErr != nil {
				return err // the next call looks first
			}
			if found {
				return nil
			}
		}
		if try == writeTries {
			return err
		}
	}
}
