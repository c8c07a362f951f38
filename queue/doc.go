// Package queue keeps the queue: what is there, what is next, who claimed it.
//
// Its promise: a change that [Queue.Commit] returned without error is there
// after a power cut; no task is handed out twice; and nothing that a person
// writes into queue.txt, with any tool and at any moment, is lost.
//
//	queue.txt ──edits──► merge ──► ledger (append-only, synced) ──► State
//	    ▲                                                             │
//	    └──────────────────────── render ◄────────────────────────────┘
//
// The ledger is the truth. The view, queue.txt, is a pure function of it, and
// an inbox for what people want: it is merged line by line against the
// revision that each line names.
//
// The package never reads a clock and never touches a file, but through the
// ports in ports.go; package disk fits them.
//
// Start reading at [Queue]; then ready.go and claim.go for what the queue
// means, merge.go for what an edit may do, and ledger.go for what is kept.
package queue
