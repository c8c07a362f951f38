package claude

import (
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// A time that lies back by no more than resetSlack is not tomorrow's: the words
// leave out the seconds, and clocks differ.
const resetSlack = 10 * time.Minute

// resetForm is what the CLI writes (a time of day within a day, else a date, with
// the year when it is another), and what it wrote before (weekdays, "at").
var resetForm = fm.Pattern(`(?i)^(?:resets )?` +
	`(?:(?:on )?(sun|mon|tue|wed|thu|fri|sat)[a-z]*,? )?` +
	`(?:(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (\d{1,2})(?:, (\d{4}))?(?:,|,? at)? )?` +
	`(?:at )?(\d{1,2})(?::(\d{2}))? ?(am|pm)?(?: \(([^()]+)\))?\.?$`)

// parseReset reads the moment that words such as "11:05am (UTC)", "Mon 9am
// (Europe/Berlin)" or "Nov 25 at 11am" mean when they are said at now: the next
// such moment. Without a zone they mean the zone of now. It gives the zero time
// for anything else.
func parseReset(text string, now time.Time) time.Time {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\t' || r == '\n' }), " ")
	m := resetForm().FindStringSubmatch(text)
	if m == nil {
		return time.Time{}
	}
	r, ok := readReset(m)
	if !ok {
		return time.Time{}
	}
	zone := now.Location()
	if name := m[8]; name != "" {
		var err error
		if zone, err = time.LoadLocation(name); err != nil || strings.EqualFold(name, "local") {
			return time.Time{}
		}
	}
	return r.next(now.In(zone), zone)
}

// A reset is a moment as far as the words say it.
type reset struct {
	weekday      time.Weekday // -1 for any
	month        time.Month   // 0 for any
	day, year    int          // year 0 for the next
	hour, minute int
}

func readReset(m []string) (r reset, ok bool) {
	r = reset{weekday: -1, day: number(m[3]), year: number(m[4]), hour: number(m[5]), minute: number(m[6])}
	if m[1] != "" {
		r.weekday = time.Weekday(strings.Index("sunmontuewedthufrisat", strings.ToLower(m[1])) / 3)
	}
	if m[2] != "" {
		r.month = time.Month(strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(m[2]))/3 + 1)
	}
	switch half := strings.ToLower(m[7]); {
	case half == "" && m[6] == "": // a bare number is no time
		return r, false
	case half == "":
		ok = r.hour < 24
	default:
		ok = r.hour >= 1 && r.hour <= 12
		r.hour %= 12
		if half == "pm" {
			r.hour += 12
		}
	}
	// The 29th of February is a date only in some years; next sees to that.
	valid := r.month == 0 || time.Date(2024, r.month, r.day, 0, 0, 0, 0, time.UTC).Month() == r.month && r.day > 0
	return r, ok && r.minute < 60 && valid
}

// next is the first such moment from now on. Days are counted in the calendar of
// the zone: not all of them have 24 hours.
func (r reset) next(now time.Time, zone *time.Location) time.Time {
	from := now.Add(-resetSlack)
	at := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, r.hour, r.minute, 0, 0, zone)
	}
	if r.month > 0 {
		if r.year > 0 {
			return at(r.year, r.month, r.day)
		}
		for year := now.Year(); year <= now.Year()+8; year++ {
			if t := at(year, r.month, r.day); t.Month() == r.month && !t.Before(from) {
				return t
			}
		}
		return time.Time{}
	}
	for ahead := range 9 {
		t := at(from.Year(), from.Month(), from.Day()+ahead)
		if !t.Before(from) && (r.weekday < 0 || t.Weekday() == r.weekday) {
			return t
		}
	}
	return time.Time{}
}

// number reads what the form has already found to be digits, or nothing.
func number(digits string) int {
	n := 0
	for _, d := range digits {
		n = 10*n + int(d-'0')
	}
	return n
}
