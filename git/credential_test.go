package git_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

// A server that wants a password, and a repository on it with one branch.
func locked(t *testing.T, password, sha string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, given, _ := r.BasicAuth()
		if user != "x-access-token" || given != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/x.git/info/refs" {
			_, _ = w.Write([]byte(sha + "\trefs/heads/subissue/1\n"))
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(server.Close)
	return server
}

// For its own server ours is the only helper, and the user's are not told what
// it said; for all others the user's are asked as ever.
//
// Caught: words without quotes; ours for every server; the user's told to store
// the secret.
func TestOurCredentialHelperIsTheOneForItsServer(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	const secret = "s3cret-t0ken"
	server := locked(t, secret, y.git(y.root, "rev-parse", "main"))
	dir := filepath.Join(t.TempDir(), `it's a "$HOME" dir`)
	log := filepath.Join(dir, "log")
	y.write(filepath.Join(dir, "secret"), secret)
	y.write(filepath.Join(dir, "ours"), "#!/bin/sh\ncd \"$1\"\necho \"ours $2 $3\" >> log\ncat >> log\n[ \"$3\" != get ] || { echo username=x-access-token; printf password=; cat secret; echo; }\n")
	y.chmod(filepath.Join(dir, "ours"))
	y.write(filepath.Join(dir, "theirs"), "#!/bin/sh\ncat > /dev/null\necho \"theirs $1\" >> \""+strings.NewReplacer(`"`, `\"`, "$", `\$`).Replace(log)+"\"\n")
	y.chmod(filepath.Join(dir, "theirs"))
	y.git(y.root, "config", "credential.helper", "!sh '"+strings.ReplaceAll(filepath.Join(dir, "theirs"), "'", `'\''`)+"'")
	y.git(y.root, "remote", "set-url", "origin", server.URL+"/x.git")

	open := func(server string) *git.Repo {
		repo, err := git.Open(t.Context(), git.Options{
			Root: y.root, Base: "main", Environ: y.env,
			Credential: git.Credential{Server: server, Argv: []string{filepath.Join(dir, "ours"), dir, "a b;c"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return repo
	}
	if _, err := open(server.URL+"/").Head(t.Context(), (fm.Task{ID: "1"}).Head()); err != nil {
		t.Fatalf("%v; asked:\n%s", err, y.read(log))
	}
	asked := y.read(log)
	if !strings.HasPrefix(asked, "ours a b;c get\nprotocol=http\nhost="+strings.TrimPrefix(server.URL, "http://")+"\n") || strings.Contains(asked, "theirs") {
		t.Errorf("asked:\n%s", asked)
	}
	if _, err := open("https://github.com").Head(t.Context(), (fm.Task{ID: "1"}).Head()); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("got %v, want an error without the secret", err)
	}
	if again := strings.TrimPrefix(y.read(log), asked); strings.Contains(again, "ours") || !strings.Contains(again, "theirs get") {
		t.Errorf("asked about another server:\n%s", again)
	}
}
