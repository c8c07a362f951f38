package process

import (
	"strings"
	"testing"
)

// A cgroup has the name that its maker gave it: only logind's own say that a
// process ends with a session.
func FuzzUnitOf(f *testing.F) {
	f.Add("0::/user.slice/user-1000.slice/session-2.scope\n")
	f.Add("0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope\n")
	f.Add("12:pids:/../session-\n0::/\x00")
	f.Fuzz(func(t *testing.T, text string) {
		switch unit := unitOf(text); {
		case unit == SessionUnit && !strings.Contains(text, "session-"), unit == ManagerUnit && !strings.Contains(text, "user@"):
			t.Errorf("%q is in %v", text, unit)
		}
	})
}
