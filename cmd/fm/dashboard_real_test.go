package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/process"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// soon is how long a machine that is busy may take for what takes an instant.
const soon = 20 * time.Second

// TestDashboardIsOneTerminalForAll drives the real dashboard in a real tmux, as
// its user would: looks at a worker, joins it, comes back, answers, pauses,
// retries, edits the queue, changes the size, and leaves a terminal that is as
// it was. Caught: a screen that was not drawn anew after a visit; keys that were
// lost to one; a retry of the wrong task; echo that stayed off.
func TestDashboardIsOneTerminalForAll(t *testing.T) {
	t.Parallel()
	w := newFruitShop(t)
	w.begins("fm dashboard")
	w.shows(`2/3 active`)
	w.shows(`1 failed`)
	w.shows(`I count apples`)
	w.shot("overview-80x24")

	w.visits()
	w.answers()
	w.pauses()
	w.retries()
	w.changesSize()
	w.editsQueue()

	w.keys("q")
	w.ends(0)
	if diff := cmp.Diff(read(t, w.dir+"/before"), read(t, w.dir+"/after")); diff != "" {
		t.Errorf("the terminal is not as it was (-before +after):\n%s", diff)
	}
	if text := w.screen(); strings.Contains(text, "QUEUE") {
		t.Errorf("the dashboard is still to be seen:\n%s", text)
	}
}

// TestDashboardEndsWithItsTerminal also when that is closed while a worker's
// session is on it. Caught: a dashboard that stays behind and draws for ever.
func TestDashboardEndsWithItsTerminal(t *testing.T) {
	t.Parallel()
	w := newFruitShop(t)
	w.tmux("set-option", "-g", "exit-empty", "off")
	for _, attached := range []string{"", "attached"} {
		w.types("fm dashboard")
		w.shows(`I count apples`)
		w.shows(`^QUEUE`)
		pid := w.child()
		began, err := process.StartTime(pid)
		if err != nil {
			t.Fatal(err)
		}
		if attached != "" {
			w.keys("Enter")
			w.shows(`F12: back`)
		}
		w.tmux("kill-session")
		w.until("the end of the dashboard "+attached, soon, func() (any, bool) { return pid, !process.Alive(pid, began) })
		w.tmux("new-session", "-d", "-x", "80", "-y", "24", "exec sh")
	}
}

// TestDashboardLooksTheSameInEveryLocale, the mark of a worker that is at work
// above all. Caught: a question mark for what ASCII does not have; a character set
// that is not known.
func TestDashboardLooksTheSameInEveryLocale(t *testing.T) {
	t.Parallel()
	w := newFruitShop(t)
	for _, locale := range []string{"C", "POSIX", "de_DE.ISO-8859-1", "ja_JP.eucJP", "en_US.UTF-8"} {
		w.types("clear; LC_ALL=" + locale + " fm dashboard; echo left with $?")
		w.shows(`^● worker-1 `)
		w.shows(`^\? worker-2 `)
		w.keys("q")
		w.ends(0)
	}
}

// TestDashboardOfAFolderThatIsTakenAway says what its keys would say. Caught: an
// offer to start a supervisor that has nothing to look after.
func TestDashboardOfAFolderThatIsTakenAway(t *testing.T) {
	t.Parallel()
	w := newFruitShop(t)
	w.types("fm dashboard")
	w.shows(`2/3 active`)
	w.must("stop", "--now")
	w.shows(`supervisor down`)
	if err := os.Rename(filepath.Join(w.project.Root, ".founder-mode"), filepath.Join(w.dir, "away")); err != nil {
		t.Fatal(err)
	}
	w.shows(`^! (nothing has been started|Nothing is begun).*fm work ISSUES`)
	w.keys("R")
	w.shows(`✗ nothing has been started in `) // the rest depends on where that is
}

