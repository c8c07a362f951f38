package supervisor

import (
	"math"
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

// Breaker is a decaying count of failures of different tasks. When many fail
// at once the cause is not theirs; claiming slows down to one probe at a time
// until a task succeeds or the count has decayed.
//
// The rule is that of suture's failure decay: a count with a half-life, open
// above a threshold.
type Breaker struct {
	Score float64
	At    time.Time   // of the last failure
	Tasks []fm.TaskID // the different tasks that failed since the last success
	Probe time.Time   // when the last probe was let through
}

const (
	breakerHalfLife  = time.Minute
	breakerThreshold = 5
	breakerProbe     = 30 * time.Second
)

func (b Breaker) failed(id fm.TaskID, at time.Time) Breaker {
	if b.decayed(at) < 0.5 {
		b.Tasks = nil // what decayed to nothing is another story
	}
	b.Score = b.decayed(at)
	if !slices.Contains(b.Tasks, id) {
		b.Score++
		b.Tasks = append(slices.Clone(b.Tasks), id)
	}
	b.At = at
	return b
}

func (b Breaker) decayed(at time.Time) float64 {
	if b.At.IsZero() {
		return 0
	}
	return b.Score * math.Exp2(-float64(max(0, at.Sub(b.At)))/float64(breakerHalfLife))
}

// open says whether claims are held back.
func (b Breaker) open(at time.Time) bool { return b.decayed(at) >= breakerThreshold }

// allows says how many claims may be made now, out of n.
func (b Breaker) allows(n int, at time.Time) int {
	switch {
	case !b.open(at):
		return n
	case at.Sub(b.Probe) >= breakerProbe:
		return min(n, 1)
	}
	return 0
}
