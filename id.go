package fm

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxID is the longest id that fm accepts, in bytes.
const MaxID = 64

// IssueID names an issue in a tracker, without a leading "#".
type IssueID string

// TaskID names a task: the id of the subissue (or issue) that it works on.
type TaskID string

// Ref is how people write an issue's id: #123, and PROJ-123.
func (id IssueID) Ref() string { return TaskID(id).Ref() }

// Ref is how people write the id of a task's issue: #123, and PROJ-123.
func (id TaskID) Ref() string {
	if id != "" && (id[0] < '0' || id[0] > '9') {
		return string(id)
	}
	return "#" + string(id)
}

// ParseIssueID accepts "123", "#123" and "PROJ-123". The error quotes the text
// with control characters made visible and says what is allowed.
func ParseIssueID(s string) (IssueID, error) {
	id, err := parseID(strings.TrimPrefix(s, "#"))
	return IssueID(id), err
}

// ParseTaskID accepts what [ParseIssueID] accepts.
func ParseTaskID(s string) (TaskID, error) {
	id, err := parseID(strings.TrimPrefix(s, "#"))
	return TaskID(id), err
}

func parseID(s string) (string, error) {
	switch {
	case !allowed(s):
		return "", fmt.Errorf("id %q: want a letter or digit, then up to 63 of A-Z a-z 0-9 . _ -", s)
	case strings.Contains(s, ".."), strings.HasSuffix(s, "."), strings.HasSuffix(s, ".lock"):
		// git refuses these as part of a branch name (git-check-ref-format(1)).
		return "", fmt.Errorf("id %q: \"..\" and the endings \".\" and \".lock\" cannot be part of a branch name", s)
	}
	return s, nil
}

// allowed holds an id to one alphabet for issues and tasks alike, so that it is
// safe as a file name, a branch component, a tmux name and a queue column. A
// queue has thousands of them: this is no regular expression.
func allowed(id string) bool {
	for i := range len(id) {
		c := id[i]
		word := c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !word && (i == 0 || !strings.ContainsRune("._-", rune(c))) {
			return false
		}
	}
	return id != "" && len(id) <= MaxID
}

// WorkerID is the number of a worker's slot, from 1. Zero is no worker.
type WorkerID int

// ParseWorkerID accepts "worker-3" and "3".
func ParseWorkerID(s string) (WorkerID, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(s, "worker-"))
	if err != nil || n < 1 || n > MaxWorkers {
		return 0, fmt.Errorf("worker %q: want worker-1 to worker-%d", s, MaxWorkers)
	}
	return WorkerID(n), nil
}

// String gives the name of the worker's tmux session, "worker-3", and "" for
// no worker.
func (w WorkerID) String() string {
	if w == 0 {
		return ""
	}
	return "worker-" + strconv.Itoa(int(w))
}

// MaxWorkers bounds the worker count, against a typing error that would start
// thousands of sessions.
const MaxWorkers = 500

// Run names one attempt of one task: the fence that every report, session and
// push carries.
type Run struct {
	Task    TaskID `json:"task"`
	Attempt int    `json:"attempt"`
}

// String gives "456.2", which is also the stem of the attempt's file names.
func (r Run) String() string { return string(r.Task) + "." + strconv.Itoa(r.Attempt) }

// ParseRun is the inverse of [Run.String]: no other spelling of a run is
// accepted, so that each file name belongs to one run.
func ParseRun(s string) (Run, error) {
	task, attempt, ok := cutLast(s, ".")
	n, err := strconv.Atoi(attempt)
	if !ok || err != nil || n < 1 {
		return Run{}, fmt.Errorf("run %q: want TASK.ATTEMPT", s)
	}
	id, err := ParseTaskID(task)
	if err != nil {
		return Run{}, err
	}
	r := Run{Task: id, Attempt: n}
	if r.String() != s {
		return Run{}, fmt.Errorf("run %q: want %q", s, r)
	}
	return r, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
