// Package local keeps issues and pull requests as Markdown files beside a bare
// repository: the embedded default, which needs no network and no account.
//
// The promise: an issue or a pull request is a file that a person may write
// and edit by hand, with any editor; what fm does not know in it survives
// every change by fm, byte for byte; ids are never given twice; and creating
// or opening the same thing again, also from another process or after a crash,
// finds what is there.
//
// The package never leaves its folder, follows no link, runs no process and
// reads no clock; merging is left to a [Merger].
//
// Start reading at [Tracker] and [Forge]; the form of the files is in
// document.go.
package local

import "context"

// Merger is what a [Forge] needs of the repository. Errors are classified as
// in package fm.
type Merger interface {
	// Head returns the commit of a branch.
	Head(ctx context.Context, branch string) (string, error)
	// MergeBranch merges commit sha, the tip of head, into base, and returns
	// the merge commit; when base contains sha already, the tip of base.
	MergeBranch(ctx context.Context, base, head, sha, message string) (string, error)
}
