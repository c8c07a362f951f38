package fm_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// Two projects on one server would stop each other's workers.
// Caught: a hash of the folder's name in place of its path.
//
// Fault: F22.
func TestProjectsNeverShareASocket(t *testing.T) {
	seen := map[string]string{}
	for _, root := range []string{
		"/", "/a", "/b", "/a/app", "/b/app", "/a/app ", "/a/app-", "/a/App", "/a/äpp", "/a/öpp", "/a/漢字", "/a/[red]",
		"/a/" + strings.Repeat("x", 200), "/b/" + strings.Repeat("x", 200), "/a/#{pid}", "/a/'; rm -rf", "/a/x.y", "/a/x:y",
	} {
		s := fm.Project{Root: root}.Socket()
		if other, ok := seen[s]; ok {
			t.Errorf("%q and %q share the socket %s", root, other, s)
		}
		seen[s] = root
	}
}

func FuzzSocket(f *testing.F) {
	f.Add("/home/me/app")
	f.Add("/")
	f.Add("/a/-\x1b[31m\xff#{pid}/")
	safe := regexp.MustCompile(`^fm-[A-Za-z0-9_-]{0,24}-[0-9a-z]{6}$`)
	f.Fuzz(func(t *testing.T, root string) {
		p := fm.Project{Root: root}
		// 34 bytes leave room for /tmp/tmux-1000/ in the 104 of a socket path.
		if s := p.Socket(); !safe.MatchString(s) || s != (fm.Project{Root: root}).Socket() {
			t.Errorf("Socket of %q = %q", root, s)
		}
	})
}

func TestProjectFilesAreInItsFolder(t *testing.T) {
	p := fm.Project{Root: "/home/me/app"}
	run := fm.Run{Task: "456", Attempt: 2}
	for _, file := range []string{p.Queue(), p.Ledger(), p.ConfigFile(), p.StateFile(), p.StatusFile(), p.LockFile(), p.Logs(), p.Issues(), p.Pulls(), p.Events(run)} {
		if rel, err := filepath.Rel("/home/me/app/.founder-mode", file); err != nil || !filepath.IsLocal(rel) || rel == "." {
			t.Errorf("%s is not in .founder-mode", file)
		}
	}
	if got, want := p.Events(run), "/home/me/app/.founder-mode/events/456.2"; got != want {
		t.Errorf("Events = %s, want %s", got, want)
	}
}
