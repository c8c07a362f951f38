package supervisor

import (
	"reflect"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Effect is an order to the shell. Each is safe to repeat, because sessions,
// worktrees, branches and pull requests are named after (task, attempt).
//
//sumtype:decl
type Effect interface {
	effect()
	// key names what the effect works on. Two effects with one key are never
	// under way at the same time.
	key() string
}

// Record makes changes of the queue durable, all or none. Effects that follow
// it in one step are dropped if it fails.
type Record struct{ Changes []queue.Change }

// Revive brings the terminal server back, with a guard in it.
type Revive struct{}

// Start starts, or resumes, the current attempt of a task.
type Start struct {
	Worker fm.WorkerID
	Task   fm.Task
}

// Stop ends the process in a worker's pane, but none in the hands of a person,
// unless the user told everything to halt. If Keep names a site, what stands
// uncommitted or unpushed in its worktree is preserved afterwards.
type Stop struct {
	Worker fm.WorkerID
	Run    fm.Run
	Keep   fm.Site
	Halt   bool
}

// Close ends a worker's session.
type Close struct{ Worker fm.WorkerID }

// Tell says a text to an agent, verified: at its prompt, or, where the agent is
// at work, for the end of its turn. It never goes into a dialog; one of the
// kind that Closes names is closed before.
type Tell struct {
	Worker fm.WorkerID
	Run    fm.Run
	Site   fm.Site
	Text   string
	Closes fm.QuestionKind // [fm.AsksLimit], or "" for none
}

// Note shows a line in the status line of a worker's session; "" clears it. It
// disturbs nobody.
type Note struct {
	Worker fm.WorkerID
	Text   string
}

// Explain adds decisions to the journals of their tasks. It has no result.
type Explain struct{ Decisions []Decision }

// Verify checks what an attempt claims to have done after so many turns.
type Verify struct {
	Task  fm.Task
	Turns int
}

// Publish pushes the task's branch and opens its pull request, or finds them.
type Publish struct{ Task fm.Task }

// Merge merges the task's pull request, if its head is still SHA, or has the
// forge do so as soon as it may. "" is whatever its head is.
type Merge struct {
	Task fm.Task
	SHA  string
}

// Rebase puts the task's commits on top of its base, and publishes them.
type Rebase struct{ Task fm.Task }

// Rerun runs failed checks of the task's pull request again.
type Rerun struct {
	Task   fm.Task
	Checks []fm.Check
}

// Look reads the state of pull requests.
type Look struct{ Offers []Offer }

// Offer is a pull request, and the run that it was last seen to be of.
type Offer struct {
	Run  fm.Run
	Pull string // its number
}

// Tidy removes the worktree of a merged task, closes its subissue, and deletes
// its branch on the remote where that is wanted.
type Tidy struct{ Task fm.Task }

// Clear gives back what a task was worked on in: its worktree, or the main
// checkout. Its branch stays. Nothing else is done meanwhile to what it gives
// back.
type Clear struct{ Task fm.Task }

// Scan finds out which branches cannot be merged with each other or with the
// base. Stamp is that of the branches when it was ordered.
type Scan struct {
	Stamp string
	Sites []fm.Site
}

// Stock has so many worktrees kept ready, at the base as it is now.
type Stock struct{ Count int }

// Warn tells an agent of a conflict that it can avoid yet. Nothing comes of it
// if it cannot be said.
type Warn struct {
	Worker fm.WorkerID
	Run    fm.Run
	Site   fm.Site
	Text   string
}

// CloseParent closes an issue whose every child is merged.
type CloseParent struct {
	Parent   fm.IssueID
	Children []fm.Task
}

// Exit ends the supervisor: everything that the user wanted stopped is stopped.
type Exit struct{}

func (Record) effect()      {}
func (Revive) effect()      {}
func (Start) effect()       {}
func (Stop) effect()        {}
func (Close) effect()       {}
func (Tell) effect()        {}
func (Verify) effect()      {}
func (Publish) effect()     {}
func (Merge) effect()       {}
func (Rebase) effect()      {}
func (Rerun) effect()       {}
func (Look) effect()        {}
func (Tidy) effect()        {}
func (Clear) effect()       {}
func (Scan) effect()        {}
func (Stock) effect()       {}
func (Warn) effect()        {}
func (CloseParent) effect() {}
func (Exit) effect()        {}
func (Note) effect()        {}
func (Explain) effect()     {}

func (Record) key() string        { return "record" }
func (Revive) key() string        { return "server" }
func (e Start) key() string       { return taskKey(e.Task.ID) }
func (e Stop) key() string        { return e.Worker.String() }
func (e Close) key() string       { return e.Worker.String() }
func (e Tell) key() string        { return taskKey(e.Run.Task) }
func (e Verify) key() string      { return taskKey(e.Task.ID) }
func (e Publish) key() string     { return taskKey(e.Task.ID) }
func (e Merge) key() string       { return taskKey(e.Task.ID) }
func (e Rebase) key() string      { return taskKey(e.Task.ID) }
func (e Rerun) key() string       { return taskKey(e.Task.ID) }
func (Look) key() string          { return "pulls" }
func (e Tidy) key() string        { return taskKey(e.Task.ID) }
func (e Clear) key() string       { return clearKey(e.Task.ID) }
func (Scan) key() string          { return "scan" }
func (Stock) key() string         { return "stock" }
func (e Warn) key() string        { return taskKey(e.Run.Task) }
func (e CloseParent) key() string { return "parent " + string(e.Parent) }
func (Exit) key() string          { return "exit" }
func (e Note) key() string        { return "note " + e.Worker.String() }
func (Explain) key() string       { return "journal" }

// orderName tells an effect from another on the same thing.
type orderName struct {
	kind   reflect.Type
	key    string
	run    fm.Run
	worker fm.WorkerID
}

func identity(e Effect) orderName {
	n := orderName{kind: reflect.TypeOf(e), key: e.key()}
	switch e := e.(type) {
	case Start:
		n.run, n.worker = e.Task.Run(), e.Worker
	case Stop:
		n.run = e.Run
	case Tell:
		n.run = e.Run
	case Verify:
		n.run = e.Task.Run()
	case Publish:
		n.run = e.Task.Run()
	case Merge:
		n.run = e.Task.Run()
	case Rebase:
		n.run = e.Task.Run()
	case Rerun:
		n.run = e.Task.Run()
	case Tidy:
		n.run = e.Task.Run()
	case Clear:
		n.run = e.Task.Run()
	case Warn:
		n.run = e.Run
	case Note:
		n.worker = e.Worker
	case Record, Revive, Close, Look, Scan, Stock, CloseParent, Exit, Explain:
	}
	return n
}

func taskKey(id fm.TaskID) string { return "task " + string(id) }

// clearKey is for what is given back after a task, so that its pull request does
// not wait for that; see [State.entangled].
func clearKey(id fm.TaskID) string { return "clear " + string(id) }

// agentKey is for the patience with an agent's own troubles.
func agentKey(id fm.TaskID) string { return "agent of " + string(id) }
