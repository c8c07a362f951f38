package claude

import (
	"regexp"
	"testing"
	"time"
)

func moment(t *testing.T, zone, text string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, loc)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Caught: a day of 24 hours where the clocks change; a time of day that is
// tomorrow's a minute after it; the zone of the machine for that of the words.
func TestAResetIsTheNextSuchMoment(t *testing.T) {
	tests := []struct{ text, zone, now, wantZone, want string }{
		// As the CLI writes it: within a day the time, else the date.
		{"11:05am (UTC)", "UTC", "2026-11-20 08:00", "UTC", "2026-11-20 11:05"},
		{"3pm (America/New_York)", "UTC", "2026-11-20 08:00", "America/New_York", "2026-11-20 15:00"},
		{"5:51pm (UTC)", "America/New_York", "2026-11-20 08:00", "UTC", "2026-11-20 17:51"},
		{"12am (UTC)", "UTC", "2026-11-20 23:00", "UTC", "2026-11-21 00:00"},
		{"12pm (UTC)", "UTC", "2026-11-20 11:00", "UTC", "2026-11-20 12:00"},
		{"Nov 22, 4:51pm (UTC)", "UTC", "2026-11-20 14:51", "UTC", "2026-11-22 16:51"},
		{"Jan 2, 2027, 9am (Europe/Berlin)", "UTC", "2026-12-31 08:00", "Europe/Berlin", "2027-01-02 09:00"},
		{"Nov 22, 4:51\u202fpm (UTC)", "UTC", "2026-11-20 14:51", "UTC", "2026-11-22 16:51"},
		// As it wrote before, and as others do.
		{"Mon 9am (Europe/Berlin)", "UTC", "2026-11-20 08:00", "Europe/Berlin", "2026-11-23 09:00"},
		{"Friday, 9am (UTC)", "UTC", "2026-11-20 10:00", "UTC", "2026-11-27 09:00"},
		{"Fri 11am (UTC)", "UTC", "2026-11-20 10:00", "UTC", "2026-11-20 11:00"},
		{"Nov 25 at 11am", "UTC", "2026-11-20 08:00", "UTC", "2026-11-25 11:00"},
		{"resets Nov 25, 11am (UTC)", "UTC", "2026-11-20 08:00", "UTC", "2026-11-25 11:00"},
		{"at 15:30", "UTC", "2026-11-20 08:00", "UTC", "2026-11-20 15:30"},
		{"Feb 29, 1am (UTC)", "UTC", "2026-11-20 08:00", "UTC", "2028-02-29 01:00"},
		{"Jan 3, 1am (UTC)", "UTC", "2026-12-30 08:00", "UTC", "2027-01-03 01:00"},
		// Past midnight, there or here.
		{"2am (UTC)", "UTC", "2026-11-20 23:30", "UTC", "2026-11-21 02:00"},
		{"1am (Asia/Tokyo)", "UTC", "2026-11-20 14:00", "Asia/Tokyo", "2026-11-21 01:00"},
		{"11pm (America/Los_Angeles)", "Asia/Tokyo", "2026-11-21 12:00", "America/Los_Angeles", "2026-11-20 23:00"},
		// Just over: the words leave out the seconds.
		{"11:05am (UTC)", "UTC", "2026-11-20 11:05", "UTC", "2026-11-20 11:05"},
		{"11:05am (UTC)", "UTC", "2026-11-20 11:14", "UTC", "2026-11-20 11:05"},
		{"11:05am (UTC)", "UTC", "2026-11-20 11:16", "UTC", "2026-11-21 11:05"},
		{"11:58pm (UTC)", "UTC", "2026-11-21 00:03", "UTC", "2026-11-20 23:58"},
		// No zone is that of the machine.
		{"3pm", "America/New_York", "2026-11-20 08:00", "America/New_York", "2026-11-20 15:00"},
		// Nights of 23 and 25 hours.
		{"3am (Europe/Berlin)", "Europe/Berlin", "2026-10-24 22:00", "Europe/Berlin", "2026-10-25 03:00"},
		{"9am (Europe/Berlin)", "Europe/Berlin", "2026-03-28 22:00", "Europe/Berlin", "2026-03-29 09:00"},
		{"Mon 9am (America/New_York)", "UTC", "2026-10-30 12:00", "America/New_York", "2026-11-02 09:00"},
	}
	for _, tt := range tests {
		now := moment(t, tt.zone, tt.now)
		want := moment(t, tt.wantZone, tt.want)
		if got := parseReset(tt.text, now); !got.Equal(want) {
			t.Errorf("%q at %v: got %v, want %v", tt.text, now, got, want)
		}
	}
}

func TestWhatIsNoResetIsNone(t *testing.T) {
	now := moment(t, "UTC", "2026-11-20 08:00")
	for _, text := range []string{
		"", "soon", "in 5 minutes", "next month.", "3", "25:00", "13pm", "0am", "11:60am", "3pm (Mars/Olympus)", "3pm (../../etc/passwd)", "3pm (Local)",
		"Feb 30, 3pm (UTC)", "Nov 0, 3pm", "Nov 99, 3pm", "3pm or so", "99999999999999999999am",
	} {
		if got := parseReset(text, now); !got.IsZero() {
			t.Errorf("%q: got %v, want none", text, got)
		}
	}
}

func FuzzReset(f *testing.F) {
	for _, text := range []string{"11:05am (UTC)", "Mon 9am (Europe/Berlin)", "Nov 25, 2027, 11am (UTC)", "Feb 29 at 1:00", "12 AM (America/New_York)."} {
		f.Add(text, int64(1_795_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, at int64) {
		now := time.Unix(at%4_000_000_000, 0).UTC()
		got := parseReset(text, now)
		if d := now.Sub(got); !got.IsZero() && d > resetSlack && !hasYear.MatchString(text) {
			t.Errorf("%q at %v gave %v, which is over", text, now, got)
		}
	})
}

var hasYear = regexp.MustCompile(`\d{4}`)
