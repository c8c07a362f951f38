package disk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// prepared is a life that can be begun again and again.
type prepared struct {
	first *life
	steps []step
	took  int // operations that it takes, undisturbed
	syncs int // of these
}

func prepare(t *testing.T, name string) prepared {
	t.Helper()
	l := lives()[name]
	p := prepared{first: newLife(t.Context(), newMemory(), nil), steps: l.steps}
	if err := begun(p.first, l.before); err != nil {
		t.Fatalf("%s: its beginning: %v", name, err)
	}
	whole := p.again(t.Context())
	before, syncs := whole.m.steps, whole.m.syncs
	if err := whole.live(); err != nil {
		t.Fatalf("%s: undisturbed: %v", name, err)
	}
	if err := whole.check(whole.m.reboot(cut{})); err != nil {
		t.Fatalf("%s: at its end: %v", name, err)
	}
	p.took, p.syncs = whole.m.steps-before, whole.m.syncs-syncs
	return p
}

// again is the life at its beginning.
func (p prepared) again(ctx context.Context) *life {
	l := newLife(ctx, p.first.m.copied(), p.steps)
	l.now = p.first.now
	maps.Copy(l.kept, p.first.kept)
	maps.Copy(l.closed, p.first.closed)
	maps.Copy(l.aside, p.first.aside)
	l.written, l.noted = slices.Clone(p.first.written), slices.Clone(p.first.noted)
	return l
}

// tally counts power cuts.
type tally struct {
	runs, broken int
	example      error
}

// cuts takes the power away before operations of a life, and keeps each
// share of what was not synced.
func (sum *tally) cuts(t *testing.T, name string, lazy mutant, stride int) {
	t.Helper()
	p := prepare(t, name)
	for at := 1; at <= p.took; at += stride {
		l := p.again(t.Context())
		l.m.powerOff, l.m.lazy = l.m.steps+at, lazy
		if err := l.live(); !errors.Is(err, errPower) && at < 5 {
			t.Fatalf("%s: cut before operation %d: got %v", name, at, err)
		}
		for _, c := range outcomes() {
			sum.runs++
			if err := l.check(l.m.reboot(c)); err != nil {
				sum.broken++
				sum.example = fmt.Errorf("%s: cut before operation %d of %d, then %+v: %w", name, at, p.took, c, err)
			}
		}
	}
}

// TestPowerCutBeforeEveryOperationLosesNothingPromised cuts every life short
// before each of its operations, in every way in which what was not synced can
// come out of it.
//
// Fault: F26.
//
// Caught: the view replaced before the ledger was synced; a ledger that was begun
// without its name made durable.
func TestPowerCutBeforeEveryOperationLosesNothingPromised(t *testing.T) {
	t.Parallel()
	runs := 0
	for name := range lives() {
		t.Run(name, func(t *testing.T) {
			var sum tally
			sum.cuts(t, name, honest, 1)
			if sum.broken > 0 {
				t.Errorf("%d of %d power cuts broke a promise, such as: %v", sum.broken, sum.runs, sum.example)
			}
			runs += sum.runs
		})
	}
	t.Logf("%d power cuts", runs)
}

// Without these controls the test above could pass because the simulation
// forgives everything. Each names a mutant that it catches.
func TestPowerCutsTellWhenSyncsAreMissing(t *testing.T) {
	t.Parallel()
	controls := map[string]struct {
		lazy mutant
		life string
	}{
		"no fsync of files":                   {noFileSync, "from birth to the pull request"},
		"no fsync of folders":                 {noDirSync, "from birth to the pull request"},
		"no fsync of files, ledger anew":      {noFileSync, "the ledger is written anew"},
		"no fsync of folders, ledger anew":    {noDirSync, "the ledger is written anew"},
		"no fsync of files, kept aside":       {noFileSync, "a view that is cut off is kept aside"},
		"no fsync of folders, kept aside":     {noDirSync, "a view that is cut off is kept aside"},
		"no fsync of files, ledger rebuilt":   {noFileSync, "a damaged ledger is rebuilt"},
		"no fsync of folders, ledger rebuilt": {noDirSync, "a lost ledger is rebuilt from the view"},
		"no fsync of files, torn tail":        {noFileSync, "a torn tail is cut off"},
		"no fsync of files, edits":            {noFileSync, "a person edits at every point"},
		"no fsync of files, parents":          {noFileSync, "published, owed, merged, tidied"},
		"no fsync of files, days":             {noFileSync, "money, from day to day"},
		"no fsync of files, two processes":    {noFileSync, "two processes take turns"},
	}
	for name, c := range controls {
		var sum tally
		sum.cuts(t, c.life, c.lazy, 7)
		if sum.broken == 0 {
			t.Errorf("%s: %d power cuts broke nothing", name, sum.runs)
		}
		t.Logf("%s: %d of %d, such as: %.300v", name, sum.broken, sum.runs, sum.example)
	}
}

// endure goes on with a life that is disturbed until it is over.
func (l *life) endure() error {
	var err error
	for range 4 {
		if err = l.live(); err == nil {
			break
		}
	}
	return err
}

