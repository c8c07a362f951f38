package probe

import (
	"strings"
	"sync"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
)

// The two tasks of a probe, each with a session of its own: the first works, is
// resumed and fails; the second runs into a usage limit, which takes another
// kind of login.
const (
	first  fm.TaskID = "1"
	second fm.TaskID = "2"
)

func worktree(id fm.TaskID) string { return "project/.worktrees/" + fm.Worktree(id) }

// A model is the far end of the API: it says what the model says, and remembers
// what it was told, which is what really happened.
type model struct {
	resets  time.Time     // of the usage limit
	proceed chan struct{} // closed when the first answer may come

	mu       sync.Mutex // guards what follows
	asked    time.Time  // the first prompt arrived
	text     string     // of that prompt, with all that the CLI added
	offered  time.Time  // the command was let go, to be run
	ran      time.Time  // its result arrived
	finished time.Time  // the last word of the turn was sent
	resumed  time.Time  // a prompt arrived in the conversation that was resumed
	memory   bool       // with the first prompt still in it
	limited  time.Time  // a request was refused for the usage limit
}

func newModel(now time.Time) *model {
	// The CLI shows whole minutes.
	return &model{resets: now.Add(2 * time.Hour).Truncate(time.Minute), proceed: make(chan struct{})}
}

// order is in the prompt that a worker's command becomes.
const order = "You work alone in a git worktree"

// report is a command that the CLI runs: what an agent does last.
const report = `printf '# Completion Status\n\n**Status:** SUCCESS\n\n## Summary\nProbed.\n' > COMPLETION.md`

// letGo lets the model send its command.
func (m *model) letGo() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.offered = time.Now()
	close(m.proceed)
}

// answer may be called concurrently.
func (m *model) answer(r messages.Request) messages.Reply {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, said := time.Now(), r.Text()
	switch {
	case strings.Contains(said, "subissue "+string(second)+"\n"):
		m.limited = now
		return messages.UsedUp(messages.FiveHours, m.resets)
	case strings.Contains(said, "You were interrupted"):
		m.resumed, m.memory = now, strings.Contains(said, order)
		return messages.NoCredit()
	case r.Step() > 0:
		m.ran, m.finished = now, now
		return messages.Say("Done.")
	}
	if m.asked.IsZero() {
		m.asked, m.text = now, said
	}
	reply := messages.Bash(report)
	reply.Until = m.proceed
	return reply
}

// happened reads one of the times.
func (m *model) happened(at *time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !at.IsZero()
}