// TestAnswerIsSeenWithoutASupervisor: who waited goes on, and is shown so. Caught:
// what the supervisor saw last, for as long as there is none.
func TestAnswerIsSeenWithoutASupervisor(t *testing.T) {
	t.Parallel()
	w := newFruitShop(t)
	w.until("the question to be seen", time.Minute, func() (any, bool) {
		s := w.status()
		return s, slices.ContainsFunc(s.Workers, func(ws supervisor.WorkerStatus) bool { return ws.State == string(fm.Waiting) })
	})
	w.losesSupervisor()
	w.types("fm dashboard")
	w.shows(`supervisor down`)
	w.shows(`^\? worker-2 .*Which pears`)
	w.keys("a")
	w.shows(`Green ones`)
	w.keys("2", "Enter")
	w.shows(`Answered worker-2 on #3: .* → Yellow ones`)
	w.keys("Down")
	w.until("the question to go", soon, func() (any, bool) {
		text := w.screen() // the agent's pane goes on to tell what it asked
		return "\n" + text, strings.Contains(text, "worker-2") && !strings.Contains(text, "? worker-2")
	})
}

// losesSupervisor ends the supervisor and its guard as nothing ends them that
// gives them time: the agents live on.
func (b *bench) losesSupervisor() {
	b.Helper()
	socket := filepath.Join(b.dir, fmt.Sprintf("tmux-%d", b.uid()), b.project.Socket())
	pane, err := exec.CommandContext(b.Context(), "tmux", "-S", socket, "list-panes", "-t", "=supervisor", "-F", "#{pane_pid}").Output()
	if err != nil {
		b.Fatal(err)
	}
	guard, err := strconv.Atoi(strings.TrimSpace(string(pane)))
	if err != nil {
		b.Fatal(err)
	}
	decider := b.status().PID
	// Both stand still before either ends: neither can start the other anew.
	for _, sig := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL} {
		for _, pid := range []int{guard, decider} {
			if err := syscall.Kill(pid, sig); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.until("the end of the supervisor", soon, func() (any, bool) {
		return decider, !process.Alive(decider, "") && !process.Alive(guard, "")
	})
}

// newFruitShop has three workers: one works until there is a file "go", one
// asks, and one fails the first time.
func newFruitShop(tb testing.TB) *window {
	tb.Helper()
	b := newBench(tb, fm.Config{Agent: fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}}})
	says := func(text string) object { return does("print", object{"text": text}) }
	works := does("run", object{"argv": []string{"sh", "-c", "until test -e " + b.dir + "/go; do sleep 0.1; done; echo about > $(basename $PWD).txt"}})
	finish := []object{works, does("commit", object{"message": "Do it"}), does("completion", object{"status": "SUCCESS", "summary": "Did it."})}
	parent := newMarket(b, []object{
		{"title": "Count apples", "turns": turn(append([]object{says("I count apples.")}, finish...)...)},
		{"title": "Count pears", "turns": turn(
			does("question", object{"header": "Pears", "question": "Which pears?", "options": []string{"Green ones", "Yellow ones"}}),
			says("So I count those."),
			does("hang", nil),
		)},
		{"title": "Count plums", "turns": []object{
			{"attempt": 1, "steps": []object{does("hang", nil)}},
			{"attempt": 2, "steps": append([]object{says("I count plums now.")}, finish...)},
		}},
	})
	b.must("work", string(parent), "--workers", "3")
	b.fails("4")
	return newWindow(b, 80, 24)
}

