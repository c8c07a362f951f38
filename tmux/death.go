package tmux

import (
	"errors"
	"os"
	"sync"
)

// deaths waits for the end of processes in panes and passes on that one came.
//
//	pidfd readable ──► wake ──► Observe ──► SIGCHLD to the server ──► exit
type deaths struct {
	wake   func()
	waits  sync.WaitGroup
	mu     sync.Mutex
	closed bool
	known  map[int]*process
	added  int // how often a process came to known
}

func newDeaths(wake func()) *deaths {
	return &deaths{wake: wake, known: map[int]*process{}}
}

// before marks the moment before a listing is asked for.
func (d *deaths) before() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.added
}

// follow watches the live processes of a listing and lets go of all others that
// were known before it: one that was started since is not in it.
func (d *deaths) follow(l listing, before int) {
	live := map[int]bool{}
	for _, r := range l.rooms() {
		if !r.main.dead && r.main.pid > 0 {
			live[r.main.pid] = true
			d.add(r.main.pid)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for pid, p := range d.known {
		if !live[pid] && p.order <= before {
			p.close()
			delete(d.known, pid)
		}
	}
}

func (d *deaths) add(pid int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || d.known[pid] != nil {
		return
	}
	p, err := openProcess(pid)
	if errors.Is(err, os.ErrProcessDone) {
		d.wake()
	}
	if err != nil {
		return // a slow tick tells instead
	}
	d.added++
	p.order = d.added
	d.known[pid] = p
	d.waits.Go(func() {
		// close ends the wait, with an error.
		if p.done() == nil {
			d.wake()
		}
	})
}

func (d *deaths) close() {
	d.mu.Lock()
	d.closed = true
	for pid, p := range d.known {
		p.close()
		delete(d.known, pid)
	}
	d.mu.Unlock()
	d.waits.Wait()
}
