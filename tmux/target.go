package tmux

import "github.com/founder-mode/fm"

// exact is the target of the session with exactly that name. Bare "worker-1"
// would find worker-10 when worker-1 is gone, and "=worker-1" without the
// colon is not understood by commands that want a pane.
func exact(name string) string { return "=" + name + ":" }

// target is the exact target of a worker's session.
func target(w fm.WorkerID) string { return exact(w.String()) }
