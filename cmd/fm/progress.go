package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/founder-mode/fm"
)

// patience is how long something may take without a word.
const patience = time.Second

// progress is one line on a terminal for what takes longer than that. It stands
// on stderr, below what was printed, and leaves nothing behind.
type progress struct {
	app  *app
	what string
	from time.Time
	stop chan struct{}
	gone chan struct{}

	mu    sync.Mutex // guards the rest, and the line
	shown bool
}

// busy shows that something goes on until done is called, where there is a
// terminal to show it on and a user who wants to know. What is printed meanwhile
// goes through aside.
func (a *app) busy(format string, args ...any) *progress {
	p := &progress{app: a, what: fm.Line(fmt.Sprintf(format, args...), 100), from: time.Now()}
	if rows, _ := size(a.stderr); rows == 0 || a.voice != plain || a.getenv("TERM") == "dumb" {
		return p // which shows nothing
	}
	p.stop, p.gone = make(chan struct{}), make(chan struct{})
	go p.run()
	return p
}

func (p *progress) run() {
	defer close(p.gone)
	tick := time.NewTicker(patience)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case now := <-tick.C:
			p.mu.Lock()
			fmt.Fprintf(p.app.stderr, "\r\x1b[Kfm: %s… %s", p.what, now.Sub(p.from).Round(time.Second))
			p.shown = true
			p.mu.Unlock()
		}
	}
}

// aside prints something while the line may stand; without a progress, it only
// prints.
func (p *progress) aside(say func()) {
	if p == nil {
		say()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.app.stderr, "\r\x1b[K")
		p.shown = false
	}
	say()
}

// done ends it. It may be called again.
func (p *progress) done() {
	if p.stop == nil {
		return
	}
	close(p.stop)
	<-p.gone
	p.stop = nil
	p.aside(func() {})
}
