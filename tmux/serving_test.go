package tmux

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/founder-mode/fm"
)

// A server of another release answers with its own version, or the installed
// tmux is refused by it: then its process is known all the same.
// Caught: the version of the client in the place of the server's; a refusal
// taken for a server that is down.
func TestTheServerThatRunsSaysWhoItIs(t *testing.T) {
	s := down(t)
	if _, err := s.Serving(t.Context()); !errors.Is(err, fm.ErrGone) {
		t.Errorf("without a server: %v, want %v", err, fm.ErrGone)
	}
	if _, err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	gen, err := s.Generation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Serving(t.Context())
	if want := (Serving{PID: serverPID(gen), Version: s.Version()}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	path, err := exec.LookPath("tmux")
	if err != nil {
		t.Fatal(err)
	}
	upgraded := t.TempDir()
	script := "#!/bin/sh\ncase \"$*\" in\n*-V) echo tmux 9.9 ;;\n*display-message*) echo 'server version is too old for client' >&2; exit 1 ;;\n*) exec " + path + " \"$@\" ;;\nesac\n"
	must(t, writeProgram(filepath.Join(upgraded, "tmux"), script))
	t.Setenv("PATH", upgraded+":"+os.Getenv("PATH"))
	newer, err := New(t.Context(), s.opts)
	if err != nil {
		t.Fatal(err)
	}
	newer.opts.Environ = append(newer.opts.Environ, "PATH="+os.Getenv("PATH"))
	got, err = newer.Serving(t.Context())
	want := Serving{PID: serverPID(gen), Refusal: "server version is too old for client"}
	if err != nil || got != want || newer.Version() != "9.9" {
		t.Errorf("after an upgrade to %s: %+v, %v; want %+v", newer.Version(), got, err, want)
	}
}
