package github

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// Who waits for a second look keeps nobody from working on the same issue.
// Caught: a subissue that waits for the uncertain one before it.
func TestASecondLookHoldsNobodyUp(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
	lost := false
	r.Fault(func(q fake.Request) fake.Verdict {
		if q.Operation == "POST issues" && !lost {
			lost = true
			return fake.Verdict{Act: fake.Cut}
		}
		return fake.Verdict{}
	})
	asleep, awake := make(chan struct{}), make(chan struct{})
	g := r.open()
	g.sleep = func(ctx context.Context, _ time.Duration) error {
		close(asleep)
		select {
		case <-awake:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	first := make(chan error, 1)
	go func() {
		_, err := g.Tracker().Create(t.Context(), "12", "1", part("First"), nil)
		first <- err
	}()
	<-asleep
	for _, do := range []func() error{
		func() error {
			_, err := g.Tracker().Create(t.Context(), "12", "2", part("Second"), nil)
			return err
		},
		func() error { return g.Tracker().Close(t.Context(), "12", "Done.") },
	} {
		if err := do(); err != nil {
			t.Error(err)
		}
	}
	short, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Tracker().Create(short, "12", "1", part("First"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("the same subissue, while it is uncertain: %v", err)
	}
	close(awake)
	if err := <-first; err != nil || len(r.made()) != 2 {
		t.Errorf("%v, %d issues", err, len(r.made()))
	}
}

// Caught: a sleep of seconds for somebody who has none, who then finds out
// nothing about the write.
func TestASecondLookIsNotBegunTooLate(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in"})
	r.Fault(func(q fake.Request) fake.Verdict {
		if q.Operation == "POST issues" {
			return fake.Verdict{Act: fake.Cut}
		}
		return fake.Verdict{}
	})
	g := r.open()
	g.sleep = func(context.Context, time.Duration) error {
		t.Error("it slept")
		return nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), secondLook-time.Second)
	defer cancel()
	if _, err := g.Tracker().Create(ctx, "12", "1", part("First"), nil); err == nil || errors.Is(err, fm.ErrRefused) {
		t.Errorf("got %v", err)
	}
}
