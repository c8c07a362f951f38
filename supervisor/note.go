package supervisor

import (
	"maps"
	"time"

	"github.com/founder-mode/fm"
)

// notes tells people in the status lines of the sessions that they are attached
// to what fm does there, or does not. Where nobody is attached nothing is
// shown.
func (d *decision) notes() {
	s := d.state
	gone := maps.Clone(s.Notes)
	for _, ss := range s.Sight.Sessions {
		if ss.Clients == 0 || ss.Worker == 0 {
			continue
		}
		delete(gone, ss.Worker)
		text := s.noteFor(ss)
		if shown, known := s.Notes[ss.Worker]; !known || shown != text {
			d.order(Note{Worker: ss.Worker, Text: text})
		}
	}
	if len(gone) > 0 {
		s.Notes = cloned(s.Notes)
		for w := range gone {
			delete(s.Notes, w)
		}
	}
}

// unnoted forgets what the status line of a worker shows: what happened to its
// session has cleared it.
func (s *State) unnoted(w fm.WorkerID) {
	s.Notes = cloned(s.Notes)
	delete(s.Notes, w)
}

func (s State) noteFor(ss fm.Session) string {
	t, known := s.Queue.Task(ss.Run.Task)
	mine := known && t.Run() == ss.Run
	rep, _ := s.report(t)
	switch {
	case handOf(s.Wanted.Hands, ss.Worker).Held:
		return "held: fm release " + ss.Worker.String()
	case mine && s.present(ss) && t.Status != fm.Working:
		return t.ID.Ref() + " is " + fate(t.Status) + "; fm goes on when you leave"
	case s.present(ss):
		return "fm holds still while you type"
	case mine && t.Status == fm.Working && struck(rep):
		return s.struckText(rep)
	}
	return ""
}

// fate says what became of a task whose agent a person still looks at.
func fate(s fm.Status) string {
	switch s {
	case fm.Completed, fm.Merged:
		return "done"
	case fm.Hold:
		return "on hold"
	case fm.Pending: // it will be tried again
		return "given up for now"
	case fm.Working, fm.Failed, fm.Blocked, fm.Cancelled:
	}
	return fm.Line(string(s), 20)
}

// struckText says in a few words what a stopped agent waits for.
func (s State) struckText(rep fm.Report) string {
	until, known := s.reset(rep)
	if !known && s.Outage.Trouble != "" {
		until = s.Outage.Until
	}
	return s.troubleText(troubleOf(rep), until)
}

func (s State) troubleText(kind fm.Trouble, until time.Time) string {
	text := "API trouble: " + string(kind)
	if kind == fm.LimitTrouble {
		text = "usage limit"
	}
	if until.After(s.At) {
		text += " until " + s.until(until)
	}
	return text
}
