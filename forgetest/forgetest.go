// Package forgetest holds every adapter of issues and pull requests to the same
// promises: what passes here can stand behind the supervisor, whatever service
// or folder is behind the adapter.
//
// The package knows no adapter. What only the other side can do, such as a
// person who reopens an issue or pushes to a branch, is a deed of the world that
// an adapter's test makes. It is for tests only, and needs no network.
//
// Start reading at [Tracker] and [Forge]; each promise is a method of its own.
package forgetest

import (
	"context"

	"github.com/founder-mode/fm"
)

// Issues is a tracker: the port of the supervisor, and what finds issues.
type Issues interface {
	Keeper
	Finder
}

// Keeper is supervisor.Tracker.
type Keeper interface {
	Issue(ctx context.Context, id fm.IssueID) (fm.Issue, error)
	Children(ctx context.Context, parent fm.IssueID) ([]fm.Issue, error)
	Create(ctx context.Context, parent fm.IssueID, key string, s fm.Subissue, deps []fm.IssueID) (fm.Issue, error)
	Close(ctx context.Context, id fm.IssueID, comment string) error
}

// Finder lists issues.
type Finder interface {
	// Search finds open issues that fm did not make.
	Search(ctx context.Context, q fm.Query) ([]fm.Issue, error)
	// Made lists those that fm made, whatever their state.
	Made(ctx context.Context) ([]fm.Issue, error)
}

// Pulls is a forge: the port of the supervisor, and what finds pull requests.
type Pulls interface {
	Desk
	Critic
}

// Desk is supervisor.Pulls, and All.
type Desk interface {
	Find(ctx context.Context, head string) (fm.PullRequest, error)
	Open(ctx context.Context, p fm.Proposal) (fm.PullRequest, error)
	Merge(ctx context.Context, number, sha string) (fm.PullRequest, error)
	Look(ctx context.Context, numbers []string) ([]fm.PullRequest, error)
	// All lists every pull request whose branch begins with prefix.
	All(ctx context.Context, prefix string) ([]fm.PullRequest, error)
}

// Critic is supervisor.Critic.
type Critic interface {
	Rerun(ctx context.Context, number string, checks []fm.Check) error
	Feedback(ctx context.Context, number string) (string, error)
}

// TrackerWorld is a tracker without issues, and what people do there. Deeds
// that fail end the test.
type TrackerWorld struct {
	// Restart opens the adapter as a new process of fm would: it remembers what
	// is outside of it, and nothing else.
	Restart func() Issues
	Add     func(title, body string, labels ...string) fm.IssueID
	Close   func(id fm.IssueID)
	Reopen  func(id fm.IssueID)
	// Thread is all that people read at an issue: its text and its comments.
	Thread func(id fm.IssueID) string
}

// ForgeWorld is a forge without pull requests, over a repository whose branch
// main has one file, main.txt, and what people do there. Deeds that fail end
// the test.
type ForgeWorld struct {
	// Restart is as in [TrackerWorld].
	Restart func() Pulls
	// Push writes a file on a branch, which is made off main where there is none,
	// and publishes it as one commit.
	Push func(branch, file, text string) (sha string)
	// Read reads a file as it is on a published branch.
	Read func(branch, file string) string
	// Text is what people read at a pull request.
	Text   func(number string) string
	Close  func(number string)
	Reopen func(number string)
	// Merge merges as a person does, without fm.
	Merge func(number string)
	// Review asks for changes, as somebody does who may.
	Review func(number, text string)
}
