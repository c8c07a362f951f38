package tmux

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// resize makes the person's terminal another size.
func (term terminal) resize(tb testing.TB, width, height int) {
	tb.Helper()
	hand(tb, term.Server, "resize-window", "-t", target(1), "-x", strconv.Itoa(width), "-y", strconv.Itoa(height))
}

// kill ends the client of the terminal without a word.
func (term terminal) kill(tb testing.TB) {
	tb.Helper()
	pid := session(tb, term.Server, 1).PID
	must(tb, syscall.Kill(pid, syscall.SIGKILL))
}

// ways are those to leave a session.
func ways() map[string]func(testing.TB, terminal) {
	return map[string]func(testing.TB, terminal){
		"by the key":               func(tb testing.TB, term terminal) { tb.Helper(); term.press(tb, "F12") },
		"by closing the terminal":  func(tb testing.TB, term terminal) { tb.Helper(); term.close(tb) },
		"by the end of the client": func(tb testing.TB, term terminal) { tb.Helper(); term.kill(tb) },
	}
}

// No fm runs here that could tidy up. What counts is what the agent is told.
// Caught: no hook on client-session-changed (nothing follows); no hook on
// client-detached (nothing comes back).
func TestPaneFollowsTheTerminalAndComesBack(t *testing.T) {
	t.Parallel()
	for name, leave := range ways() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Its folder goes when the server is gone, which writes into it.
			cmd := sh(t, `trap : WINCH; while :; do stty size > part; mv part size; sleep 0.02; done`)
			s := up(t)
			must(t, s.Start(t.Context(), 1, runOf("7", 1), cmd))
			told := func(want string) {
				t.Helper()
				fileIs(t, filepath.Join(cmd.Dir, "size"), want+"\n")
			}
			told("45 160")
			term := byHand(t, s, "worker-1", ReadWrite)
			told("29 100")
			term.resize(t, 80, 24)
			told("23 80")
			term.resize(t, 40, 12)
			told("11 40")
			term.resize(t, 200, 50)
			told("49 200")
			leave(t, term)
			told("45 160")
		})
	}
}

// Caught: a size that nobody's terminal has any more.
func TestOneOfTwoLeavesAndTheOtherSeesAll(t *testing.T) {
	t.Parallel()
	for name, leave := range ways() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := up(t)
			must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
			wide := byHand(t, s, "worker-1", ReadWrite)
			sized(t, s, 1, "100x29")
			wide.resize(t, 200, 50)
			sized(t, s, 1, "200x49")
			small := byHand(t, s, "worker-1", ReadWrite)
			small.resize(t, 40, 12)
			sized(t, s, 1, "40x11")
			leave(t, small)
			sized(t, s, 1, "200x49")
			leave(t, wide)
			sized(t, s, 1, "160x45")
		})
	}
}

// Who only looks on must not keep the size of a terminal that is gone. Caught:
// readers taken for people whose terminal the window follows.
func TestReaderKeepsNobodysSize(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	watched(t, s)
	writer := byHand(t, s, "worker-1", ReadWrite)
	sized(t, s, 1, "100x29")
	writer.resize(t, 40, 12)
	sized(t, s, 1, "40x11")
	reader := byHand(t, s, "worker-1", ReadOnly)
	attached(t, s, 1, 2)
	writer.press(t, "F12")
	sized(t, s, 1, "160x45")
	reader.press(t, "F12")
	attached(t, s, 1, 0)
	sized(t, s, 1, "160x45")
}

// What was left when nobody watched, by a tmux that ran no hook, is mended by
// the next fm. Caught: no look at the sizes when a connection begins.
func TestNextConnectionBringsTheSizeBack(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	term := byHand(t, s, "worker-1", ReadWrite)
	sized(t, s, 1, "100x29")
	hand(t, s, "set-hook", "-gu", "client-detached")
	term.press(t, "F12")
	attached(t, s, 1, 0)
	if got := size(t, s, 1); got != "100x29" {
		t.Fatalf("without the hook it is %s already", got)
	}
	watched(t, s)
	sized(t, s, 1, "160x45")
}

