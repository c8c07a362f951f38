package supervisor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Survey is what the last look at all branches found.
type Survey struct {
	At        time.Time
	Stamp     string // of the branches, before the look
	Sites     []fm.Site
	Conflicts []fm.Conflict
}

// scanEvery is the least pause between two scans: agents commit in bursts.
const scanEvery = 2 * time.Second

// radar has the branches compared when one of them has moved, and tells agents
// of the conflicts that were found.
func (d *decision) radar() {
	s := d.state
	sites := s.branches()
	switch {
	case len(sites) == 0:
		s.Scan = Survey{At: s.Scan.At}
		return
	case s.Stamp == "" || s.Stamp == s.Scan.Stamp && slices.Equal(sites, s.Scan.Sites):
	case s.At.Sub(s.Scan.At) >= scanEvery:
		d.order(Scan{Stamp: s.Stamp, Sites: sites})
	}
	if s.Rules.Warn && s.Sighted == Seen && !s.shut() {
		d.warn()
	}
}

// branches lists the sites of the work that is not merged yet.
func (s State) branches() []fm.Site {
	var sites []fm.Site
	for t := range s.inHand {
		if t.Status == fm.Working || t.Status == fm.Completed {
			sites = append(sites, t.Site())
		}
	}
	return sites
}

// conflictKey is the key of a queue line with the conflicts that the task's agent
// was told of. It belongs to fm.
const conflictKey = "cf"

// warn tells agents that are at work of conflicts, of each once.
func (d *decision) warn() {
	for _, c := range d.state.Scan.Conflicts {
		for i, id := range c.Tasks {
			if t, ok := d.state.Queue.Task(id); ok && t.Status == fm.Working {
				d.warnOf(t, c.Tasks[1-i], c.Files)
			}
		}
	}
}

func (d *decision) warnOf(t fm.Task, other fm.TaskID, files []string) {
	s := d.state
	ss, found := d.index.run[t.Run()]
	rep, told := s.report(t)
	p, word := s.progress(t), digestOfText(string(other)+"\n"+strings.Join(files, "\n"))
	switch {
	case !found || !ss.Alive || !told || rep.State != fm.AtWork:
		return
	case s.present(ss) || p.Rung != Calm || p.Reasons != "":
		return
	case has(t, conflictKey, word) || d.touched[t.ID] || !s.idle(taskKey(t.ID)) || !s.idle(Record{}.key()) || d.index.handled[ss.Worker]:
		return
	}
	d.record(queue.Warned(with(t, conflictKey, word), "it conflicts with "+against(other)+" in "+list(files, 5)))
	d.act(Warn{Worker: ss.Worker, Run: t.Run(), Site: t.Site(), Text: warning(other, files)}, "its branch conflicts with "+against(other), list(files, 5))
}

// against names the other side of a conflict.
func against(other fm.TaskID) string {
	if other == "" {
		return "the base branch"
	}
	return other.Ref()
}

func warning(other fm.TaskID, files []string) string {
	if other == "" {
		return fmt.Sprintf("For your information, no hurry: your commits and what was merged into the base branch meanwhile change the same lines of %s. When it suits you, merge the base branch into yours and resolve that.", list(files, 10))
	}
	return fmt.Sprintf("For your information, no hurry: your commits and those of another agent, who works on %s, change the same lines of %s. Where you can, keep your change there small, so that both can be merged.", other.Ref(), list(files, 10))
}