// Every operation fails once, and the caller just goes on. Caught: fsync repeated
// on the same file after it failed; a view that could not be read, or whose edits
// did not reach the ledger, counted as read; a damaged queue.txt that was replaced
// although it could not be kept.
//
// Fault: F4, F6.
func TestFailureOfEveryOperationLosesNothing(t *testing.T) {
	t.Parallel()
	for name := range lives() {
		t.Run(name, func(t *testing.T) {
			p := prepare(t, name)
			for at := 1; at <= p.took; at++ {
				l := p.again(t.Context())
				l.m.failAt = l.m.steps + at
				l.outlives(t, fmt.Sprintf("fault at operation %d", at))
			}
		})
	}
}

// outlives ends a disturbed life, and cuts the power then.
func (l *life) outlives(t *testing.T, what string) {
	t.Helper()
	if err := l.endure(); err != nil {
		t.Errorf("%s: still failing: %v", what, err)
		return
	}
	if text := l.lost(); text != "" {
		t.Errorf("%s: what a person saved is kept nowhere: %q", what, text)
	}
	if l.m.again > 0 {
		t.Errorf("%s: %d syncs of a handle where one had failed", what, l.m.again)
	}
	for _, percent := range []int{0, 50, 100} {
		if err := l.check(l.m.reboot(cut{data: percent, odd: percent, names: percent})); err != nil {
			t.Errorf("%s, then a power cut, %d %% kept: %v", what, percent, err)
		}
	}
}

// TestAFailedSyncIsNeverRepeated: after a failed fsync the kernel may have dropped
// the data, and calls the next one a success. The file is opened again, or
// written anew.
//
// Fault: F6.
//
// Caught: a ledger whose torn tail was cut off, and whose handle was used on when
// that could not be synced.
func TestAFailedSyncIsNeverRepeated(t *testing.T) {
	t.Parallel()
	all := 0
	for name := range lives() {
		p := prepare(t, name)
		for at := 1; at <= p.syncs; at++ {
			all++
			l := p.again(t.Context())
			l.m.failSync = l.m.syncs + at
			l.outlives(t, fmt.Sprintf("%s: fault at sync %d", name, at))
		}
	}
	t.Logf("%d syncs failed", all)
}

// TestAFullOrReadOnlyDiskLosesNothing: from some operation on nothing more can be
// written, or nothing changed at all; then there is room again, or the power goes
// first.
//
// Fault: F4, F5.
//
// Caught: Append without Truncate after a short write.
func TestAFullOrReadOnlyDiskLosesNothing(t *testing.T) {
	t.Parallel()
	all := 0
	for what, errno := range map[string]unix.Errno{"full": unix.ENOSPC, "read-only": unix.EROFS} {
		for name := range lives() {
			p := prepare(t, name)
			for at := 1; at <= p.took; at += 2 {
				all++
				l := p.again(t.Context())
				l.m.failAt, l.m.sick = l.m.steps+at, errno
				where := fmt.Sprintf("%s: disk %s from operation %d on", name, what, at)
				if err := l.endure(); err == nil && at < 5 {
					t.Errorf("%s: no error", where)
				}
				if err := l.check(l.m.reboot(cut{data: 50, odd: 50, names: 50})); err != nil {
					t.Errorf("%s, then a power cut: %v", where, err)
				}
				l.m.sick, l.m.failAt = nil, 0
				l.outlives(t, where+", then not any more")
			}
		}
	}
	t.Logf("%d moments", all)
}

// Caught: Swap without the fsync of the folder.
func TestSwapIsDurableWhenItReturns(t *testing.T) {
	m := newMemory()
	v := open(m, "/p", os.Getpid()).View
	for _, text := range []string{"one\n", "two\n"} {
		v.mustSwap(t, begin(), text)
		if got := m.reboot(cut{}).text(viewFile); got != text {
			t.Errorf("after a power cut %q, want %q", got, text)
		}
	}
}

// Caught: Append without Truncate after a short write.
//
// Fault: F4.
func TestShortAppendIsTakenBack(t *testing.T) {
	m := newMemory()
	l := open(m, "/p", os.Getpid()).Log
	if err := l.Append(t.Context(), []byte("one\n")); err != nil {
		t.Fatal(err)
	}
	m.failAt = m.steps + 4 // a look at the path, two at the file, the write
	if err := l.Append(t.Context(), []byte("two\n")); !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("got %v, want ENOSPC", err)
	}
	if data, _, err := l.Read(t.Context(), 0, 0); err != nil || string(data) != "one\n" {
		t.Errorf("got %q, %v", data, err)
	}
}

// TestAFileIsWrittenWholeOrNotAtAll: what [WriteFile] does, with the power gone,
// or an error, at each of its operations.
//
// Fault: F4, F6.
//
// Caught: a file that was renamed before it was synced; one that was told to be
// written before its name was durable.
func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	const path = "/p/state.json"
	write := func(m *memory, text string) error {
		return replace(m, path, "/p/.state.json.tmp", []byte(text), 0o600)
	}
	for at := 1; at <= 8; at++ {
		for _, off := range []bool{false, true} {
			m := newMemory()
			if err := write(m, "old"); err != nil {
				t.Fatal(err)
			}
			if m.failAt = m.steps + at; off {
				m.powerOff, m.failAt = m.failAt, 0
			}
			err := write(m, "new")
			for _, c := range outcomes() {
				got := m.reboot(c).text(path)
				if got != "new" && (got != "old" || err == nil) {
					t.Errorf("power off %v at operation %d, then %+v: %q, after %v", off, at, c, got, err)
				}
			}
		}
	}
}
