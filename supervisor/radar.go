package supervisor

import (
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// Survey is what the last look at all branches found.
type Survey struct {
	At        time.Time // of the look, or of its beginning while it is under way
	Stamp     string    // of the branches, before the look
	Sites     []fm.Site
	Conflicts []fm.Conflict
}

// scanEvery is the least pause between two scans, and after one: agents commit in
// bursts.
const scanEvery = 2 * time.Second

// radar has the branches compared when one of them has moved, and tells agents
// of the conflicts that were found.
func (d *decision) radar() {
	s := d.state
	sites := s.digest.sites
	switch {
	case len(sites) == 0:
		s.Scan = Survey{At: s.Scan.At}
	case s.Stamp == "": // nobody looks at them, or nobody can
	case s.Stamp == s.Scan.Stamp && slices.Equal(sites, s.Scan.Sites):
	case s.At.Sub(s.Scan.At).Abs() >= scanEvery && d.order(Scan{Stamp: s.Stamp, Sites: sites}):
		s.Scan.At = s.At
	}
	d.warn()
}

// conflicts lists those that were found between branches that are not merged
// since.
func (s State) conflicts() []fm.Conflict {
	var stand []fm.Conflict
	for _, c := range s.Scan.Conflicts {
		if s.unmerged(c.Tasks[0]) && (c.Tasks[1] == "" || s.unmerged(c.Tasks[1])) {
			stand = append(stand, c)
		}
	}
	return stand
}

func (s State) unmerged(id fm.TaskID) bool {
	t, ok := s.Queue.Task(id)
	return ok && (t.Status == fm.Working || t.Status == fm.Completed)
}

// conflictKey is the key of a queue line with the conflicts that the task's agent
// was told of. It belongs to fm. Of more than it holds no agent is told: it would
// be told of the first ones again.
const conflictKey = "cf"

// clash is a conflict as one of its sides sees it.
type clash struct {
	other fm.TaskID // "" for the base branch
	files []string
}

func (c clash) word() string {
	return digestOfText(string(c.other) + "\n" + strings.Join(c.files, "\n"))
}

// warn tells agents that are at work of conflicts: of each once, and of all that
// are new together.
func (d *decision) warn() {
	s := d.state
	if !s.Rules.Warn || s.Sighted == Unseen || s.gate() != (Gate{}) || len(s.Scan.Conflicts) == 0 {
		return
	}
	clashes := map[fm.TaskID][]clash{}
	for _, c := range s.conflicts() {
		for i, id := range c.Tasks {
			clashes[id] = append(clashes[id], clash{other: c.Tasks[1-i], files: c.Files})
		}
	}
	for t := range s.inHand {
		if len(clashes[t.ID]) > 0 && d.listens(t) {
			d.warnOf(t, clashes[t.ID])
		}
	}
}

// listens says whether a task's agent may be told of what can wait: it is at work,
// nothing else is asked of it, and nobody is there.
func (d *decision) listens(t fm.Task) bool {
	s := d.state
	ss, found := d.index.run[t.Run()]
	rep, told := s.report(t)
	p := s.progress(t)
	switch {
	case t.Status != fm.Working || queue.Publishing(t) || !found || !ss.Alive || !told || rep.State != fm.AtWork:
		return false
	case s.present(ss) || p.Rung != Calm || p.Reasons != "":
		return false
	}
	return !d.touched[t.ID] && !d.index.handled[ss.Worker] && s.idle(Record{}.key())
}

// warnOf marks the task with what its agent is told of, before that is told.
func (d *decision) warnOf(t fm.Task, clashes []clash) {
	words := strings.FieldsFunc(mark(t, conflictKey), func(r rune) bool { return r == ',' })
	var news []clash
	for _, c := range clashes {
		if word := c.word(); len(words) < maxMarks && !slices.Contains(words, word) {
			words, news = append(words, word), append(news, c)
		}
	}
	if len(news) == 0 {
		return
	}
	why := "its branch conflicts with " + against(news)
	if d.act(Warn{Worker: t.Worker, Run: t.Run(), Site: t.Site(), Text: warning(news)}, why, "") {
		d.record(queue.Warned(marked(t, conflictKey, strings.Join(words, ",")), why))
	}
}

// against names the other sides of conflicts.
func against(news []clash) string {
	var names []string
	for _, c := range news {
		name := "the base branch"
		if c.other != "" {
			name = c.other.Ref()
		}
		names = append(names, name+" in "+list(c.files, 3))
	}
	return list(names, 5)
}

// warning is said in the middle of an agent's work: it asks for nothing now.
func warning(news []clash) string {
	var sides []string
	work, base := false, false
	for _, c := range news {
		side := "the work on " + c.other.Ref() + ", which is not merged yet"
		if c.other == "" {
			base, side = true, "what was merged into the base branch meanwhile"
		} else {
			work = true
		}
		sides = append(sides, side+" ("+list(c.files, 10)+")")
	}
	text := "For your information, no hurry: your commits change the same lines as " + strings.Join(sides, "; and as ") + "."
	if work {
		text += " Where you can, keep your change there small, so that both can be merged."
	}
	if base {
		text += " When it suits you, merge the base branch into yours and resolve that."
	}
	return text
}
