package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// schedule is what writers of several processes do: each pauses, then writes.
type schedule struct {
	pauses   [][]time.Duration // by process
	patience time.Duration
	hiccup   time.Duration // how late a sleeper may wake
	restarts bool
}

const (
	fewPerMinute = 5
	fewPerHour   = 12
)

// run returns when which writes went out, in the fake time of a bubble, and how
// many were refused.
func (s schedule) run(t *testing.T) (sent []time.Time, refused int) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var all sync.WaitGroup
		base := door(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			sent = append(sent, time.Now())
			mu.Unlock()
			time.Sleep(300 * time.Millisecond) // it takes its time to be answered
			return saidBy(r, 201), nil
		})
		for i, pauses := range s.pauses {
			o := Options{Base: base, Host: "github.test", Dir: dir, PerMinute: fewPerMinute, PerHour: fewPerHour, Patience: s.patience}
			if s.hiccup > 0 {
				o.Sleep = func(ctx context.Context, d time.Duration) error {
					time.Sleep(d + s.hiccup*time.Duration(i))
					return ctx.Err()
				}
			}
			tr := New(o)
			for _, pause := range pauses {
				if s.restarts {
					tr = New(o)
				}
				mine := tr
				time.Sleep(pause / 8) // writers of one process overlap
				all.Go(func() {
					time.Sleep(pause)
					_, err := ask(t.Context(), mine, "POST", "http://github.test/repos/a/b/issues", "{}")
					var l *Limited
					if mu.Lock(); errors.As(err, &l) {
						refused++
					} else if err != nil {
						t.Error(err)
					}
					mu.Unlock()
				})
			}
		}
		all.Wait()
	})
	slices.SortFunc(sent, time.Time.Compare)
	return sent, refused
}

func crowded(sent []time.Time) error {
	for _, rule := range []struct {
		most int
		span time.Duration
	}{{1, time.Second}, {fewPerMinute, time.Minute}, {fewPerHour, time.Hour}} {
		for i := rule.most; i < len(sent); i++ {
			if gap := sent[i].Sub(sent[i-rule.most]); gap < rule.span {
				return fmt.Errorf("%d writes within %s at %s", rule.most+1, gap, sent[i])
			}
		}
	}
	return nil
}

// Whatever three processes do, and however late they wake: the pause, the
// minute and the hour are kept between the moments of sending; and who has the
// patience gets through.
// Caught: a window counted from the process's start; the pause kept between
// booked moments (late wakers come too close); each process its own pace; a
// slot noted after the answer; a mistake of one in a window.
func TestPaceIsKeptByAll(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := schedule{
			patience: rapid.SampledFrom([]time.Duration{0, 2 * time.Second, time.Minute, 5 * time.Hour}).Draw(rt, "patience"),
			hiccup:   rapid.SampledFrom([]time.Duration{0, 0, 400 * time.Millisecond, 3 * time.Second}).Draw(rt, "hiccup"),
			restarts: rapid.Bool().Draw(rt, "restarts"),
		}
		pause := rapid.Map(rapid.SampledFrom([]int{0, 0, 1, 100, 999, 1000, 3000, 20_000, 60_000, 600_000}), func(ms int) time.Duration { return time.Duration(ms) * time.Millisecond })
		writes := 0
		for i := range 3 {
			p := rapid.SliceOfN(pause, 0, 10).Draw(rt, fmt.Sprint("pauses", i))
			s.pauses = append(s.pauses, p)
			writes += len(p)
		}
		sent, refused := s.run(t)
		if err := crowded(sent); err != nil {
			rt.Error(err)
		}
		if len(sent)+refused != writes {
			rt.Errorf("%d writes: %d sent, %d refused", writes, len(sent), refused)
		}
		if s.patience > 4*time.Hour && refused > 0 {
			rt.Errorf("%d writes refused to the patient", refused)
		}
	})
}

// Caught: a pace that makes the first writes wait; a rate below the promised.
func TestPaceIsAsFastAsPromised(t *testing.T) {
	sent, refused := schedule{pauses: [][]time.Duration{make([]time.Duration, 7), make([]time.Duration, 6)}, patience: 5 * time.Hour}.run(t)
	if refused > 0 || len(sent) != 13 {
		t.Fatalf("%d sent, %d refused", len(sent), refused)
	}
	for i, seconds := range []int{0, 1, 2, 3, 4, 60, 61, 62, 63, 64, 120, 121, 3600} {
		if got, want := sent[i].Sub(sent[0]), time.Duration(seconds)*time.Second; got != want {
			t.Errorf("write %d after %s, want %s", i, got, want)
		}
	}
}

// Caught: reads that wait for a turn; reads that take one.
func TestReadsArePacedNot(t *testing.T) {
	c := newClock()
	h := saying(t, c, fine)
	tr := on(h, t.TempDir(), 0)
	must(t, tr, "POST", h.URL+"/repos/a/b/issues", "{}")
	for range 5 {
		must(t, tr, "GET", h.URL+"/user", "")
		if _, err := ask(Query(t.Context()), tr, "POST", h.URL+"/graphql", "{}"); err != nil {
			t.Error(err)
		}
	}
	l := mustLimit(t, tr, "POST", h.URL+"/graphql", "{}") // a mutation
	if !l.Until.Equal(c.Now().Add(time.Second)) || l.Why != whyPace {
		t.Errorf("got %v", l)
	}
}

