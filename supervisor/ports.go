package supervisor

import (
	"context"

	"github.com/founder-mode/fm"
)

// The ports: what the supervisor needs of the world. Adapters fit them by
// shape. Every method may be called concurrently, honours its context, and is
// safe to repeat. Errors are classified with [fm.ErrRefused], [fm.ErrConflict]
// and [fm.ErrGone]; any other error is transient.

// Terminal hosts workers: one tmux server of the project's own.
type Terminal interface {
	Sessions
	Keyboard
}

// Sessions are where workers live.
type Sessions interface {
	// Observe lists the workers' sessions. A server that is down is an empty
	// Sight and no error; an error means that nothing is known.
	Observe(ctx context.Context) (fm.Sight, error)
	// Start runs cmd in the pane of the worker's session, which is created, or
	// respawned so that people stay attached, and marks it with run. A live
	// session that carries the same mark is left alone.
	Start(ctx context.Context, w fm.WorkerID, run fm.Run, cmd fm.Command) error
	// Stop ends the process in the worker's pane and keeps the session. It
	// returns when the process is gone.
	Stop(ctx context.Context, w fm.WorkerID) error
	// Close ends the worker's session, and its process with it.
	Close(ctx context.Context, w fm.WorkerID) error
	// Note shows a line in the status line of the worker's session, until the
	// next Start or Stop; "" clears it.
	Note(ctx context.Context, w fm.WorkerID, text string) error
}

// Keyboard is how text gets into workers' panes. [Speaker] looks before it uses
// one, and after.
type Keyboard interface {
	// Typing is a turn at the worker's keyboard: while it is held, no other
	// process of fm presses a key there.
	Typing(ctx context.Context, w fm.WorkerID) (release func(), err error)
	// Paste pastes text into the worker's pane, as one paste whatever its lines.
	Paste(ctx context.Context, w fm.WorkerID, text string) error
	// Press presses one key in the worker's pane, by tmux's name for it, such
	// as "Escape", "Enter", "C-s" or "2".
	Press(ctx context.Context, w fm.WorkerID, key string) error
	// Screens gives what the panes of these workers show, all in one look. A
	// worker without a live pane is missing in it.
	Screens(ctx context.Context, workers []fm.WorkerID) (map[fm.WorkerID]string, error)
}

// Workspace gives each task a worktree and a branch.
type Workspace interface {
	Worktrees
	Branches
}

// Worktrees are where agents work.
type Worktrees interface {
	// Prepare creates, reuses or repairs the task's worktree and branch, off an
	// up-to-date base, and returns its folder and the base's name. A task in the
	// main checkout gets its branch checked out there; [fm.ErrRefused] when
	// something stands uncommitted there that is not the task's.
	Prepare(ctx context.Context, at fm.Site) (dir, base string, err error)
	// Inspect says what stands on the branch and in the worktree.
	Inspect(ctx context.Context, at fm.Site) (fm.Work, error)
	// Preserve keeps whatever is not on a pushed branch under
	// refs/fm/preserved/, uncommitted files included, and returns the ref, or ""
	// when there was nothing to keep.
	Preserve(ctx context.Context, at fm.Site) (ref string, err error)
	// Remove preserves, then removes the worktree. The branch stays. The main
	// checkout is given back to its user, as it was before [Worktrees.Prepare].
	// The remark is a line with what a person should know of it, "" for nothing.
	Remove(ctx context.Context, at fm.Site) (remark string, err error)
}

// Branches are what the remote gets to see of the work.
type Branches interface {
	// Base names the branch that work begins at and is merged into.
	Base() string
	// Push publishes the branch under the lease of what was last seen on the
	// remote, and returns the commit.
	Push(ctx context.Context, at fm.Site) (sha string, err error)
	// Rebase puts the task's commits on top of the up-to-date base and publishes
	// the branch, as Push does; [fm.ErrConflict] names the files that both sides
	// changed, and everything is then as it was. Nobody works in the worktree.
	Rebase(ctx context.Context, at fm.Site) (sha string, err error)
	// Unpublish deletes the task's branch on the remote, if everything on it is
	// in the commit sha. One that is gone is no error.
	Unpublish(ctx context.Context, at fm.Site, sha string) error
}

