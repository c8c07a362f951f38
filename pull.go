package fm

// PullRequest is one offer of a branch to a forge. There is at most one per
// task.
type PullRequest struct {
	Number string
	URL    string // a web address, or a path on the local forge
	Title  string
	Head   string // branch
	Base   string // branch
	State  PullState
	SHA    string // head commit when last seen; "" when unknown

	Draft    bool   // not to be merged yet
	Armed    bool   // the forge merges it by itself as soon as it may
	Conflict bool   // it cannot be merged into its base as it is
	Checks   Checks // of the head commit
	// Demand names the reviews that ask for changes, of people who may write:
	// it differs after each new one, and is "" for none.
	Demand string

	Unread string // why the forge could not read it; nothing else of it is known then
}

// PullState is where a pull request stands.
type PullState string

// The states of a pull request.
const (
	PullOpen   PullState = "open"
	PullMerged PullState = "merged"
	PullClosed PullState = "closed" // without merging
)

// Checks is what the forge's checks say of a commit.
type Checks struct {
	State  CheckState
	Failed []Check // by name; filled in when the state is [ChecksFailed]
}

// CheckState sums up the checks of a commit.
type CheckState string

// The states of checks.
const (
	NoChecks         CheckState = ""
	ChecksPending    CheckState = "pending"    // one is not over yet, whatever the others say
	ChecksPassed     CheckState = "passed"     // or are none of ours to wait for
	ChecksFailed     CheckState = "failed"     // all are over, and one has failed
	ChecksUnreadable CheckState = "unreadable" // the forge does not tell us
)

// Check is one check of a commit.
type Check struct {
	ID   string // of this run of it: a run again has another
	Name string
}

// Proposal is what a forge needs to open a pull request.
type Proposal struct {
	Task  TaskID
	Title string
	Body  string
	Head  string // branch, already pushed
	SHA   string // the commit that was pushed
	Base  string // branch
	Draft bool
}