// fails has a task that is worked on fail for good at once: its attempts would
// be spent in minutes.
func (b *bench) fails(id fm.TaskID) {
	b.Helper()
	q, err := (&house{app: &app{}, project: b.project}).openQueue(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.until(id.Ref()+" to fail", soon, func() (any, bool) {
		snap, err := q.Refresh(b.Context(), time.Now())
		if err != nil {
			b.Fatal(err)
		}
		t, _ := snap.Task(id)
		if t.Status != fm.Working { // its first attempt is another's than the second
			return t, false
		}
		_, err = q.Commit(b.Context(), time.Now(), queue.Fail(t, "the plums are gone", 1, time.Now()))
		if err != nil && !errors.Is(err, queue.ErrStale) { // else the supervisor was faster
			b.Fatal(err)
		}
		return err, err == nil
	})
}

// visits joins a worker's session, and comes back with F12.
func (w *window) visits() {
	w.Helper()
	w.keys("Down")
	w.shows(`Yellow ones`)
	w.keys("Up")
	w.shows(`I count apples`)
	w.keys("Enter")
	w.shows(`worker-1 · 2\.1.*F12: back`)
	w.shot("attached")
	if text := w.screen(); strings.Contains(text, "QUEUE") || !strings.Contains(text, "I count apples") {
		w.Errorf("the worker's pane does not fill the screen:\n%s", text)
	}
	w.keys("F12")
	w.shows(`^QUEUE`)
	w.shows(`I count apples`)
}

// answers chooses an answer to the question of an agent, which goes on.
func (w *window) answers() {
	w.Helper()
	w.keys("a")
	w.shows(`Green ones`)
	w.keys("2")
	w.shot("question")
	w.keys("Enter")
	w.shows(`Answered worker-2 on #3: .* → Yellow ones`)
	w.keys("Down")
	w.shows(`So I count those`)
}

func (w *window) pauses() {
	w.Helper()
	w.keys("p")
	w.until("the pause", soon, func() (any, bool) { s := w.status(); return s.Wanted, s.Wanted.Paused })
	w.shows(`‖ Paused: .*p goes on`) // the line of the order says as much before
	w.shot("paused")
	w.keys("p")
	w.until("the end of the pause", soon, func() (any, bool) { s := w.status(); return s.Wanted, !s.Wanted.Paused })
	w.shows(`Resumed with 3 workers`)
}

// retries has the only task that failed done again.
func (w *window) retries() {
	w.Helper()
	w.keys("r")
	w.shows(`#4 is pending again`)
	w.shows(`worker-3 .*#4`)
	w.keys("End")
	w.shows(`I count plums now`)
	w.keys("Home")
}

// changesSize goes down to the smallest screen that has to do, and back.
func (w *window) changesSize() {
	w.Helper()
	w.tmux("resize-window", "-x", "40", "-y", "12")
	w.shows(`^fm app .*3/3`)
	w.shows(`worker-3 .*#4`)
	w.shot("overview-40x12")
	w.tmux("resize-window", "-x", "80", "-y", "24")
	w.shows(`^THROUGHPUT`)
}

// editsQueue finds a task by its title and gives it another priority.
func (w *window) editsQueue() {
	w.Helper()
	w.keys("t")
	w.shows(`Count plums`)
	w.shot("queue")
	w.keys("/")
	w.tmux("send-keys", "-l", "pear")
	w.keys("Enter")
	w.until("only pears", soon, func() (any, bool) {
		text := w.screen()
		return text, strings.Contains(text, "pears") && !strings.Contains(text, "apples") && !strings.Contains(text, "plums")
	})
	w.keys("1")
	w.shows(`#3 is critical now`)
	w.shot("queue-filtered")
	w.keys("Escape")
	w.shows(`Count plums`)
	w.leaves()
}

// leaves goes back from a page or a dialog. A key right behind Escape would be another
// one.
func (w *window) leaves() {
	w.Helper()
	w.keys("Escape")
	w.until("the first page", soon, func() (any, bool) {
		text := w.screen()
		return "\n" + text, strings.Contains(text, "THROUGHPUT") && !strings.Contains(text, "Esc back") && !strings.Contains(text, "Esc leave")
	})
}

// ends waits until the shell has its terminal back.
func (w *window) ends(code int) {
	w.Helper()
	w.shows(fmt.Sprint("left with ", code))
	w.until("the shell", soon, func() (any, bool) {
		text := w.screen()
		return "\n" + text, strings.HasSuffix(strings.TrimRight(text, "\n"), "\n$")
	})
}

func read(tb testing.TB, path string) string {
	tb.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}
