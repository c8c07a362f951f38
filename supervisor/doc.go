// Package supervisor keeps the promise: at most one live worker per task, no
// task forgotten, nothing done twice.
//
//	world ──looks──► events ──► Step(State, Event) ──► State' ──► queue (durable) ──► effects
//	  ▲                                                                                  │
//	  └──────────────────── every result is an event again ◄──────────────────────────────┘
//
// [Step] is pure: it reads no clock and no file, and logs nothing. It compares
// what should be (the queue and what the user wants) with what is (sessions,
// reports, pull requests) and orders the difference. The shell, [Supervisor],
// owns the only State, writes the queue before it touches the world, and turns
// every result into an event. With all hints dropped everything still works,
// one look later.
//
// The package never starts a process, opens a file or calls a network; adapters
// do, behind the ports in ports.go. Start reading at [Step], then reconcile.go.
package supervisor
