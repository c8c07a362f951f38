package supervisor

import (
	"fmt"
	"time"

	"github.com/founder-mode/fm"
)

// Gate says why nothing new is begun, and until when. The zero Gate is open.
type Gate struct {
	Why   string    `json:"why,omitempty"`
	Until time.Time `json:"until,omitzero"` // zero when nobody can say
	// Person says that waiting alone will not open it.
	Person bool `json:"person,omitempty"`
}

// shut says whether nobody is to be urged: what keeps an agent may be what
// keeps all of them.
func (s State) shut() bool { return s.Outage.Trouble != "" || !s.Mass.Since.IsZero() }

// gate says why nothing new is begun.
func (s State) gate() Gate {
	switch {
	case !s.Mass.Since.IsZero():
		return Gate{Why: s.Mass.Text + "; starting them again one by one"}
	case s.Outage.Trouble != "":
		return s.outageGate()
	case s.spentToday():
		return Gate{
			Why:   fmt.Sprintf("the budget of the day is used up: %s of %s (budget.day)", s.today().Cost, s.Rules.DayBudget),
			Until: midnight(s.At),
		}
	}
	return Gate{}
}

func (s State) outageGate() Gate {
	o := s.Outage
	g := Gate{Why: o.Trouble.Text(), Person: o.Trouble.NeedsPerson()}
	if o.Says != "" {
		g.Why += " (" + fm.Line(o.Says, 120) + ")"
	}
	if o.Until.After(s.At) {
		g.Until = o.Until
	}
	return g
}

// until tells the time of day, and the day if it is another.
func (s State) until(at time.Time) string {
	at = at.In(s.At.Location())
	if at.Format(time.DateOnly) == s.At.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format("Mon 15:04")
}
