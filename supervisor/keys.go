package supervisor

// The keys of log attributes, in one place so that a search finds them all.
const (
	keyEvent   = "event"
	keyEffect  = "effect"
	keyTask    = "task"
	keyAttempt = "attempt"
	keyWorker  = "worker"
	keyOp      = "op"
	keyWhy     = "why"
	keyError   = "error"
	keyKind    = "kind"
	keyPull    = "pull"
	keyCommit  = "commit"
	keyParent  = "parent"
	keyCount   = "count"
	keyServer  = "server"
)
