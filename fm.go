// Package fm holds the words of the mission, so that its documentation reads
// as the mission does:
//
//	issues → subissues → queue → workers → pull requests → done
//
// An [Issue] is split into a [Split] of subissues; each becomes a [Task] in
// the queue; a worker runs one attempt of a task at a time, a [Run]; what it
// finishes becomes a [PullRequest]; when every child is merged, the parent is
// closed.
//
// There are only values here: nothing in this package touches a file, a
// process, the network or a clock. Start reading at [Task].
package fm
