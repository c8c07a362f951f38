package supervisor

import (
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

// Present says whether a worker's session belongs to a person at the moment: fm
// presses no key there and ends nothing. It does when somebody said so with
// `fm hold`, and when somebody who is attached has typed within the grace; keys
// before a release count no more.
func Present(ss fm.Session, grace time.Duration, hands []Hand, at time.Time) bool {
	h := handOf(hands, ss.Worker)
	return h.Held || ss.Clients > 0 && ss.LastKey.After(h.At) && at.Sub(ss.LastKey) < grace
}

func handOf(hands []Hand, w fm.WorkerID) Hand {
	if i := slices.IndexFunc(hands, func(h Hand) bool { return h.Worker == w }); i >= 0 {
		return hands[i]
	}
	return Hand{}
}

// present says whether the session belonged to a person when it was looked at.
func (s State) present(ss fm.Session) bool {
	return Present(ss, s.Rules.Grace, s.Wanted.Hands, s.SightAt)
}
