package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/local"
)

// stableFor is how long a COMPLETION.md must not have changed before it is read:
// a text that is being written is no result.
const stableFor = 200 * time.Millisecond

// BenchmarkHandOff is the time from the moment when a finished COMPLETION.md may
// be read to the start of the next agent's process, in a repository of 1,000
// files, with one worker and tasks that wait for it: that is what fm adds to the
// night. In it are the checks of the work, the push, the pull request, and the
// next worktree: one that stands ready, or one that is made then. The reference is
// what cannot be spared in the second case: a bare git worktree add and a bare tmux new-session, in
// the same repository.
//
// The idle share is all that a worker waits between two agents, the 200 ms
// in which a COMPLETION.md must not change among it, in hundredths of a task of 20 minutes.
func BenchmarkHandOff(b *testing.B) {
	b.Run("ready", func(b *testing.B) { benchHandOff(b, fm.Config{}) })
	var made fm.Config
	made.Worktrees.Ready = new(0)
	b.Run("made", func(b *testing.B) { benchHandOff(b, made) })
}

func benchHandOff(b *testing.B, config fm.Config) {
	b.Helper()
	w := newBench(b, fm.Config{})
	w.widen(1000)
	config.Agent, config.Verify = stampedAgent(w), "test -f README.md"
	w.write(w.project.ConfigFile(), config)
	const batch = 8
	var parts []object
	for i := range batch * 200 {
		parts = append(parts, finishing(w, fmt.Sprintf("part-%04d", i+1)))
	}
	newMarket(w, nil)
	w.runs(w.dir, "tmux", "-S", w.bareSocket(), "-f", "/dev/null", "new-session", "-d", "-s", "keeps", "exec sleep 10000")
	w.write(filepath.Join(w.dir, "scenario.json"), object{"tasks": parts})
	tracker := local.NewTracker(w.project.Issues())
	var handed, idle lags
	var bare []float64
	for round := 0; b.Loop(); round++ {
		parent := w.issue(fmt.Sprintf("Round %d", round+1), "In parts.")
		for i := range batch {
			n := round*batch + i + 1
			part := fm.Subissue{Title: fmt.Sprintf("Do part-%04d", n), Description: "Do it.", Criteria: []string{"it is done"}, Hours: 1, Priority: "normal"}
			if _, err := tracker.Create(b.Context(), parent, fmt.Sprint("key-", n), part, nil); err != nil {
				b.Fatal(err)
			}
		}
		before := w.stamps("began")
		w.must("work", string(parent), "--workers", "1", "--wait")
		for _, gap := range w.gaps(before) {
			idle = append(idle, gap)
			handed = append(handed, max(0, gap-stableFor))
		}
		for i := range batch {
			bare = append(bare, millis(w.bareHandOff(fmt.Sprintf("bare-%d-%d", round, i))))
		}
	}
	handed.report(b)
	var sum time.Duration
	for _, gap := range idle {
		sum += gap
	}
	perTask := sum / time.Duration(len(idle))
	b.ReportMetric(middle(bare), "bare-ms")
	b.ReportMetric(millis(handed[len(handed)/2])/middle(bare), "ratio")
	b.ReportMetric(100*float64(perTask)/float64(20*time.Minute), "%idle")
	b.ReportMetric(float64(len(handed)), "hand-offs")
}

// gaps are the pauses between the end of each agent's work and the start of the
// next agent that was not there before.
func (b *bench) gaps(before map[fm.TaskID]time.Time) []time.Duration {
	b.Helper()
	began, finished := b.stamps("began"), b.stamps("finished")
	var all []time.Duration
	for id, end := range finished {
		if _, old := before[id]; old {
			continue
		}
		var next time.Time
		for _, at := range began {
			if at.After(end) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
		if !next.IsZero() {
			all = append(all, next.Sub(end))
		}
	}
	if len(all) == 0 {
		b.Fatalf("no agent began after another one's end: began %v, finished %v", began, finished)
	}
	return all
}

// bareHandOff makes a worktree and a session with nothing but git and tmux.
func (b *bench) bareHandOff(name string) time.Duration {
	b.Helper()
	path, socket := filepath.Join(b.dir, name), b.bareSocket()
	began := time.Now()
	b.runs(b.project.Root, "git", "worktree", "add", "--quiet", "-b", name, path)
	b.runs(b.dir, "tmux", "-S", socket, "new-session", "-d", "-s", name, "-c", path, "exec sleep 1000")
	took := time.Since(began)
	b.runs(b.dir, "tmux", "-S", socket, "kill-session", "-t", "="+name)
	b.runs(b.project.Root, "git", "worktree", "remove", "--force", path)
	b.runs(b.project.Root, "git", "branch", "--quiet", "-D", name)
	return took
}

// bareSocket is that of a tmux server which fm does not know.
func (b *bench) bareSocket() string { return filepath.Join(b.dir, "bare") }

// runs has a program come to its end.
func (b *bench) runs(dir string, argv ...string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = dir, b.environ, time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%q: %v\n%s", argv, err, out)
	}
}

// BenchmarkDeathIsMended is the time from the end of an agent's process to the
// start of another one that goes on with its conversation, where no backoff
// comes between: at an attempt's first death.
func BenchmarkDeathIsMended(b *testing.B) {
	var all lags
	for b.Loop() {
		// At most three of eight: more would be taken for the machine's fault.
		const workers, deaths = 8, 3
		w := newBench(b, fm.Config{})
		w.write(w.project.ConfigFile(), fm.Config{Agent: stampedAgent(w)})
		var parts []object
		for i := range workers {
			parts = append(parts, object{"title": fmt.Sprintf("Hang %d", i+1), "turns": turn(does("hang", nil))})
		}
		w.must("work", string(newMarket(w, parts)), "--workers", fmt.Sprint(workers))
		w.busy(workers)
		pids := w.pids()
		for range deaths {
			before := w.stamps("began")
			var run fm.Run
			for run = range pids {
				break
			}
			killed := time.Now()
			w.kill(pids[run])
			delete(pids, run)
			var again time.Time
			w.until("the next agent of "+string(run.Task), time.Minute, func() (any, bool) {
				again = w.stamps("began")[run.Task]
				return again, again.After(before[run.Task])
			})
			all = append(all, again.Sub(killed))
		}
		w.end()
	}
	all.report(b)
}

// kill ends a process that the bench has started.
func (b *bench) kill(pid int) {
	b.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		b.Fatal(err)
	}
}
