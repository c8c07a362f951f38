package claude

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// a newcomer is a user whose state file holds text ("" for none).
func newcomer(t *testing.T, text string) (c *Claude, path string) {
	t.Helper()
	c = bare(t)
	if err := os.MkdirAll(c.project.Root, 0o700); err != nil {
		t.Fatal(err)
	}
	path = c.configFile()
	if text != "" {
		writeFile(t, path, text)
	}
	return c, path
}

// checkAccepted holds the file against what the CLI looks for.
func checkAccepted(t *testing.T, c *Claude, path string) {
	t.Helper()
	text := readFile(t, path)
	if !json.Valid(text) {
		t.Fatalf("not JSON:\n%s", text)
	}
	if !truth(text, "hasCompletedOnboarding") || !trusted(text, c.project.Root) {
		t.Errorf("the questions are not answered:\n%s", text)
	}
	if matches, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".claude.json.*")); len(matches) > 0 {
		t.Errorf("left behind: %v", matches)
	}
}

func TestAcceptAnswersInWhateverIsThere(t *testing.T) {
	for name, text := range map[string]string{
		"no file":           "",
		"white space":       " \n",
		"empty object":      "{}",
		"spread out":        "{\n}\n",
		"no projects":       `{"numStartups": 3}`,
		"null projects":     `{"projects":null,"hasCompletedOnboarding":false}`,
		"another project":   `{"projects":{"/other":{"hasTrustDialogAccepted":true}}}`,
		"not trusted":       `{"projects":{"/":{"hasTrustDialogAccepted":false}}}`,
		"huge":              `{"history":"` + strings.Repeat("x", 5<<20) + `"}`,
		"doubled keys":      `{"hasCompletedOnboarding":true,"hasCompletedOnboarding":false}`,
		"braces in strings": `{"a":"}{\"","b":{"c":"}"}}`,
		"byte for a letter": `{"h\u0061sCompletedOnboarding":false}`,
	} {
		t.Run(name, func(t *testing.T) {
			c, path := newcomer(t, text)
			if err := c.Accept(t.Context()); err != nil {
				t.Fatal(err)
			}
			checkAccepted(t, c, path)
		})
	}
}

// Caught: a decoded and encoded file, which rounds large numbers, sorts keys
// and escapes "<".
func TestAcceptKeepsEveryOtherByte(t *testing.T) {
	c, path := newcomer(t, "")
	before := `{
  "z": 12345678901234567890.10, "a" : "<\u00e9>",
	"projects": { "` + c.project.Root + `":{"allowedTools":[ ],  "lastCost":1e-7}, "/x": null },
  "oauthAccount": {"secret":"s"}
}
`
	writeFile(t, path, before)
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := c.Accept(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := `{
  "z": 12345678901234567890.10, "a" : "<\u00e9>",
	"projects": { "` + c.project.Root + `":{"allowedTools":[ ],  "lastCost":1e-7,
  "hasTrustDialogAccepted": true,
  "hasClaudeMdExternalIncludesWarningShown": true
}, "/x": null },
  "oauthAccount": {"secret":"s"},
  "hasCompletedOnboarding": true
}
`
	if diff := cmp.Diff(string(readFile(t, path)), want); diff != "" {
		t.Errorf("got - want +:\n%s", diff)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode: got %v, %v; want 0640", info.Mode(), err)
	}
}

// Caught: a write on every start; a wait for a lock that is not needed.
func TestAcceptWritesNothingWhereNothingIsMissing(t *testing.T) {
	c, path := newcomer(t, "{}")
	if err := c.Accept(t.Context()); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path+".lock", 0o700); err != nil { // a session of the CLI writes
		t.Fatal(err)
	}
	if err := c.Accept(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was replaced (%v)", err)
	}
}

// Caught: a lock that is waited for without end.
//
// Fault: F11.
func TestAcceptBreaksALockThatWasLeftBehind(t *testing.T) {
	c, path := newcomer(t, "{}")
	if err := os.Mkdir(path+".lock", 0o700); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path+".lock", old, old); err != nil {
		t.Fatal(err)
	}
	if err := c.Accept(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkAccepted(t, c, path)
	if _, err := os.Lstat(path + ".lock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock is still there (%v)", err)
	}
}