// Agent knows how to run a coding agent and how to read its signs.
type Agent interface {
	// Launch writes what attempt brief.Task.Run() needs and returns the command
	// that starts it, or resumes its conversation if it has one. The first
	// launch of an attempt clears what older attempts claimed.
	Launch(ctx context.Context, brief fm.Brief) (fm.Command, error)
	// Report reads what the agent of that attempt has signalled so far.
	Report(ctx context.Context, run fm.Run, dir string) (fm.Report, error)
	// Screen reads what a pane shows. It is pure, and never fails: what it does
	// not know is the zero Screen.
	Screen(shown string) fm.Screen
	// Completion reads the attempt's COMPLETION.md; [fm.ErrGone] when there is
	// none, [fm.ErrNotCompletion] when it cannot be read as one.
	Completion(ctx context.Context, run fm.Run, dir string) (fm.Completion, error)
	// Reap ends every process that an attempt of the task up to and including
	// last left behind, and returns when they are gone.
	Reap(ctx context.Context, id fm.TaskID, last int) error
}

// Verifier runs the project's own verify command in a folder. A check that
// fails is an error that wraps [fm.ErrRefused] and ends with the last lines of
// its output.
type Verifier interface {
	Verify(ctx context.Context, dir string) error
}

// Tracker is where issues live.
type Tracker interface {
	Issues
	Herald
}

// Issues are what there is to do.
type Issues interface {
	// Issue reads one issue; [fm.ErrGone] when there is none.
	Issue(ctx context.Context, id fm.IssueID) (fm.Issue, error)
	// Children lists the subissues of an issue, in the order of their creation.
	Children(ctx context.Context, parent fm.IssueID) ([]fm.Issue, error)
	// Create makes a subissue. The key names it within its parent: a second
	// call with the same key returns the issue that is there.
	Create(ctx context.Context, parent fm.IssueID, key string, s fm.Subissue, deps []fm.IssueID) (fm.Issue, error)
	// Close closes an issue with a comment, once in its life: an issue that fm
	// closed before and a person reopened stays open.
	Close(ctx context.Context, id fm.IssueID, comment string) error
}

// Herald tells the readers of an issue what becomes of it.
type Herald interface {
	// Begin says at the tracker that work on an issue has begun, where it has a
	// word for that. An issue of which that was said before stays as it is.
	Begin(ctx context.Context, id fm.IssueID) error
	// Link shows readers of an issue its pull request, where the forge does not
	// do that by itself.
	Link(ctx context.Context, id fm.IssueID, p fm.PullRequest) error
}

// Radar finds conflicts before they reach a pull request.
type Radar interface {
	// Stamp differs from the last one after a branch of these sites, or the base,
	// has moved. It is "" for no sites. It starts no process.
	Stamp(sites []fm.Site) string
	// Conflicts merges each branch in memory with each other one, and with the
	// base, and tells those that cannot be merged. A site without a branch has
	// no conflict.
	Conflicts(ctx context.Context, sites []fm.Site) ([]fm.Conflict, error)
}

// Reserve keeps worktrees ready before tasks need them. [Worktrees.Prepare] takes
// from it.
type Reserve interface {
	// Stock brings about that so many worktrees are ready, at the up-to-date base,
	// and holds up nobody else meanwhile. For 0 none is left.
	Stock(ctx context.Context, count int) error
	// Moved tells that the base has moved: what was seen of it before counts no
	// more. It does not block.
	Moved()
}

// Forge is where pull requests live.
type Forge interface {
	Pulls
	Critic
}

// Pulls are the pull requests themselves.
type Pulls interface {
	// Find looks for the pull request of a branch, whatever its state;
	// [fm.ErrGone] when there is none.
	Find(ctx context.Context, head string) (fm.PullRequest, error)
	// Open opens one, or takes the one that is open for the same branch and
	// makes it a draft, or ready, as proposed. Where that very commit is merged
	// meanwhile, its pull request is returned, and no other opened.
	Open(ctx context.Context, p fm.Proposal) (fm.PullRequest, error)
	// Merge merges a pull request if its head is still sha, or has the forge do
	// so as soon as it may: then the result is Armed. An already merged one is no
	// error; [fm.ErrConflict] when the base must be merged into it first.
	Merge(ctx context.Context, number, sha string) (fm.PullRequest, error)
	// Look reads the present state of pull requests. One that cannot be read has
	// no state, and says why: it hides none of the others.
	Look(ctx context.Context, numbers []string) ([]fm.PullRequest, error)
}

// Critic says what speaks against a pull request.
type Critic interface {
	// Rerun runs failed checks of a pull request again, without a new commit;
	// [fm.ErrRefused] when none of them can be.
	Rerun(ctx context.Context, number string, checks []fm.Check) error
	// Feedback tells an agent what stands against a pull request as it is: how
	// the logs of failed checks end, what reviewers ask for, a conflict. It is ""
	// for nothing. Texts in it come from outside.
	Feedback(ctx context.Context, number string) (string, error)
}
