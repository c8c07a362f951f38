package fm

import "time"

// Session is a worker's tmux session as seen from outside.
type Session struct {
	Worker   WorkerID
	Run      Run       // zero when the session carries no mark
	Alive    bool      // the pane's process runs
	PID      int       // of the pane's process
	Exit     string    // "exit 1" or "signal 9" when dead and known
	Clients  int       // people attached
	LastKey  time.Time // when one of them last typed; zero for never
	Activity time.Time // last output
}

// Sight is one look at the terminal server.
type Sight struct {
	Generation string // differs after the server was restarted; "" when it is down
	Sessions   []Session
	Strangers  []string // sessions on our server that carry no mark of ours
	Unguarded  bool     // the server runs, and in the supervisor's own session nothing does
}

// Command is a process to be: words, not shell text. Env is added to the
// environment; it must hold no secret, because it is visible to every process
// of the machine.
type Command struct {
	Dir  string
	Argv []string
	Env  map[string]string
}

// Brief is what an agent is told about its task.
type Brief struct {
	Task    Task
	Issue   Issue  // the subissue
	Parent  Issue  // zero when the task stands alone
	Dir     string // the worktree
	Base    string // the branch that the work will be merged into
	History string // what earlier attempts left and why they ended; "" on the first
	// Feedback says what stands against the pull request as it is: failing
	// checks, reviews, a conflict; "" for nothing.
	Feedback string
	// Resume is the attempt whose conversation goes on; zero begins a new one.
	Resume Run
	// Permission is the permission mode that the user asked for on the command
	// line; "" for the one in the settings.
	Permission string
}

// Work is what stands on a task's branch and in its worktree.
type Work struct {
	Dir     string   // the worktree; "" when there is none
	Head    string   // commit
	Commits int      // beyond the base
	Files   []string // changed beyond the base, without fm's own files
	Dirty   []string // uncommitted paths, without fm's own files
	// Messages are those of the commits beyond the base, as far as they fit into
	// 64 KiB.
	Messages string
}
