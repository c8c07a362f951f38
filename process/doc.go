// Package process looks after processes of our own: it runs the project's
// verify command, keeps one child alive as its guard, and knows whether a
// process still lives.
//
// It never parses a command, never passes a secret in an argument, and never
// signals a process that it did not start.
//
// Start reading at [Verifier] and [Guard]; both rest on [Wait].
package process
