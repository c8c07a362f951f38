package ui

import (
	"context"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// View is one look at the project. Nobody changes it once it was given.
type View struct {
	Now    time.Time
	Status supervisor.Status // PID 0: no supervisor runs, and nothing can be ordered that needs one
	Tasks  []fm.Task         // the queue, in its order
	Closed []fm.IssueID      // parents that are closed
	Unused string            // nothing was ever begun here, and what to begin with; "" where it was
}

// Pane is what a worker's pane shows.
type Pane struct {
	Text          string // lines with SGR sequences, as tmux's capture-pane -e gives them
	Width, Height int    // of the pane, in cells
}

// Event is something that happened to a task, or to all of them.
type Event struct {
	At   time.Time
	What string // one line
}

// Sights are what there is to see. Every method may be called concurrently.
type Sights interface {
	// Watch gives a view at once and whenever something has changed, and at
	// least once a minute; a slow reader gets the latest only. The channel is
	// closed when the context ends.
	Watch(ctx context.Context) <-chan View
	// Panes gives what these workers' panes show, in one look. A worker without
	// a live pane is missing in it.
	Panes(ctx context.Context, workers []fm.WorkerID) (map[fm.WorkerID]Pane, error)
	// History tells how a task came where it is, oldest first, and in one
	// sentence why it is there.
	History(ctx context.Context, id fm.TaskID) (why string, events []Event, err error)
	// Log gives the last lines of what happened in a worker's session, as
	// readable text; worker 0 is the supervisor's log.
	Log(ctx context.Context, w fm.WorkerID) ([]string, error)
}

// Orders are what a person may have done from the dashboard. Each returns a
// line that says what was done. Every method may be called concurrently.
type Orders interface {
	Fleet
	Desk
}

// Fleet is about all workers, or one.
type Fleet interface {
	// Attach shows the worker's session on the terminal of this process, and
	// returns when its person has left it.
	Attach(ctx context.Context, w fm.WorkerID) error
	Pause(ctx context.Context) (string, error)
	// Resume goes on after a pause or a stop, and starts a supervisor if there
	// is none.
	Resume(ctx context.Context) (string, error)
	// Scale adds workers, or removes as many.
	Scale(ctx context.Context, by int) (string, error)
}

// Desk is about one task, or one question.
type Desk interface {
	// Questions gives what agents wait for, with their options as far as they
	// are known.
	Questions(ctx context.Context) ([]Question, error)
	// Answer answers the question that was shown; one that has changed since is
	// refused.
	Answer(ctx context.Context, q Question, a supervisor.Answer) (string, error)
	// Edit changes a task in the queue.
	Edit(ctx context.Context, id fm.TaskID, e Edit) (string, error)
}

// Question is what an agent waits with.
type Question struct {
	Worker fm.WorkerID
	Run    fm.Run
	Title  string // of the task
	What   fm.Question
	Since  time.Time
}

// Edit is a change of a task by a person.
type Edit string

// The edits. The priorities are critical, high, normal and low.
const (
	Retry    Edit = "retry"
	Hold     Edit = "hold"
	Cancel   Edit = "cancel"
	Critical Edit = "critical"
	High     Edit = "high"
	Normal   Edit = "normal"
	Low      Edit = "low"
)
