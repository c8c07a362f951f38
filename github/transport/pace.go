package transport

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/founder-mode/fm/turn"
)

// pace gives each write its turn: pause after the one before, and no more than
// so many in any minute and any hour. The file is shared by processes, and
// outlives them and a power cut.
//
//	take ──► booked for later ──wait──► take ──► sent
//	   └─────────────── free now ─────────────────┘
//
// Who wakes late for its turn takes none from the others: the pause is kept
// between the moments of sending, not those that were booked.
type pace struct {
	file  string
	turn  *turn.Turn
	now   func() time.Time
	pause time.Duration

	perMinute, perHour int
}

// slot is a write: one that was sent, or with a ticket one that waits.
type slot struct {
	At     time.Time `json:"at"`
	Ticket string    `json:"ticket,omitempty"`
	Booked time.Time `json:"booked,omitzero"`
}

func (s slot) sent() bool { return s.Ticket == "" }

// take returns the zero time when the write may be sent now, and has noted it
// then. Else it returns when to ask again with the same ticket, which is booked
// if it is not after latest.
func (p *pace) take(ctx context.Context, ticket string, latest time.Time) (time.Time, error) {
	release, err := hold(ctx, p.turn)
	if err != nil {
		return time.Time{}, err
	}
	defer release()
	now := p.now() // the lock may have taken its time
	slots, err := p.read(now)
	if err != nil {
		return time.Time{}, err
	}
	mine := slices.IndexFunc(slots, func(s slot) bool { return s.Ticket == ticket })
	others := slots
	if mine >= 0 {
		if at := slots[mine].At; at.After(now) {
			return at, nil
		}
		slots = slices.Delete(slots, mine, mine+1)
		others = slices.DeleteFunc(slices.Clone(slots), func(s slot) bool { return !s.sent() })
	}
	at := p.earliest(now, others)
	switch {
	case !at.After(now):
		return time.Time{}, p.write(append(slots, slot{At: now}))
	case at.After(latest):
		if mine < 0 {
			return at, nil
		}
		return at, p.write(slots)
	}
	return at, p.write(append(slots, slot{At: at, Ticket: ticket, Booked: now}))
}

// earliest is the first moment for one more write behind all of slots.
func (p *pace) earliest(now time.Time, slots []slot) time.Time {
	at := now
	for _, rule := range []struct {
		most int
		span time.Duration
	}{{1, p.pause}, {p.perMinute, time.Minute}, {p.perHour, time.Hour}} {
		first := len(slots) - rule.most // of the last so many
		if first < 0 {
			continue
		}
		if free := slots[first].At.Add(rule.span); free.After(at) {
			at = free
		}
	}
	return at
}

// withdraw gives a booked turn back. Where that fails, the turn passes unused.
func (p *pace) withdraw(ctx context.Context, ticket string) {
	release, err := hold(ctx, p.turn)
	if err != nil {
		return
	}
	defer release()
	slots, err := p.read(p.now())
	if err != nil {
		return
	}
	if rest := slices.DeleteFunc(slices.Clone(slots), func(s slot) bool { return s.Ticket == ticket }); len(rest) < len(slots) {
		_ = p.write(rest) // see above
	}
}

// read returns the slots that still count, in order. A clock that was set back
// leaves slots in the future: those sent then count from now, those booked are
// void. Of a damaged file nobody knows what it said: it counts as a full minute.
func (p *pace) read(now time.Time) ([]slot, error) {
	text, err := os.ReadFile(p.file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	slots, ok := parseSlots(text)
	if !ok {
		return slices.Repeat([]slot{{At: now}}, p.perMinute), nil
	}
	slots = slices.DeleteFunc(slots, func(s slot) bool {
		return now.Sub(s.At) > time.Hour || s.Booked.After(now)
	})
	for i, s := range slots {
		if s.sent() && s.At.After(now) {
			slots[i].At = now
		}
	}
	slices.SortStableFunc(slots, func(a, b slot) int { return a.At.Compare(b.At) })
	return slots, nil
}

func parseSlots(text []byte) (slots []slot, ok bool) {
	err := json.Unmarshal(text, &slots)
	return slots, err == nil
}

func (p *pace) write(slots []slot) error {
	text, err := json.Marshal(slots)
	if err != nil {
		return err
	}
	return replace(p.file, text, (*os.File).Sync)
}
