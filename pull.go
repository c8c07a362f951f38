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
}

// PullState is where a pull request stands.
type PullState string

// The states of a pull request.
const (
	PullOpen   PullState = "open"
	PullMerged PullState = "merged"
	PullClosed PullState = "closed" // without merging
)

// Proposal is what a forge needs to open a pull request.
type Proposal struct {
	Task  TaskID
	Title string
	Body  string
	Head  string // branch, already pushed
	Base  string // branch
}
