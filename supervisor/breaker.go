package supervisor

import (
	"math"
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

// Breaker is a decaying count of the tasks that failed. When many fail at once
// the cause is not theirs; claiming slows down to one probe at a time until a
// task succeeds or the count has decayed.
//
// The rule is that of suture's failure decay: a count with a half-life, open
// above a threshold. A task counts once, as of its last failure, so that one
// that always fails holds up no other.
type Breaker struct {
	Failures []TaskFailure // the last of each task, since the last success
	Probe    time.Time     // when the last probe was let through
}

// TaskFailure is when a task last failed.
type TaskFailure struct {
	Task fm.TaskID
	At   time.Time
}

const (
	breakerHalfLife  = time.Minute
	breakerThreshold = 5
	breakerProbe     = 30 * time.Second
	breakerMemory    = 10 * breakerHalfLife
)

func (b Breaker) failed(id fm.TaskID, at time.Time) Breaker {
	old := func(f TaskFailure) bool { return f.Task == id || at.Sub(f.At) > breakerMemory }
	b.Failures = append(slices.DeleteFunc(slices.Clone(b.Failures), old), TaskFailure{Task: id, At: at})
	return b
}

// score counts the tasks that failed, each the less the longer ago.
func (b Breaker) score(at time.Time) float64 {
	var sum float64
	for _, f := range b.Failures {
		sum += math.Exp2(-float64(max(0, at.Sub(f.At))) / float64(breakerHalfLife))
	}
	return sum
}

// open says whether claims are held back.
func (b Breaker) open(at time.Time) bool { return b.score(at) >= breakerThreshold }

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