func TestAcceptGivesUpOnALockWithItsContext(t *testing.T) {
	c, path := newcomer(t, "{}")
	if err := os.Mkdir(path+".lock", 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Accept(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if got := string(readFile(t, path)); got != "{}" {
		t.Errorf("the file was changed to %q", got)
	}
}

func TestAcceptLeavesAloneWhatItCannotRead(t *testing.T) {
	for name, text := range map[string]string{
		"half a file":         `{"hasCompletedOnboarding":tr`,
		"a list":              `[1,2]`,
		"a number":            `7`,
		"two objects":         `{} {}`,
		"projects is a list":  `{"projects":[]}`,
		"approved is a text":  `{"customApiKeyResponses":{"approved":"x"}}`,
		"binary":              "\x00\x01\x02",
		"UTF-16":              "\xff\xfe{\x00}\x00",
		"conflict markers":    "<<<<<<< HEAD\n{}\n",
		"a project is a text": `{"projects":{"ROOT":"yes"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			c, path := newcomer(t, "")
			text := strings.ReplaceAll(text, "ROOT", c.project.Root)
			writeFile(t, path, text)
			c.environ = []string{"ANTHROPIC_API_KEY=k"}
			err := c.Accept(t.Context())
			if !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want a refusal that names the file", err)
			}
			if got := string(readFile(t, path)); got != text {
				t.Errorf("the file was changed to %q", got)
			}
		})
	}
}

func TestAcceptWritesThroughTheUsersLink(t *testing.T) {
	c, path := newcomer(t, "")
	dotfiles := filepath.Join(t.TempDir(), "claude.json")
	writeFile(t, dotfiles, `{"mine":1}`)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dotfiles, path); err != nil {
		t.Fatal(err)
	}
	if err := c.Accept(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v %v", info, err)
	}
	checkAccepted(t, c, dotfiles)
	if !strings.Contains(string(readFile(t, dotfiles)), `"mine":1`) {
		t.Error("the link's file lost a key")
	}
	if err := os.Remove(dotfiles); err != nil {
		t.Fatal(err)
	}
	if err := c.Accept(t.Context()); !errors.Is(err, fm.ErrRefused) {
		t.Errorf("a link to nothing: got %v, want a refusal", err)
	}
}

// Caught: a key that was rejected is approved of; a whole key in the file.
func TestAcceptApprovesOfTheKeyByItsEnd(t *testing.T) {
	const key = "sk-ant-secret-part-abcdefghijklmnopqrst"
	tests := map[string]struct{ before, approved string }{
		"none":     {`{}`, `["abcdefghijklmnopqrst"]`},
		"others":   {`{"customApiKeyResponses":{"approved":["x"],"rejected":["y"]}}`, `["x","abcdefghijklmnopqrst"]`},
		"rejected": {`{"customApiKeyResponses":{"approved":["x"],"rejected":["abcdefghijklmnopqrst"]}}`, `["x"]`},
		"there":    {`{"customApiKeyResponses":{"approved":["abcdefghijklmnopqrst"]}}`, `["abcdefghijklmnopqrst"]`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, path := newcomer(t, tt.before)
			c.environ = []string{"ANTHROPIC_API_KEY=" + key}
			if err := c.Accept(t.Context()); err != nil {
				t.Fatal(err)
			}
			text := readFile(t, path)
			if got, _ := find(text, "customApiKeyResponses", "approved"); string(got) != tt.approved {
				t.Errorf("approved: got %s, want %s", got, tt.approved)
			}
			if bytes.Contains(text, []byte("secret-part")) {
				t.Error("the file holds more of the key than its end")
			}
		})
	}
}

// Sessions of the CLI write the same file all the time, under a lock of their
// own kind.
//
// Caught: no lock (most of the counts are lost).
func TestAcceptLosesNoOtherWritersChange(t *testing.T) {
	c, path := newcomer(t, `{"count":0}`)
	const writers, rounds = 4, 20
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range rounds {
				if err := countUp(t, path); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range writers * rounds {
		other := &Claude{project: fm.Project{Root: c.project.Root + strconv.Itoa(i)}, home: c.home}
		if err := other.Accept(t.Context()); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	text := readFile(t, path)
	if got, _ := find(text, "count"); string(got) != strconv.Itoa(writers*rounds) {
		t.Errorf("got count %s, want %d", got, writers*rounds)
	}
	for i := range writers * rounds {
		if !trusted(text, c.project.Root+strconv.Itoa(i)) {
			t.Errorf("project %d is lost", i)
		}
	}
}

// countUp does as the CLI does: lock, read, replace, unlock.
func countUp(t *testing.T, path string) error {
	t.Helper()
	unlock, err := lockConfig(t.Context(), path+".lock")
	if err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return errors.Join(err, unlock())
	}
	count, _ := find(text, "count")
	n, err := strconv.Atoi(string(count))
	if err != nil {
		return errors.Join(err, unlock())
	}
	text, err = set(text, []byte(strconv.Itoa(n+1)), "count")
	return errors.Join(err, replace(path, text, 0o600), unlock())
}

// One value is changed, and the others are the same bytes.
func FuzzSetChangesOneValue(f *testing.F) {
	f.Add(`{"a":1,"b":{"c":[1,2,{"x":"}"}]}}`, "a", "b")
	f.Add(` { "a" : null , "a" : { } } `, "a", "k\"\\")
	f.Add(`{"é":"\ud83d\ude00","":-0.0e+1}`, "", "é")
	f.Add(`[]`, "a", "b")
	f.Fuzz(func(t *testing.T, text, key, inner string) {
		if !json.Valid([]byte(text)) {
			return
		}
		got, err := set([]byte(text), []byte("true"), key, inner)
		if err != nil {
			return // refused: nothing to write
		}
		if !json.Valid(got) {
			t.Fatalf("made %q of %q", got, text)
		}
		var before, after map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &before) != nil || json.Unmarshal(got, &after) != nil {
			before, after = nil, nil // null becomes an object
		}
		for k, v := range before {
			if k != sane(key) && !bytes.Equal(after[k], v) {
				t.Errorf("%q: %q became %q", k, v, after[k])
			}
		}
		if sane(key) == key && sane(inner) == inner && !truth(got, key, inner) {
			t.Errorf("%q: no value at %q, %q", got, key, inner)
		}
	})
}

// sane is a key as JSON can hold it.
func sane(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
