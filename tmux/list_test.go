package tmux

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// ours is the field of marks of a session that fm made.
func ours(worker, rest string) string { return worker + " " + worker + " " + rest }

func row(fields ...string) string { return strings.Join(fields, "\t") + "\n" }

// Caught: programs on control connections counted as people; the keys of somebody
// who may only read, which held the next task up.
func TestListingBecomesSight(t *testing.T) {
	text := row("S", "42.1000") +
		row("P", "$0", "%0", "    fm-hub", "1", "0", "", "9", "1000") +
		row("P", "$1", "%1", ours("worker-1", "456 2 worker-1"), "0", "", "", "77", "1100") +
		row("P", "$2", "%2", ours("worker-2", "9 1 worker-2"), "1", "", "9", "78", "1100") +
		row("P", "$3", "%3", ours("worker-3", "no id! x worker-3"), "1", "3", "", "79", "1100") +
		row("P", "$9", "%1", "worker-1    watching", "0", "", "", "77", "1100") +
		row("P", "$10", "%9", "    supervisor", "0", "", "", strconv.Itoa(os.Getpid()), "1100") +
		row("C", "$0", "1", "1200", "0") + row("C", "$1", "0", "1201", "0") + row("C", "$9", "0", "1202", "0") + row("C", "$1", "0", "1203", "1") + row("C", "$1", "1", "1300", "0")
	l, err := parseListing(text)
	must(t, err)
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	want := fm.Sight{
		Generation: "42.1000",
		Sessions: []fm.Session{
			// Three people: one attached, one through a session of their own that shows the window, and a reader.
			{Worker: 1, Run: runOf("456", 2), Alive: true, PID: 77, Clients: 3, LastKey: at(1202), Activity: at(1100)},
			{Worker: 2, Run: runOf("9", 1), PID: 78, Exit: "signal 9", Activity: at(1100)},
			{Worker: 3, PID: 79, Exit: "exit 3", Activity: at(1100)},
		},
		Strangers: []string{"watching"},
	}
	if diff := cmp.Diff(want, l.sight()); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// Half a list would look like sessions that died. Caught: rows skipped that
// cannot be read.
func TestUnreadableRowIsAnError(t *testing.T) {
	for _, text := range []string{"", "\n", row("S", "1.2", "x"), row("S", "1.2") + row("P", "$1"), row("S", "1.2") + "no current target\n"} {
		if l, err := parseListing(text); err == nil {
			t.Errorf("%q was read as %+v", text, l)
		}
	}
}

// What a person or an agent can set must neither break a row nor make one.
// Caught: formats without the substitution.
//
// Fault: F23.
func TestHostileNamesBreakNoList(t *testing.T) {
	t.Parallel()
	s := up(t)
	title := "a-:-b\tc\\n$(x)#{pid}"
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, `printf '\033]2;%s\007' "$1"; `+forever, title)))
	hand(t, s, "rename-window", "-t", target(1), "w\t-:-\nP\t$1")
	hand(t, s, "set-option", "-t", target(1), "@fm_state", "x\ty\nP\t$7\n")
	hand(t, s, "new-session", "-d", "-s", "a -:- '#{pid} ünï", "-c", t.TempDir(), "sleep", "1000")
	hand(t, s, "new-session", "-d", "-s", "marked", "sleep", "1000")
	hand(t, s, "set-option", "-t", exact("marked"), "@fm_worker", "worker-2\tx\nP\t$1")
	hand(t, s, "set-option", "-t", exact("marked"), "@fm_task", "t\n\tx")
	sight := observe(t, s)
	if len(sight.Sessions) != 1 || sight.Sessions[0].Run != runOf("7", 1) || len(sight.Strangers) != 2 {
		t.Errorf("got %+v", sight)
	}
}

func TestOneWorkerHasOneSession(t *testing.T) {
	t.Parallel()
	s := up(t)
	must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
	pid := session(t, s, 1).PID
	hand(t, s, "new-session", "-d", "-s", "copy", "sleep", "1000")
	for _, key := range []string{"@fm_worker worker-1", "@fm_task 7", "@fm_attempt 9"} {
		name, value, _ := strings.Cut(key, " ")
		hand(t, s, "set-option", "-t", exact("copy"), name, value)
	}
	if sight := observe(t, s); len(sight.Sessions) != 1 || sight.Sessions[0].PID != pid || len(sight.Strangers) != 1 {
		t.Errorf("got %+v", sight)
	}
}

func FuzzParseListing(f *testing.F) {
	f.Add(row("S", "42.1000") + row("P", "$1", "%1", ours("worker-1", "456 2 worker-1"), "0", "", "", "77", "1100") + row("C", "$1", "0", "1201"))
	f.Add(row("S", "") + row("P") + row("C", "x", "y", "z"))
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parseListing(text)
		if err != nil {
			return
		}
		seen := map[fm.WorkerID]bool{}
		for _, one := range l.sight().Sessions {
			if seen[one.Worker] || one.Worker < 1 || one.Worker > fm.MaxWorkers {
				t.Errorf("worker %d is seen twice, or is none", one.Worker)
			}
			seen[one.Worker] = true
			if one.Run != (fm.Run{}) {
				if _, err := fm.ParseRun(one.Run.String()); err != nil {
					t.Errorf("run %v cannot be read back", one.Run)
				}
			}
		}
	})
}

func BenchmarkObserve(b *testing.B) {
	for _, n := range []int{10, 100} {
		s := up(b)
		for w := range n {
			must(b, s.Start(b.Context(), fm.WorkerID(w+1), runOf("7", w+1), sh(b, forever)))
		}
		look := func(b *testing.B) {
			b.Helper()
			for b.Loop() {
				if got, err := s.Observe(b.Context()); err != nil || len(got.Sessions) != n {
					b.Fatal(len(got.Sessions), err)
				}
			}
		}
		b.Run(fmt.Sprintf("exec/%d", n), look)
		watched(b, s)
		b.Run(fmt.Sprintf("control/%d", n), look)
	}
}