// A task that ends and the next that begins change nothing for the person who
// comes, watches and leaves meanwhile.
func TestRunsBeginWhileAPersonComesAndGoes(t *testing.T) {
	t.Parallel()
	s := up(t)
	begin := func(attempt int) {
		t.Helper()
		must(t, s.Start(t.Context(), 1, runOf("7", attempt), sh(t, forever)))
	}
	begin(1)
	term := byHand(t, s, "worker-1", ReadWrite)
	begin(2) // while the client is on its way
	sized(t, s, 1, "100x29")
	begin(3)
	term.resize(t, 40, 12)
	begin(4)
	sized(t, s, 1, "40x11")
	term.press(t, "F12")
	begin(5)
	attached(t, s, 1, 0)
	sized(t, s, 1, "160x45")
	begin(6)
	sized(t, s, 1, "160x45")
}

// Popup shows the session in the person's own tmux, and closes when they leave
// it. Caught: TMUX handed on, so that tmux refuses; no -E.
func TestPopupLeadsThereAndBack(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	users := up(t)
	words := []string{"env", role + "=attach worker-1", roleDir + "=" + strings.TrimSuffix(s.path, "/s"), os.Args[0], "-test.run=^$"}
	script := filepath.Join(t.TempDir(), "fm")
	must(t, writeProgram(script, "#!/bin/sh\nexec "+shellLine(words)+"\n"))
	cmd := sh(t, `read key; "$1" -test.run='^$'; echo "closed with $?"; `+forever, os.Args[0])
	cmd.Env = map[string]string{role: "popup " + script, roleDir: filepath.Dir(users.path)}
	must(t, users.Start(t.Context(), 2, runOf("8", 1), cmd))
	term := byHand(t, users, "worker-2", ReadWrite)
	attached(t, users, 2, 1)
	term.press(t, "Enter")
	sized(t, s, 1, "88x24") // nine tenths of 100 × 30, in a frame, and a line of fm's
	term.resize(t, 60, 20)
	sized(t, s, 1, "58x17") // all there is
	term.press(t, "F12")
	attached(t, s, 1, 0)
	sized(t, s, 1, "160x45")
	until(t, "the popup is closed", func() (any, bool) {
		got := hand(t, users, "capture-pane", "-p", "-t", target(2))
		return got + hand(t, term.Server, "capture-pane", "-p", "-t", target(1)) + fmt.Sprint(session(t, users, 2)), strings.Contains(got, "closed with 0")
	})
}

// A folder is named by the user, perhaps "c#{x}". Caught: the folder handed to
// tmux as it is, which takes it for a format.
//
// Fault: F23.
func TestFolderIsNoFormat(t *testing.T) {
	t.Parallel()
	s := up(t)
	cmd := sh(t, `pwd > part; mv part "$1"; `+forever)
	canary := filepath.Join(cmd.Dir, "canary")
	where := filepath.Join(t.TempDir(), "where")
	cmd.Argv = append(cmd.Argv, where)
	cmd.Dir = filepath.Join(cmd.Dir, "c##{pid}%H$x'\"#(echo > canary);")
	must(t, os.Mkdir(cmd.Dir, 0o700))
	for attempt := range 2 { // a new session, and a pane respawned
		must(t, s.Start(t.Context(), 1, runOf("7", attempt+1), cmd))
		fileIs(t, where, cmd.Dir+"\n")
		must(t, os.Remove(where))
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("the name was executed")
	}
}

// A person who closed the agent's pane and stays sees the whole of the next
// one, too. Caught: a new window whose size is fixed while somebody is there.
func TestNewWindowFollowsTheTerminalToo(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	term := byHand(t, s, "worker-1", ReadWrite)
	sized(t, s, 1, "100x29")
	renew := func(attempt int) {
		t.Helper()
		hand(t, s, "new-window", "-d", "-t", target(1), "sleep", "1000") // theirs
		hand(t, s, "kill-pane", "-t", target(1))
		must(t, s.Start(t.Context(), 1, runOf("7", attempt), sh(t, forever)))
	}
	renew(2)
	term.resize(t, 40, 12)
	sized(t, s, 1, "40x11")
	term.press(t, "F12")
	sized(t, s, 1, "160x45")
	renew(3)
	sized(t, s, 1, "160x45")
}
