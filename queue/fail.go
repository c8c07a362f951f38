package queue

import (
	"hash/fnv"
	"strconv"
	"time"

	"github.com/founder-mode/fm"
)

// The curve of [Backoff].
const (
	firstBackoff = 10 * time.Second
	maxBackoff   = 5 * time.Minute
)

// Fail counts a failure. The task waits for its [Backoff] and is tried again,
// until it has failed limit times: then it has failed for good.
func Fail(t fm.Task, why string, limit int, at time.Time) Change {
	return fail(OpFail, t, why, limit, at)
}

// Reopen takes a completed task up again because its pull request cannot be
// merged as it is. It counts as a failure, so that a conflict that always
// comes back ends too.
func Reopen(t fm.Task, why string, limit int, at time.Time) Change {
	return fail(OpReopen, t, why, limit, at)
}

func fail(op Op, t fm.Task, why string, limit int, at time.Time) Change {
	failures := t.Failures + 1
	if failures >= limit {
		t = moved(t, fm.Failed, at)
	} else {
		t = moved(t, fm.Pending, at)
		t.NotBefore = t.Since.Add(Backoff(t.ID, failures))
	}
	t.Failures = failures
	t.Note = why
	return Change{Op: op, Task: t, Why: why}
}

// Backoff is how long a task waits after its n-th failure: 10 s · 2^(n-1),
// give or take a fifth, at most five minutes, in whole seconds. The give or
// take is derived from the task and n, so that tasks that failed together do
// not come back together, and yet a replay agrees.
func Backoff(id fm.TaskID, failures int) time.Duration {
	if failures < 1 {
		return 0
	}
	d := firstBackoff << min(failures-1, 10)
	h := fnv.New32a()
	_, _ = h.Write([]byte(string(id) + "." + strconv.Itoa(failures))) // never fails, see hash.Hash
	perMille := int64(h.Sum32()%401) + 800
	return min(time.Duration(int64(d)*perMille/1000), maxBackoff).Truncate(time.Second)
}
