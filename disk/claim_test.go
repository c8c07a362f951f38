package disk

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// TestMain lets the test binary play the other processes.
func TestMain(m *testing.M) {
	if name := os.Getenv("FM_DISK_HOLD"); name != "" {
		os.Exit(hold(name))
	}
	if dir := os.Getenv("FM_DISK_CLAIM"); dir != "" {
		os.Exit(claimAll(dir, os.Getenv("FM_DISK_WORKER")))
	}
	if words := os.Getenv(contestRole); words != "" {
		os.Exit(contend(words, os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func openDir(ctx context.Context, dir string) (*queue.Queue, error) {
	f, err := Open(dir)
	if err != nil {
		return nil, err
	}
	return queue.Open(ctx, queue.Files{Log: f.Log, View: f.View, Lock: f.Lock})
}

// claimAll claims and completes tasks until none is left, and says so on its
// output before each next step. What an earlier life of it had claimed, it
// releases.
func claimAll(dir, worker string) int {
	ctx := context.Background()
	me, err := fm.ParseWorkerID(worker)
	if err != nil {
		return 2
	}
	q, err := openDir(ctx, dir)
	for err == nil {
		var s queue.Snapshot
		if s, err = q.Refresh(ctx, time.Now()); err != nil {
			break
		}
		var c queue.Change
		ready := queue.Ready(s.Tasks, time.Now())
		word := "claim"
		switch mine, ok := heldBy(s, me); {
		case ok:
			word, c = "release", queue.Release(mine, "died", time.Now())
		case len(ready) == 0:
			return 0
		default:
			c = queue.Claim(ready[0], me, time.Now())
		}
		if s, err = q.Commit(ctx, time.Now(), c); errors.Is(err, queue.ErrStale) {
			err = nil
			continue
		}
		if err != nil || word == "release" {
			continue
		}
		t, _ := s.Task(c.Task.ID)
		held, err := only(dir, t)
		if err != nil {
			break
		}
		fmt.Println("claim", t.ID, t.Attempt)
		if _, err = q.Commit(ctx, time.Now(), queue.Spend(t, fm.Spending{Cost: 10_001, Tokens: 7}, time.Now())); err != nil {
			continue
		}
		if err = held.Release(); err != nil {
			break
		}
		if _, err = q.Commit(ctx, time.Now(), queue.Complete(t, "1", time.Now())); err == nil {
			fmt.Println("done", t.ID, t.Attempt)
		}
	}
	fmt.Println("error", err)
	return 1
}

// only makes sure that nobody was given the claim before, and that nobody works
// on the task now; a process that was killed does not.
func only(dir string, t fm.Task) (*Lock, error) {
	claim := filepath.Join(dir, "claims", fmt.Sprintf("%s.%d", t.ID, t.Attempt))
	f, err := os.OpenFile(claim, os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the claim was given twice: %w", err)
	}
	lock, holder, err := TryLock(filepath.Join(dir, "claims", string(t.ID)+".lock"), strconv.Itoa(os.Getpid()))
	if err != nil {
		return nil, fmt.Errorf("process %s works on the task: %w", holder, err)
	}
	return lock, f.Close()
}

func heldBy(s queue.Snapshot, w fm.WorkerID) (fm.Task, bool) {
	for _, t := range s.Tasks {
		if t.Status == fm.Working && t.Worker == w {
			return t, true
		}
	}
	return fm.Task{}, false
}

// record is what the processes said.
type record struct {
	mu     sync.Mutex
	claims map[string]int // "456 2"
	done   map[string]int // "456"
	errors []string
	killed int
}

// run starts one process and kills it a moment after some lines, unless kill is
// 0. It says whether the process came to the end of the queue.
func (r *record) run(ctx context.Context, dir string, worker, kill int) (finished bool, err error) {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "FM_DISK_CLAIM="+dir, "FM_DISK_WORKER="+strconv.Itoa(worker))
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	lines := bufio.NewScanner(out)
	for n := 1; lines.Scan(); n++ {
		r.note(lines.Text())
		if n == kill {
			moment := time.Duration(rand.IntN(3000)) * time.Microsecond
			defer time.AfterFunc(moment, func() { _ = cmd.Process.Kill() }).Stop() // it may have ended
		}
	}
	return cmd.Wait() == nil, nil
}

func (r *record) note(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "claim":
		r.claims[rest]++
	case "killed":
		r.killed++
	case "done":
		id, _, _ := strings.Cut(rest, " ")
		r.done[id]++
	default:
		r.errors = append(r.errors, line)
	}
}

// Four processes claim and complete at once and are killed at random moments
// while a person appends tasks, again and again: as often as FM_KILLS says, which
// scripts/powercut --kills sets. Caught: Commit without the lock; a shared lock;
// Commit without the revision check.
//
// Fault: F1.
func TestKilledProcessesLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	const workers, each = 4, 8
	rounds := 3
	if kills, err := strconv.Atoi(os.Getenv("FM_KILLS")); err == nil {
		rounds = (kills + workers*each - 1) / (workers * each)
	}
	killed := 0
	for round := range rounds {
		killed += killingRound(t, workers, each, rand.New(rand.NewPCG(1, uint64(round))))
	}
	t.Logf("%d processes were killed, in %d rounds", killed, rounds)
}

func killingRound(t *testing.T, workers, each int, dice *rand.Rand) (killed int) {
	t.Helper()
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	const tasks = 150
	if err := os.Mkdir(filepath.Join(dir, "claims"), 0o755); err != nil {
		t.Fatal(err)
	}
	q, err := openDir(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	var changes []queue.Change
	for i := range tasks {
		changes = append(changes, queue.Add(fm.Task{ID: fm.TaskID(strconv.Itoa(i))}, time.Now()))
	}
	if _, err := q.Commit(ctx, time.Now(), changes...); err != nil {
		t.Fatal(err)
	}
	r := &record{claims: map[string]int{}, done: map[string]int{}}
	var wg sync.WaitGroup
	for w := 1; w <= workers; w++ {
		var after []int
		for range each {
			after = append(after, 1+dice.IntN(6))
		}
		wg.Go(func() {
			for _, kill := range append(after, 0) {
				finished, err := r.run(ctx, dir, w, kill)
				if err != nil {
					r.note(fmt.Sprint("error ", err))
				}
				if !finished && kill > 0 {
					r.note("killed")
				}
			}
		})
	}
	for i := range 20 {
		if err := appendText(filepath.Join(dir, "queue.txt"), fmt.Sprintf("1|9|x-%d|pending||\n", i)); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	if finished, err := r.run(ctx, dir, workers+1, 0); !finished || err != nil {
		t.Errorf("last process: %v", err)
	}
	r.check(t, dir, tasks)
	return r.killed
}

func appendText(name, text string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func (r *record) check(t *testing.T, dir string, tasks int) {
	t.Helper()
	for _, e := range r.errors {
		t.Error(e)
	}
	for run, n := range r.claims {
		if n != 1 {
			t.Errorf("claim %s was given %d times", run, n)
		}
	}
	for id, n := range r.done {
		if n != 1 {
			t.Errorf("task %s was done %d times", id, n)
		}
	}
	q, err := openDir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := q.Refresh(t.Context(), time.Now().Add(3*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if got := queue.Counts(s.Tasks); len(s.Tasks) != tasks+20 || got[fm.Completed] != tasks+20 {
		t.Errorf("%d tasks, %v; want %d completed", len(s.Tasks), got, tasks+20)
	}
	if tasks, days := sums(s); tasks != days || tasks.Tokens < 7*int64(len(r.done)) {
		t.Errorf("tasks have spent %v, and days %v; want the same, and that of %d attempts at least", tasks, days, len(r.done))
	}
}
