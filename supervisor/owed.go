package supervisor

import (
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// owed says in words what fm could not do yet for the sake of the forge and the
// tracker, by the key of what is to be done. All of it is tried again and again,
// and none of it keeps a worker.
func (s State) owed() map[string]string {
	owed := map[string]string{}
	say := func(key, what, before string) {
		w := s.Waits[key]
		text := what
		if why := strings.TrimPrefix(before, queue.OwedNote); w.Err != "" || why != "" {
			if w.Err != "" {
				why = w.Err
			}
			text += ": " + fm.Line(why, 200)
		}
		if w.Until.After(s.At) {
			text += fmt.Sprintf(" (tried %s, again at %s)", times(w.Count), s.clock(w.Until))
		}
		owed[key] = text
	}
	for t := range s.inHand {
		key, back := taskKey(t.ID), clearKey(t.ID)
		switch {
		case queue.Owed(t):
			say(key, "the pull request of "+t.ID.Ref()+" is owed", t.Note)
		case queue.Tidying(t) && s.Waits[key].Count > 0:
			say(key, "the end of "+t.ID.Ref()+", which is merged, is owed", "")
		case queue.Clearing(t) && s.Waits[back].Count > 0 && t.Terms.Main:
			say(back, "the main checkout is not given back yet after "+t.ID.Ref(), "")
		case queue.Clearing(t) && s.Waits[back].Count > 0:
			say(back, "the worktree of "+t.ID.Ref()+" is not removed yet", "")
		}
	}
	for _, eff := range s.digest.parents {
		if s.Waits[eff.key()].Count > 0 {
			say(eff.key(), eff.Parent.Ref()+" stays open", "")
		}
	}
	return owed
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
