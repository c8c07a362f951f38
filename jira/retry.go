package jira

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/founder-mode/fm"
)

// What only reads is sent up to this often when the network or the server fails,
// with these pauses.
const (
	mostSends  = 4
	firstPause = 500 * time.Millisecond // doubles
	// shortestWait is for a limit that does not say how long it holds.
	shortestWait = 5 * time.Second
	// noticed is how long a wait is that a person is told of.
	noticed = 2 * time.Second
)

// limited is an error that says when to come again. Nothing was done.
type limited struct {
	site  string
	until time.Time
}

// Error is one line.
func (l *limited) Error() string {
	return fmt.Sprintf("%s takes no more requests until %s", l.site, l.until.Format(time.TimeOnly))
}

// do sends a call until it is answered: again after limits, as long as patience
// lasts, and again after failures if it only reads.
func (j *Jira) do(ctx context.Context, c call, out any) error {
	latest := time.Now().Add(j.o.Patience)
	for sends, limits := 1, 0; ; {
		a, err := j.exchange(ctx, c)
		if err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		if after, asked := a.later(limits); asked {
			if err := j.heed(ctx, after, latest); err != nil {
				return err
			}
			limits++
			if a.status == http.StatusTooManyRequests || c.reads {
				continue
			}
		}
		switch {
		case c.reads && sends < mostSends && broken(a, err):
			if err := j.backOff(ctx, sends); err != nil {
				return err
			}
			sends++
		case err != nil:
			return j.unreachable(err)
		default:
			return j.accept(a, out)
		}
	}
}

// heed waits as long as Jira asks for, if that is not too long.
func (j *Jira) heed(ctx context.Context, after time.Duration, latest time.Time) error {
	if until := time.Now().Add(after); until.After(latest) {
		return &limited{j.site.Host, until}
	}
	return j.wait(ctx, after, "Jira's limit on requests")
}

func (j *Jira) backOff(ctx context.Context, sends int) error {
	pause := firstPause << (sends - 1)
	return j.wait(ctx, pause*3/4+rand.N(pause/2), "Jira cannot be reached") // processes must not keep step
}

// later says how long the server wants to be left alone, if it wants that.
func (a *answer) later(before int) (time.Duration, bool) {
	if a == nil || a.status != http.StatusTooManyRequests && a.status != http.StatusServiceUnavailable {
		return 0, false
	}
	given := a.header.Get("Retry-After")
	if seconds, err := strconv.Atoi(given); err == nil && seconds >= 0 {
		return max(time.Second, time.Duration(min(seconds, 1<<20))*time.Second), true
	}
	if at, err := http.ParseTime(given); err == nil {
		return max(time.Second, time.Until(at)), true
	}
	return shortestWait << min(before, 6), a.status == http.StatusTooManyRequests
}

// broken says that what came back is no answer of Jira's.
func broken(a *answer, err error) bool {
	if err != nil {
		_, badCertificate := errors.AsType[*tls.CertificateVerificationError](err)
		return !badCertificate && !errors.Is(err, errTooMuch)
	}
	return a.status >= 500
}

// wait sleeps, and says so where somebody would notice.
func (j *Jira) wait(ctx context.Context, d time.Duration, why string) error {
	if d > noticed && j.o.Waiting != nil {
		j.o.Waiting(time.Now().Add(d), why)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (j *Jira) unreachable(err error) error {
	if errors.Is(err, fm.ErrRefused) {
		return fmt.Errorf("%s: %w", j.site.Host, err)
	}
	if _, bad := errors.AsType[*tls.CertificateVerificationError](err); bad {
		return fmt.Errorf("%s has a certificate that this machine does not trust (%s): install its authority, or check jira.url: %w", j.site.Host, fm.Line(err.Error(), 200), fm.ErrRefused)
	}
	return fmt.Errorf("%s cannot be reached: %w", j.site.Host, err)
}
