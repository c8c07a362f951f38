package claude

import (
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// or keeps what is known where the newer word says nothing: the CLI leaves out
// a limit that the last answer of the API did not mention.
func (w window) or(newer window) window {
	if newer == (window{}) {
		return w
	}
	return newer
}

func (w window) limit(kind string) fm.Limit {
	if w == (window{}) {
		return fm.Limit{}
	}
	l := fm.Limit{Kind: kind, Used: w.Used}
	if w.Resets > 0 {
		l.Resets = time.Unix(w.Resets, 0).UTC()
	}
	return l
}

// limit is the usage limit that the agent ran into, or else the one of which
// most is used.
func (s signs) limit() fm.Limit {
	session, weekly := s.fiveHour.limit("session"), s.sevenDay.limit("weekly")
	if s.trouble != fm.LimitTrouble {
		if weekly.Used > session.Used {
			return weekly
		}
		return session
	}
	hit := fm.Limit{Kind: limitKind(s.says), Used: 100, Hit: true, Resets: resets(s.says, s.evidence.At.Local())}
	known := weekly // a zero one as well: the other limit's reset is not this one's
	if hit.Kind == "session" {
		known = session
	}
	switch d := known.Resets.Sub(hit.Resets); {
	case known.Resets.IsZero():
	case hit.Resets.IsZero() && known.Resets.After(s.evidence.At), d >= 0 && d < time.Minute:
		hit.Resets = known.Resets
		return hit
	}
	if !hit.Resets.IsZero() {
		hit.Resets = hit.Resets.Add(59 * time.Second) // the words leave out the seconds
	}
	return hit
}

func limitKind(says string) string {
	words := strings.ToLower(says)
	if strings.Contains(words, "session limit") || strings.Contains(words, "5-hour limit") {
		return "session"
	}
	return "weekly" // also those of a single model
}

// resets finds the moment in words such as "You've hit your session limit ·
// resets 11:05am (UTC)". Without a zone they mean that of now.
func resets(says string, now time.Time) time.Time {
	_, when, found := strings.Cut(says, "resets ")
	if !found {
		return time.Time{}
	}
	when, _, _ = strings.Cut(when, " · ")
	return parseReset(when, now)
}
