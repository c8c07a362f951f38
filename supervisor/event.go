package supervisor

import (
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Event is a fact: something that happened or was seen.
//
//sumtype:decl
type Event interface{ event() }

// Ticked says what time it is. The shell puts one before every other event.
type Ticked struct{ At time.Time }

// QueueRead is the queue as a look found it.
type QueueRead struct{ Snapshot queue.Snapshot }

// Recorded says that a Record is durable, and gives the queue after it.
type Recorded struct{ Snapshot queue.Snapshot }

// WantedRead is what the user wants now.
type WantedRead struct{ Wanted Wanted }

// Observed is one look at the sessions, followed by one at the agents' signs:
// what an agent wrote before it died is in the reports.
type Observed struct {
	At      time.Time // when the look began
	Sight   fm.Sight
	Reports map[fm.TaskID]fm.Report
	Unread  map[fm.TaskID]string // why there is no report
	Stamp   string               // of the branches; "" when nobody looks at them
	Kept    []fm.WorkerID        // whose sessions changed while the look was under way
}

// ObserveFailed says that nothing is known about the sessions. It is not a
// death.
type ObserveFailed struct{ Err string }

// Revived says that the terminal server runs again.
type Revived struct{}

// Started says that the agent's process of a run was started, or was already
// running.
type Started struct {
	Worker fm.WorkerID
	Run    fm.Run
	Title  string // of the task's issue; "" when it was not read
}

// Stopped says that the worker's process is gone.
type Stopped struct {
	Worker fm.WorkerID
	Run    fm.Run
}

// Closed says that the worker's session is gone.
type Closed struct{ Worker fm.WorkerID }

// Told says that a text reached the agent: it was seen to be taken.
type Told struct {
	Worker fm.WorkerID
	Run    fm.Run
}

// Noted says that the worker's status line shows the text.
type Noted struct {
	Worker fm.WorkerID
	Text   string
}

// Verified carries the verdict on what a run claims to have done.
type Verified struct {
	Run     fm.Run
	Verdict Verdict
}

// Published says that the run's pull request stands.
type Published struct {
	Run     fm.Run
	Pull    fm.PullRequest
	Summary string // what the agent said that it did
}

// PullMerged says that the run's pull request is merged, by fm or by anybody, or
// that the forge will merge it by itself: then it is Armed, and still open.
type PullMerged struct {
	Run  fm.Run
	Pull fm.PullRequest
}

// Rebased says that the run's branch has all of its base in it, and that its
// pull request shows SHA.
type Rebased struct {
	Run fm.Run
	SHA string
}

// ChecksRerun says that the forge runs failed checks of the run's pull request
// again.
type ChecksRerun struct{ Run fm.Run }

// PullsSeen is the present state of the pull requests that were looked at.
type PullsSeen struct {
	Offers []Offer
	Pulls  []fm.PullRequest
}

// Tidied says that a merged task left nothing behind.
type Tidied struct {
	Run    fm.Run
	Remark string // of [Worktrees.Remove]
}

// SiteCleared says that nothing is left of what a task was worked on in, but its
// branch.
type SiteCleared struct {
	Run    fm.Run
	Remark string // of [Worktrees.Remove]
}

// Scanned carries the conflicts between branches.
type Scanned struct {
	Stamp     string // of the branches, before they were looked at
	Sites     []fm.Site
	Conflicts []fm.Conflict
}

// Stocked says that so many worktrees are ready.
type Stocked struct{ Count int }

// Warned says that a warning reached the agent.
type Warned struct {
	Worker fm.WorkerID
	Run    fm.Run
}

// ParentClosed says that the parent is closed in the tracker.
type ParentClosed struct{ Parent fm.IssueID }

// EffectFailed says that an effect was not (or not known to be) carried out.
type EffectFailed struct {
	Effect Effect
	Kind   FailureKind
	Err    string
}

// RecordFailed says that the queue could not be written. Nothing that depends
// on it was done.
type RecordFailed struct{ Err string }

// QueueUnread says that the queue could not be read, and why.
type QueueUnread struct{ Err string }

// Remembered carries what the last supervisor knew of finished work.
type Remembered struct{ Finishes []Finish }

// Verdict is the result of checking a completion.
type Verdict struct {
	Turns   int        // of the agent, when it was judged
	Outcome fm.Outcome // what the agent said; "" when it said nothing readable
	Summary string
	Commits int    // on the branch
	Reasons string // why not; "" when the work is accepted
}

// FailureKind is what an adapter's error asks for.
type FailureKind string

// The kinds of failure. Skipped is the shell's own; for the others see
// [fm.ErrRefused] and its neighbours.
const (
	Skipped    FailureKind = "skipped" // it was not tried
	Transient  FailureKind = "transient"
	Refused    FailureKind = "refused"
	Conflicted FailureKind = "conflict"
	NotFound   FailureKind = "gone"
)

func (Ticked) event()        {}
func (QueueRead) event()     {}
func (Recorded) event()      {}
func (WantedRead) event()    {}
func (Observed) event()      {}
func (ObserveFailed) event() {}
func (Revived) event()       {}
func (Started) event()       {}
func (Stopped) event()       {}
func (Closed) event()        {}
func (Told) event()          {}
func (Noted) event()         {}
func (Verified) event()      {}
func (Published) event()     {}
func (PullMerged) event()    {}
func (Rebased) event()       {}
func (ChecksRerun) event()   {}
func (PullsSeen) event()     {}
func (Tidied) event()        {}
func (SiteCleared) event()   {}
func (Scanned) event()       {}
func (Stocked) event()       {}
func (Warned) event()        {}
func (ParentClosed) event()  {}
func (EffectFailed) event()  {}
func (RecordFailed) event()  {}
func (QueueUnread) event()   {}
func (Remembered) event()    {}
