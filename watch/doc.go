// Package watch says when files may have changed, as hints: a [Watcher] wakes
// its owner, who then looks at the files himself.
//
// A hint may be late, doubled, about nothing, or missing: whoever relies on
// more than "look again, soon" is wrong. The owner's own slow look is the truth,
// and when the system has no watches to give, that look is all there is. This
// package never reads a file, never says what happened to one, and never makes
// its owner wait.
//
// Start reading at [Watcher].
package watch
