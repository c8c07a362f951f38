package transport

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A log is downloaded by a redirect to a store of somebody else's.
// Caught: the token sent along; the caller's own header sent along; a signed
// address that is counted, paced or kept.
func TestTokenGoesToItsHostOnly(t *testing.T) {
	for _, p := range protocols() {
		t.Run(string(p), func(t *testing.T) {
			c := newClock()
			store := p.start(t, c, status(200, "the log", "Etag", `"1"`, "X-RateLimit-Limit", "1", "X-RateLimit-Remaining", "0"))
			h := p.start(t, c, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, store.URL+"/log?sig=s3cret", http.StatusFound)
			})
			dir := t.TempDir()
			tr := on(h, dir, 0)
			client := &http.Client{Transport: tr}
			req, err := http.NewRequestWithContext(t.Context(), "GET", h.URL+"/repos/a/b/actions/jobs/1/logs", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+secret) // a caller who means well
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if got := h.asked()[0].auth; got != "Bearer "+secret {
				t.Errorf("its host got %q", got)
			}
			if got := store.asked()[0].auth; got != "" {
				t.Errorf("the other host got %q", got)
			}
			if got := tr.Counts(); got.Requests != 1 {
				t.Errorf("got %+v, want one request", got)
			}
			if kept, _ := filepath.Glob(filepath.Join(dir, "etags", "*")); len(kept) > 0 {
				t.Errorf("kept %q", kept)
			}
		})
	}
}

// Caught: the token in clear text, because the host is the right one.
func TestTokenDoesNotLeaveTLS(t *testing.T) {
	var got []string
	base := door(func(r *http.Request) (*http.Response, error) {
		got = append(got, r.URL.Scheme+" "+r.Header.Get("Authorization"))
		if r.URL.Scheme == "https" {
			return saidBy(r, 302, "Location", "http://api.github.test/user"), nil
		}
		return saidBy(r, 200), nil
	})
	tr := New(Options{
		Base: base, Host: "api.github.test", Dir: t.TempDir(),
		Token: func(context.Context) (string, error) { return secret, nil },
	})
	resp, err := (&http.Client{Transport: tr}).Get("https://api.github.test/user")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if len(got) != 2 || got[0] != "https Bearer "+secret || got[1] != "http " {
		t.Errorf("got %q", got)
	}
}

// Caught: the answer's Request the one with the header; a header that the error
// quotes; the token as part of a file's name or text.
func TestTokenIsSeenNowhere(t *testing.T) {
	c := newClock()
	h := saying(t, c, status(200, "{}", "Etag", `"1"`, "X-RateLimit-Limit", "9", "X-RateLimit-Remaining", "8", "X-RateLimit-Reset", "1777900000"))
	dir := filepath.Join(t.TempDir(), "github")
	tr := on(h, dir, 0)
	if got := must(t, tr, "GET", h.URL+"/user", "").Request.Header; len(got) > 0 {
		t.Errorf("the answer's request has %v", got)
	}
	must(t, tr, "POST", h.URL+"/user", "{}")
	if err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(secret)) || strings.Contains(path, secret) {
			t.Errorf("%s holds the token", path)
		}
		if info, err := d.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{dir, filepath.Join(dir, "etags")} {
		if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v; want mode 0700", folder, info.Mode(), err)
		}
	}
	o := h.options(dir, time.Hour)
	o.Token = func(context.Context) (string, error) { return secret + "\n", nil }
	o.Base = http.DefaultTransport
	if _, err := ask(t.Context(), New(o), "POST", h.URL+"/user", ""); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("got %v", err)
	}
	o.Token = func(context.Context) (string, error) { return "", errors.New("no token for github.test") }
	if _, err := ask(t.Context(), New(o), "GET", h.URL+"/user", ""); err == nil || err.Error() != "get token: no token for github.test" {
		t.Errorf("got %v", err)
	}
}
