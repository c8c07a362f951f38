package tmux

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

func TestPressedKeysArrive(t *testing.T) {
	t.Parallel()
	s := up(t)
	heard := listener(t, s, 1)
	hand(t, s, "copy-mode", "-t", target(1))
	for _, key := range []string{"C-s", "2", "Escape", "Enter", "Up", "x", "BTab", "M-p"} {
		must(t, s.Press(t.Context(), 1, key))
	}
	hears(t, heard, "\x132\x1b\r\x1b[Ax\x1b[Z\x1bp")
}

// Caught: keyName that takes any word of letters, which tmux types letter by
// letter, or one that begins with "-".
func TestWhatIsNoKeyIsNotPressed(t *testing.T) {
	t.Parallel()
	s := up(t)
	heard := listener(t, s, 1)
	for _, key := range []string{"", "hello", "-l", "--", "C-", "Enter Up", "Enter\n", "é", ";", "C-c;", "#{pid}", "EnterX", "Any", "S-Tab"} {
		wantErr(t, s.Press(t.Context(), 1, key), fm.ErrRefused)
	}
	must(t, s.Press(t.Context(), 1, "x"))
	hears(t, heard, "x")
}

// Caught: Press that trusts send-keys, which succeeds on a dead pane.
func TestDeadPaneTakesNoKey(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, "exit 0")))
	until(t, "it is dead", func() (any, bool) { got := session(t, s, 1); return got, !got.Alive })
	wantErr(t, s.Press(t.Context(), 1, "Enter"), fm.ErrGone)
	wantErr(t, s.Press(t.Context(), 2, "Enter"), fm.ErrGone)
	hand(t, s, "new-session", "-d", "-s", "worker-3", "sleep", "1000")
	wantErr(t, s.Press(t.Context(), 3, "Enter"), fm.ErrRefused)
}

func expired(tb testing.TB) context.Context {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Millisecond)
	tb.Cleanup(cancel)
	return ctx
}

// Two Servers on one project are two processes: the lock is on the file.
// Caught: a turn of the Server alone; a turn for all workers together.
func TestKeyboardHasOneTypist(t *testing.T) {
	t.Parallel()
	s := down(t)
	other, err := New(t.Context(), s.opts)
	must(t, err)
	release, err := s.Typing(t.Context(), 3)
	must(t, err)
	for _, it := range []*Server{s, other} {
		_, err := it.Typing(expired(t), 3)
		wantErr(t, err, context.DeadlineExceeded)
	}
	another, err := other.Typing(t.Context(), 4)
	must(t, err)
	another()
	release()
	for _, it := range []*Server{other, s} {
		release, err := it.Typing(t.Context(), 3)
		must(t, err)
		release()
	}
}

func TestKeyboardOfADeadTypistIsFree(t *testing.T) {
	t.Parallel()
	s := down(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), role+"=type", roleDir+"="+filepath.Dir(s.opts.ConfFile))
	must(t, cmd.Start())
	until(t, "the other process types", func() (any, bool) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		release, err := s.Typing(ctx, 3)
		if err == nil {
			release()
		}
		return fmt.Sprint(err), errors.Is(err, context.DeadlineExceeded)
	})
	must(t, cmd.Process.Kill())
	_ = cmd.Wait() // killed, as it was told
	release, err := s.Typing(t.Context(), 3)
	must(t, err)
	release()
}
