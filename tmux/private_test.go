package tmux

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/founder-mode/fm"
)

// /tmp is everybody's: who makes the folder of the sockets first could put one of
// a server of his own into it, and would be told everything. tmux itself refuses
// such a folder, but not for a server that is named by its path, as fm does.
//
// Caught: a look at the mode alone; one that follows links.
//
// Fault: F22.
func TestAFolderOfSomebodyElseHoldsNoSocket(t *testing.T) {
	for name, plant := range map[string]func(dir string) error{
		"link to one of ours": func(dir string) error { return os.Symlink(t.TempDir(), dir) },
		"link to root's":      func(dir string) error { return os.Symlink("/usr", dir) },
		"file":                func(dir string) error { return os.WriteFile(dir, nil, 0o600) },
		"open to others": func(dir string) error {
			return errors.Join(os.Mkdir(dir, 0o700), os.Chmod(dir, 0o777))
		},
		"somebody else's": func(dir string) error {
			if os.Getuid() != 0 { // only root can give a folder away; a link has to do
				return os.Symlink("/", dir)
			}
			return errors.Join(os.Mkdir(dir, 0o700), os.Chown(dir, 12345, 12345))
		},
	} {
		t.Run(name, func(t *testing.T) {
			tmp := t.TempDir()
			t.Setenv("TMUX_TMPDIR", tmp)
			must(t, plant(filepath.Join(tmp, "tmux-"+strconv.Itoa(os.Getuid()))))
			if _, err := New(t.Context(), Options{Socket: "fm-x", ConfFile: filepath.Join(tmp, "conf")}); !errors.Is(err, fm.ErrRefused) {
				t.Errorf("got %v, want %v", err, fm.ErrRefused)
			}
		})
	}
	t.Setenv("TMUX_TMPDIR", t.TempDir())
	if _, err := New(t.Context(), Options{Socket: "fm-x", ConfFile: "/nowhere/conf"}); err != nil {
		t.Errorf("a folder that fm makes: %v", err)
	}
}