func TestDamagedPaceCountsAsAFullMinute(t *testing.T) {
	for _, text := range []string{"", "{", `{"a":1}`, "[1]"} {
		c := newClock()
		h := saying(t, c, fine)
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "pace.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		from := c.Now()
		must(t, on(h, dir, 2*time.Minute), "POST", h.URL+"/repos/a/b/issues", "{}")
		if got := c.Now().Sub(from); got != time.Minute {
			t.Errorf("%q: waited %s", text, got)
		}
	}
}

// Caught: no write for a day, because the last one is of tomorrow, or booked
// for tomorrow by a process that is dead.
//
// Fault: F10.
func TestClockSetBackKeepsThePaceOnly(t *testing.T) {
	c := newClock()
	h := saying(t, c, fine)
	dir := t.TempDir()
	dead := on(h, dir, 0)
	must(t, dead, "POST", h.URL+"/repos/a/b/issues", "{}")
	if at, err := dead.pace.take(t.Context(), "dead", c.Now().Add(time.Hour)); err != nil || at.IsZero() {
		t.Fatalf("got %s, %v, want a booked turn", at, err)
	}
	c.pass(-24 * time.Hour)
	from := c.Now()
	must(t, on(h, dir, time.Minute), "POST", h.URL+"/repos/a/b/issues", "{}")
	if got := c.Now().Sub(from); got != time.Second {
		t.Errorf("waited %s, want 1s", got)
	}
}

// Who cannot have a turn in time is told so when it asks, not when it has waited.
// Caught: a turn booked as if nobody else waited; one booked beyond the
// patience; one that another early question takes away.
func TestTurnsAreBookedBehindEachOther(t *testing.T) {
	c, dir := newClock(), t.TempDir()
	p := &pace{file: filepath.Join(dir, "pace.json"), turn: lock(dir, "lock"), now: c.Now, pause: time.Second, perMinute: 60, perHour: 400}
	now := c.Now()
	latest := now.Add(2 * time.Second)
	for i, want := range []time.Time{{}, now.Add(time.Second), now.Add(2 * time.Second), now.Add(3 * time.Second), now.Add(3 * time.Second)} {
		if at, err := p.take(t.Context(), fmt.Sprint(i), latest); err != nil || !at.Equal(want) {
			t.Errorf("turn %d: got %s, %v; want %s", i, at, err, want)
		}
	}
	if at, err := p.take(t.Context(), "2", latest); err != nil || !at.Equal(latest) {
		t.Errorf("who asks early gets %s, %v; want its own turn", at, err)
	}
	c.pass(time.Second)
	if at, err := p.take(t.Context(), "1", latest); err != nil || !at.IsZero() {
		t.Errorf("who wakes for its turn gets %s, %v; want to go", at, err)
	}
	if at, err := p.take(t.Context(), "5", now.Add(time.Hour)); err != nil || !at.Equal(now.Add(3*time.Second)) {
		t.Errorf("who comes late gets %s, %v; want the turn behind all", at, err)
	}
}

// Who gives up makes room.
// Caught: a booked slot that stays.
func TestWhoGivesUpHoldsNobodyUp(t *testing.T) {
	c := newClock()
	h := saying(t, c, fine)
	dir := t.TempDir()
	o := h.options(dir, time.Hour)
	o.PerMinute = 1
	must(t, New(o), "POST", h.URL+"/repos/a/b/issues", "{}")
	ctx, cancel := context.WithCancel(t.Context())
	o.Sleep = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	if _, err := ask(ctx, New(o), "POST", h.URL+"/repos/a/b/issues", "{}"); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	o.Sleep = c.Sleep
	from := c.Now()
	must(t, New(o), "POST", h.URL+"/repos/a/b/issues", "{}")
	if got := c.Now().Sub(from); got != time.Minute {
		t.Errorf("waited %s, want 1m", got)
	}
}

func FuzzPace(f *testing.F) {
	f.Add([]byte(`[{"at":"2026-05-04T12:00:00Z"}]`))
	f.Add([]byte(`[{"at":"2026-05-04T13:00:00Z","ticket":"a","booked":"2026-05-04T11:00:00Z"}]`))
	f.Add([]byte(`[{"at":"9999-01-01T00:00:00Z"},null,{}]`))
	f.Add([]byte(`null`))
	dir := f.TempDir()
	c := newClock()
	p := &pace{file: filepath.Join(dir, "pace.json"), turn: lock(dir, "lock"), now: c.Now, pause: time.Second, perMinute: 2, perHour: 3}
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(p.file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		at, err := p.take(t.Context(), "mine", c.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(p.file)
		if err != nil {
			t.Fatal(err)
		}
		slots, ok := parseSlots(after)
		noted := slices.ContainsFunc(slots, func(s slot) bool { return s.sent() && s.At.Equal(c.Now()) })
		if at.IsZero() && (!ok || !noted) {
			t.Errorf("%q let a write go and became %q", text, after)
		}
	})
}
