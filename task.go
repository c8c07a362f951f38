package fm

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Task is one line of the queue: one subissue (or one issue, in fm fix) as fm
// sees it.
type Task struct {
	ID       TaskID
	Parent   IssueID // "" when the task stands alone
	Priority Priority
	Status   Status
	Worker   WorkerID  // who holds the claim; 0 for nobody
	Since    time.Time // of the last change of status, UTC, whole seconds

	Revision  uint64    // grows with every change but a spend; an edit names the one it saw
	Attempt   int       // the fencing token: grows with every claim, never falls
	Failures  int       // attempts that failed for a reason of their own
	NotBefore time.Time // backoff: not claimed before; zero for at once
	DependsOn []TaskID
	Terms     Terms
	Paths     []string      // files that it will probably change, relative to the repository's root
	Estimate  time.Duration // of the work, by whoever split its issue; 0 for none
	Branch    string
	Pull      string   // number of the pull request; "" for none
	Spent     Spending // by all attempts, as far as it was recorded
	Before    Spending // by the attempts before the current one
	Node      string
	Title     string
	Note      string  // what a person should know: why blocked, why failed
	Extra     []Field // keys that fm does not know, kept in their order
}

// Terms are what a user asked for when the task was taken in.
type Terms struct {
	Fix     bool          // the issue is mended as a whole, by fm fix
	NoPull  bool          // the work stays on its branch: nothing is pushed, and there is no pull request
	Main    bool          // worked on in the main checkout, one such task at a time
	Timeout time.Duration // of work on it, after which it has failed; 0 for the one in the settings
}

// Head is the branch of the task's work: fix/issue-123 where the issue is mended
// as a whole, else subissue/456.
func (t Task) Head() string {
	if t.Terms.Fix {
		return fixPrefix + string(t.ID)
	}
	return subissuePrefix + string(t.ID)
}

// Site is where the task's work stands.
func (t Task) Site() Site {
	return Site{Task: t.ID, Branch: t.Head(), Main: t.Terms.Main, Stacked: t.Terms.Main && t.Terms.NoPull}
}

// Site is where the work of a task stands: its branch, and what has it checked
// out.
type Site struct {
	Task   TaskID
	Branch string
	// Main is the main checkout, in the place of a worktree of the task's own.
	Main bool
	// Stacked begins a new branch on top of the last stacked one, which nobody
	// will merge in between.
	Stacked bool
}

// Field is a key=value pair of a queue line that fm does not know.
type Field struct{ Key, Value string }

// Run gives the task's current attempt.
func (t Task) Run() Run { return Run{Task: t.ID, Attempt: t.Attempt} }

// Priority orders the queue: lower is sooner.
type Priority int

// The four priorities of the queue file.
const (
	Critical Priority = 1 + iota // bugs, security
	High                         // core features
	Normal                       // enhancements
	Low                          // documentation, refactoring
)

// ParsePriority accepts the words, in any case, and the digits 1 to 4.
func ParsePriority(s string) (Priority, error) {
	switch strings.ToLower(s) {
	case "1", "critical":
		return Critical, nil
	case "2", "high":
		return High, nil
	case "3", "normal", "medium":
		return Normal, nil
	case "4", "low":
		return Low, nil
	}
	return 0, fmt.Errorf("priority %q: want critical, high, normal or low", s)
}

// String gives the word, lower case.
func (p Priority) String() string {
	switch p {
	case Critical:
		return "critical"
	case High:
		return "high"
	case Normal:
		return "normal"
	case Low:
		return "low"
	}
	return "priority-" + strconv.Itoa(int(p))
}

// Status is the word in the queue file. A word that fm does not know is kept,
// shown and never claimed.
type Status string

// The statuses of the queue file.
const (
	Pending   Status = "pending"   // waits for a worker; a retry when Failures > 0
	Working   Status = "working"   // claimed
	Completed Status = "completed" // its pull request is open
	Merged    Status = "merged"    // its pull request is merged
	Failed    Status = "failed"    // attempts spent, or the agent said so
	Blocked   Status = "blocked"   // needs a person; the note says what for
	Cancelled Status = "cancelled" // a user said so
	Hold      Status = "hold"      // a user said so; not claimed until pending again
)

// Known says whether fm gives the word a meaning.
func (s Status) Known() bool {
	switch s {
	case Pending, Working, Completed, Merged, Failed, Blocked, Cancelled, Hold:
		return true
	}
	return false
}

// Over says whether nothing more will happen to the task by itself.
func (s Status) Over() bool {
	switch s {
	case Merged, Failed, Blocked, Cancelled, Hold:
		return true
	case Pending, Working, Completed:
		return false
	}
	return true
}
