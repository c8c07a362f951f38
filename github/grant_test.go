package github

import (
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm/github/fake"
)

// Of a classic token GitHub tells the scopes; of another kind only reading
// tells, and that not all.
// Caught: an empty list of scopes taken for none told; public_repo taken for
// enough where the repository is private; a right to read taken for one to write.
func TestGrantSaysWhatIsMissingAndWhatIsNotKnown(t *testing.T) {
	for _, tt := range []struct {
		name              string
		alter             func(*fake.Settings)
		lacking, doubtful string
		workflow          bool
	}{
		{"classic", func(s *fake.Settings) { s.Told, s.Scopes = true, []string{"repo", "workflow", "gist"} }, "", "", true},
		{"without workflow", func(s *fake.Settings) { s.Told, s.Scopes = true, []string{"repo"} }, "", "", false},
		{"without any scope", func(s *fake.Settings) { s.Told = true }, "the scope repo", "", false},
		{"only for public ones", func(s *fake.Settings) { s.Told, s.Scopes = true, []string{"public_repo"} }, "the scope repo", "", false},
		{"fine-grained", func(*fake.Settings) {}, "", "Issues Pull requests Contents", true},
		{"without issues", func(s *fake.Settings) { s.Denied = []string{"GET issues"} }, "the permission Issues: read and write", "Pull requests Contents", true},
		{"without pull requests", func(s *fake.Settings) { s.Denied = []string{"GET pulls"} }, "the permission Pull requests: read and write", "Issues Contents", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.Configure(tt.alter)
			got, err := r.open().Grant(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if strings.Join(got.Lacking, " ") != tt.lacking || strings.Join(got.Doubtful, " ") != tt.doubtful || got.Workflow() != tt.workflow || got.Login == "" {
				t.Errorf("got %+v, workflow %v", got, got.Workflow())
			}
			if r.Writes() > 0 {
				t.Error("it wrote")
			}
		})
	}
	for scope, want := range map[string]int{"repo": 0, "public_repo": 0, "gist": 1} {
		public := Grant{Told: true, Public: true, Scopes: []string{scope}}
		if got := public.missing(); len(got) != want {
			t.Errorf("of a public repository, with %s: %q", scope, got)
		}
	}
}

// Caught: a header in the other of its two forms passed over.
func TestTheEndOfATokenIsRead(t *testing.T) {
	for text, want := range map[string]time.Time{
		"":                          {},
		"soon":                      {},
		"2026-12-20 14:30:45 UTC":   time.Date(2026, 12, 20, 14, 30, 45, 0, time.UTC),
		"2026-12-20 14:30:45 +0200": time.Date(2026, 12, 20, 12, 30, 45, 0, time.UTC),
	} {
		r := newRig(t)
		r.Configure(func(s *fake.Settings) { s.Told, s.Scopes, s.Expires = true, []string{"repo"}, text })
		got, err := r.open().Grant(t.Context())
		if err != nil || !got.Expires.Equal(want) {
			t.Errorf("%q: got %s, %v; want %s", text, got.Expires, err, want)
		}
	}
}
