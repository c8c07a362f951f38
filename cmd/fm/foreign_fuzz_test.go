package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/founder-mode/fm"
)

// A time that somebody wrote is one that has passed, or told in one line.
func FuzzParseSince(f *testing.F) {
	for _, word := range []string{"90m", "3d", "22:15", "2026-11-20", "2026-11-20T22:15:05Z", "-1h", "1e9d", "99999999999h", "\x1b[31m", "24:00"} {
		f.Add(word)
	}
	now := time.Date(2026, 11, 20, 14, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, word string) {
		at, err := parseSince(word, now)
		if err == nil && at.After(now) {
			t.Errorf("%q is %v, which is still to come", word, at)
		}
		if err != nil && strings.ContainsAny(text(err), "\n\x1b") {
			t.Errorf("said %q", text(err))
		}
	})
}

// Settings with comments are what they are without, and what is wrong with some
// is said in one line.
func FuzzSettings(f *testing.F) {
	f.Add([]byte("// a\n{\"workers\": 3, /* b */ \"verify\": \"x // y\",}"))
	f.Add([]byte("{\"agent\": {\"args\": [\"\\u001b[31m\"]}}"))
	f.Add([]byte("{/*"))
	f.Add([]byte("\xff\xfe{"))
	h := houseIn(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parseSettings("config.json", text)
		if err != nil {
			if said := fm.Line(fm.Reason(err), 0); strings.ContainsAny(said, "\n\x1b") {
				t.Errorf("said %q", said)
			}
			return
		}
		plain, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseSettings("config.json", plain)
		if d := cmp.Diff(c, again, cmpopts.EquateEmpty()); d != "" || err != nil {
			t.Errorf("%v\n%s", err, d)
		}
		// Whatever they are, what is trusted of them is trusted, and nothing else.
		if file, err := h.trustFile(); err != nil || os.RemoveAll(file) != nil {
			t.Fatal(err)
		}
		all := risks(c)
		if err := h.record(all); err != nil {
			t.Fatal(err)
		}
		if left := h.unseen(all); len(left) > 0 {
			t.Errorf("recorded, and not trusted: %v", left)
		}
		if other := (risk{"verify", `"no such thing"`}); len(h.unseen([]risk{other})) == 0 && c.Verify != "no such thing" {
			t.Errorf("%v is trusted in %q", other, h.trust())
		}
	})
}

// houseIn is a project with nothing but a folder of git's.
func houseIn(tb testing.TB) *house {
	tb.Helper()
	root := tb.TempDir()
	for _, dir := range []string{".git", ".founder-mode"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o700); err != nil {
			tb.Fatal(err)
		}
	}
	return &house{app: &app{getenv: func(string) string { return "" }}, project: fm.Project{Root: root}, config: fm.Config{}.WithDefaults()}
}

// What the user wants is read from a file that anybody may have edited: a mode that
// checks nothing only by its name, and never a number of workers below none.
func FuzzWish(f *testing.F) {
	f.Add([]byte(`{"paused": true, "workers": 3, "permission": "bypassPermissions"}`))
	f.Add([]byte(`{"workers": -1, "permission": "\u001b"}`))
	f.Add([]byte(`{"stop": "now", "source": "github", "repo": "../x"}`))
	f.Add([]byte(`[`))
	h := houseIn(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(h.project.StateFile(), text, 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := h.wanted()
		if err != nil {
			if said := fm.Line(fm.Reason(err), 0); strings.ContainsAny(said, "\n\x1b") {
				t.Errorf("said %q", said)
			}
			return
		}
		if _, err := parsePermission(w.Permission); err != nil {
			t.Errorf("took the mode %q", w.Permission)
		}
	})
}

// What was left for the supervisor is a token of that host, or an error without a
// word of it.
func FuzzHandOver(f *testing.F) {
	f.Add([]byte(`{"host":"github.com","token":"hidden"}`))
	f.Add([]byte(`{"host":"example.com","token":"hidden"}`))
	f.Add([]byte(`{"host":"github.com","token":["hidden"]}`))
	f.Add([]byte(`hidden`))
	path := filepath.Join(f.TempDir(), "token")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		o, err := readHandOver(path, "github.com")
		switch {
		case err == nil && (o.Host != "github.com" || o.Token == ""):
			t.Errorf("took %q", text)
		case err != nil && !errors.Is(err, fm.ErrGone) && err.Error() != "read the token: not what fm wrote":
			t.Errorf("said %v", err)
		}
	})
}

// Whatever stands in status.json, what is shown of it obeys nobody, and the status
// line of a terminal gets numbers and marks of ours alone.
func FuzzStatus(f *testing.F) {
	f.Add([]byte(`{"workers":[{"worker":1,"state":"working","task":"7","title":"a\u001b[2J\u202e"}],"problems":["x\u0007\ny"],"counts":{"pending":3}}`))
	f.Add([]byte(`{"gate":{"why":"#(touch x)"},"counts":{"#{pid}":-9}}`))
	f.Add([]byte(`{"parents":[{"id":"\u009b"}],"questions":[{"text":"\u001b]0;x\u0007"}]}`))
	f.Add([]byte(`{`))
	now := time.Date(2026, 11, 20, 14, 30, 0, 0, time.UTC)
	h := houseIn(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(h.project.StatusFile(), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if g, err := h.glimpse(); err == nil && strings.ContainsAny(g.String(), "#%\x1b\n$`") {
			t.Errorf("the segment is %q", g.String())
		}
		s, err := h.lastStatus()
		if err != nil {
			if s.PID != 0 || len(s.Workers) > 0 {
				t.Errorf("%v, and a status: %+v", err, s)
			}
			return
		}
		for _, line := range overview(s, now).lines(frame{}) {
			if fm.Plain(line) != line {
				t.Errorf("shows %q", line)
			}
		}
		if _, err := json.Marshal(s); err != nil {
			t.Errorf("cannot be written again: %v", err)
		}
	})
}

// What git asks is answered for nobody's host but the repository's, and not in a
// project that has none.
func FuzzCredential(f *testing.F) {
	f.Add("protocol=https\nhost=github.com\n\n")
	f.Add("host=github.com\nhost=evil.example\nprotocol=https\nprotocol=http\n")
	f.Add("=\n\x00\n")
	f.Fuzz(func(t *testing.T, asked string) {
		found := credentialQuestion(strings.NewReader(asked))
		for key, value := range found {
			if strings.Contains(key+value, "\n") || !strings.Contains(asked, key) || !strings.Contains(asked, value) {
				t.Errorf("%q holds %q=%q", asked, key, value)
			}
		}
	})
}
