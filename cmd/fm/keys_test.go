package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// shut is a server that takes one token.
func shut(t *testing.T, takes string) (url string, bodies *[]string) {
	t.Helper()
	bodies = new([]string)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*bodies = append(*bodies, string(body))
		if r.Header.Get("Authorization") != "Bearer "+takes {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, bodies
}

func newKeys(t *testing.T, environ map[string]string) (*keys, string) {
	t.Helper()
	t.Setenv("GH_CONFIG_DIR", t.TempDir()) // gh knows none
	t.Setenv("GH_TOKEN", "")
	t.Setenv("GITHUB_TOKEN", "")
	t.Setenv("GH_PATH", filepath.Join(t.TempDir(), "no-gh"))
	file := filepath.Join(t.TempDir(), "fm", "x.token")
	return &keys{
		host: "github.com", getenv: func(name string) string { return environ[name] },
		files: []string{file}, refused: map[secret]time.Time{},
	}, file
}

func leave(t *testing.T, file, host, token string) {
	t.Helper()
	if err := writeSecret(file, fmt.Appendf(nil, `{"host":%q,"token":%q}`, host, token)); err != nil {
		t.Fatal(err)
	}
}

// TestARefusedTokenGivesWayToAnother sends a request again, whole, with the
// token that a command left meanwhile.
// Caught: the same token a second time; a request again without its body.
func TestARefusedTokenGivesWayToAnother(t *testing.T) {
	k, file := newKeys(t, nil)
	leave(t, file, "github.com", "old")
	url, bodies := shut(t, "new")
	if got, err := k.Token(t.Context()); got != "old" || err != nil {
		t.Fatalf("first: got %q, %v", got, err)
	}
	k.getenv = func(name string) string { return map[string]string{"GITHUB_TOKEN": "new"}[name] }
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("text"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer old")
	resp, err := (&knocking{base: http.DefaultTransport, keys: k}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK || fmt.Sprint(*bodies) != "[text text]" {
		t.Errorf("got %s after %v", resp.Status, *bodies)
	}
}

// TestANewTokenIsTakenWithoutARestart reads the file again once it was written
// anew, and not one for another host.
// Caught: a file that is read once; a file that is left alone when the same token
// is handed over again.
func TestANewTokenIsTakenWithoutARestart(t *testing.T) {
	k, file := newKeys(t, nil)
	k.patient = true
	if _, err := k.Token(t.Context()); err == nil || !strings.HasSuffix(err.Error(), "then fm resume") {
		t.Errorf("without one: %v", err)
	}
	for _, token := range []string{"first", "second"} {
		leave(t, file, "github.com", token)
		if got, err := k.Token(t.Context()); got != token || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, token)
		}
	}
	// GitHub has refused it, and somebody hands the same one over again.
	k.refused["second"] = time.Now()
	if _, err := k.Token(t.Context()); err == nil {
		t.Error("a token that was refused a moment ago is taken")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeSecret(file, text); err != nil {
		t.Fatal(err)
	}
	if got, err := k.Token(t.Context()); got != "second" || err != nil {
		t.Errorf("handed over again: got %q, %v", got, err)
	}
	leave(t, file, "github.example.com", "of another host")
	if got, err := k.Token(t.Context()); got != "second" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if got, err := k.Token(t.Context()); got != "second" || err != nil {
		t.Errorf("after the file went: got %q, %v", got, err)
	}
}

// TestTheLastTokenRefusedIsNoVerdictForWhoCanWait gives a command the answer of
// GitHub, and the supervisor an error that passes: no task is blocked because a
// login ran out.
// Caught: a patience that nobody asks about.
func TestTheLastTokenRefusedIsNoVerdictForWhoCanWait(t *testing.T) {
	url, _ := shut(t, "none")
	for _, patient := range []bool{false, true} {
		k, _ := newKeys(t, map[string]string{"GH_TOKEN": "old"})
		k.patient = patient
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer old")
		resp, err := (&knocking{base: http.DefaultTransport, keys: k}).RoundTrip(req)
		if resp != nil {
			_ = resp.Body.Close()
		}
		if patient && (err == nil || !strings.Contains(err.Error(), "does not take the token any more") || fm.Reason(err) != err.Error()) {
			t.Errorf("who can wait: got %v", err)
		}
		if !patient && (err != nil || resp.StatusCode != http.StatusUnauthorized) {
			t.Errorf("a command: got %v, %v", resp, err)
		}
		if _, err := k.take(time.Now().Add(2 * refusedFor)); err != nil {
			t.Errorf("a while later: %v", err)
		}
	}
}

// TestASecretIsNotPrinted prints one in all the ways of fmt.
func TestASecretIsNotPrinted(t *testing.T) {
	for _, form := range []string{"%v", "%s", "%+v", "%#v", "%q", "%x", "%d"} {
		got := fmt.Sprintf(form+form, secret("sesame"), key{token: "sesame", source: "GH_TOKEN"})
		if strings.Contains(got, "sesame") || strings.Contains(got, "736573") {
			t.Errorf("%s: %s", form, got)
		}
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).LogAttrs(t.Context(), slog.LevelInfo, "got", slog.Any("token", secret("sesame")))
	if strings.Contains(log.String(), "sesame") {
		t.Error(log.String())
	}
}
