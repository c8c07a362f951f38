package disk

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/local"
	"github.com/founder-mode/fm/queue"
)

// What scripts/powercut says to this test, in the environment.
const (
	powerRole   = "FM_POWER_ROLE"   // write: be the process whose power goes
	powerDir    = "FM_POWER_DIR"    // where it writes; or where file systems may be mounted
	powerCuts   = "FM_POWER_CUTS"   // so many for each file system
	powerOnly   = "FM_POWER_FS"     // ext4 or xfs; both when it is empty
	powerLazily = "FM_POWER_LAZILY" // yes: the queue's files are never synced
)

// ack is what a process was told to be durable, and passes on to somebody whose
// power does not go.
type ack struct {
	Kind     string // task, claim, issue, closed, pushed, pull, merged
	ID       string
	Revision uint64 `json:",omitempty"`
	Attempt  int    `json:",omitempty"`
	Cost     fm.USD `json:",omitempty"`
	Text     string `json:",omitempty"` // a status, a title, a commit
}

// writer drives the queue, the local tracker and forge, and git.
type writer struct {
	ctx context.Context //nolint:containedctx // of the process that it is
	dir string
	env []string

	mu  sync.Mutex
	out *json.Encoder
}

func newWriter(ctx context.Context, dir string, out io.Writer) *writer {
	return &writer{ctx: ctx, dir: dir, env: gitEnv(), out: json.NewEncoder(out)}
}

func gitEnv() []string {
	return append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
}

func (w *writer) tell(a ack) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.out.Encode(a) // nobody hears it any more
}

func (w *writer) path(name string) string { return filepath.Join(w.dir, name) }

// lazily is a disk that is never synced.
type lazily struct{ actual }

type lazyFile struct{ file }

func (l lazily) open(name string, flag int, perm os.FileMode) (file, error) {
	f, err := l.actual.open(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return lazyFile{f}, nil
}

func (lazyFile) Sync() error { return nil }

func openPower(ctx context.Context, dir string) (*queue.Queue, error) {
	f, err := Open(dir)
	if err != nil {
		return nil, err
	}
	if os.Getenv(powerLazily) != "" {
		f = open(lazily{}, dir, os.Getpid())
	}
	return queue.Open(ctx, queue.Files{Log: f.Log, View: f.View, Lock: f.Lock})
}

// queueing takes tasks through their lives as fast as it can, until something
// fails or rounds are over.
func (w *writer) queueing(rounds int) error {
	q, err := openPower(w.ctx, w.path("queue"))
	if err != nil {
		return err
	}
	s, err := q.Refresh(w.ctx, time.Now())
	first := len(s.Tasks)
	for n := first; err == nil && n < first+rounds; n++ {
		err = w.oneTask(q, n)
	}
	return err
}

func (w *writer) oneTask(q *queue.Queue, n int) error {
	commit := func(kind string, changes ...queue.Change) error {
		s, err := q.Commit(w.ctx, time.Now(), changes...)
		if err != nil {
			return err
		}
		for _, c := range changes {
			t, _ := s.Task(c.Task.ID)
			w.tell(ack{Kind: kind, ID: string(t.ID), Revision: t.Revision, Attempt: t.Attempt, Cost: t.Spent.Cost, Text: string(t.Status)})
		}
		return nil
	}
	task := func(id fm.TaskID) fm.Task {
		t, _ := q.Snapshot().Task(id)
		return t
	}
	id := fm.TaskID(strconv.Itoa(n))
	var changes []queue.Change
	for i := range 1 + 150*(n%16/15) { // now and then so many that they need several blocks
		extra := fm.Task{ID: fm.TaskID(fmt.Sprintf("%s.%d", id, i)), Parent: "9", Title: "One of many that are added at once"}
		changes = append(changes, queue.Add(extra, time.Now()))
	}
	changes = append(changes, queue.Add(fm.Task{ID: id, Parent: "9", Title: "Part " + string(id)}, time.Now()))
	if err := commit("task", changes...); err != nil {
		return err
	}
	steps := []func() (string, queue.Change){
		func() (string, queue.Change) { return "claim", queue.Claim(task(id), 3, time.Now()) },
		func() (string, queue.Change) {
			return "task", queue.Spend(task(id), fm.Spending{Cost: 10_000, Tokens: 100}, time.Now())
		},
		func() (string, queue.Change) { return "task", queue.Fail(task(id), "tests fail", 5, time.Now()) },
		func() (string, queue.Change) { return "claim", queue.Claim(task(id), 4, time.Now()) },
		func() (string, queue.Change) { return "task", queue.Publish(task(id), time.Now()) },
		func() (string, queue.Change) { return "task", queue.Complete(task(id), string(id), time.Now()) },
	}
	for _, step := range steps {
		kind, c := step()
		if err := commit(kind, c); err != nil {
			return err
		}
	}
	return nil
}

// working makes issues, does their work, publishes and merges it.
func (w *writer) working(rounds int) error {
	repo, err := w.repository()
	if err != nil {
		return err
	}
	tracker, forge := local.NewTracker(w.path("issues")), local.NewForge(w.path("pulls"), repo)
	for range rounds {
		if err := w.oneIssue(repo, tracker, forge); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) repository() (*git.Repo, error) {
	root, remote := w.path("checkout"), w.path("remote.git")
	if _, err := os.Stat(filepath.Join(root, "ready")); err != nil {
		if err := errors.Join(os.RemoveAll(root), os.RemoveAll(remote), os.MkdirAll(root, 0o755), os.MkdirAll(remote, 0o755)); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(root, "main.txt"), []byte("one\n"), 0o600); err != nil {
			return nil, err
		}
		if err := git.Create(w.ctx, root, remote, "first", w.env); err != nil {
			return nil, err
		}
		// The user's repository is from long ago.
		syscall.Sync()
		if err := os.WriteFile(filepath.Join(root, "ready"), nil, 0o600); err != nil {
			return nil, err
		}
	}
	return git.Open(w.ctx, git.Options{Root: root, Environ: w.env})
}

func (w *writer) oneIssue(repo *git.Repo, tracker *local.Tracker, forge *local.Forge) error {
	issue, err := tracker.Add(w.ctx, "An issue of its own", "Body.")
	if err != nil {
		return err
	}
	w.tell(ack{Kind: "issue", ID: string(issue.ID), Text: issue.Title})
	at := fm.Task{ID: fm.TaskID(issue.ID)}.Site()
	dir, base, err := repo.Prepare(w.ctx, at)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "file-"+string(issue.ID)), []byte("text\n"), 0o600); err != nil {
		return err
	}
	for _, args := range [][]string{{"add", "--all"}, {"commit", "--quiet", "--message=Part " + string(issue.ID)}} {
		if err := w.agent(dir, args...); err != nil {
			return err
		}
	}
	sha, err := repo.Push(w.ctx, at)
	if err != nil {
		return err
	}
	w.tell(ack{Kind: "pushed", ID: at.Branch, Text: sha})
	p, err := forge.Open(w.ctx, fm.Proposal{Task: fm.TaskID(issue.ID), Title: issue.Title, Head: at.Branch, Base: base})
	if err != nil {
		return err
	}
	w.tell(ack{Kind: "pull", ID: p.Number, Text: p.Head})
	if _, err := forge.Merge(w.ctx, p.Number, sha); err != nil {
		return err
	}
	w.tell(ack{Kind: "merged", ID: p.Number, Text: sha})
	if err := tracker.Close(w.ctx, issue.ID, "Merged."); err != nil {
		return err
	}
	w.tell(ack{Kind: "closed", ID: string(issue.ID)})
	return nil
}

// agent is git as an agent uses it, which syncs nothing.
func (w *writer) agent(dir string, args ...string) error {
	cmd := exec.CommandContext(w.ctx, "git", args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = dir, w.env, time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, out)
	}
	return nil
}

// play is the process whose power goes: it writes until it cannot.
func play(dir string, out io.Writer, rounds int) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w := newWriter(ctx, dir, out)
	errs := make(chan error, 2)
	go func() { errs <- w.queueing(rounds) }()
	go func() { errs <- w.working(rounds) }()
	if err := errors.Join(<-errs, <-errs); err != nil {
		w.tell(ack{Kind: "error", Text: err.Error()})
		return 1
	}
	return 0
}

// course is a writer that runs, and what it said.
type course struct {
	cmd   *exec.Cmd
	ended chan struct{}

	mu   sync.Mutex
	said []ack
}

func start(ctx context.Context, dir string, env ...string) (*course, error) {
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestWhatIsToldIsThereAfterAPowerCut$")
	cmd.Env = append(append(os.Environ(), powerRole+"=write", powerDir+"="+dir), env...)
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &course{cmd: cmd, ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var a ack
			if json.Unmarshal(lines.Bytes(), &a) == nil {
				c.mu.Lock()
				c.said = append(c.said, a)
				c.mu.Unlock()
			}
		}
	}()
	return c, nil
}

// heard is what it has said so far.
func (c *course) heard() []ack {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.said)
}

// end kills the process and tells all that it said.
func (c *course) end() []ack {
	_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) // it may have ended
	<-c.ended
	_ = c.cmd.Wait() // killed, as ordered
	return c.heard()
}

// TestWhatIsToldIsThereAfterAPowerCut: in the ordinary run the process is killed
// only, so that what scripts/powercut needs is known to work; the script has it
// mount file systems of its own and cut their power.
//
// Fault: F26.
func TestWhatIsToldIsThereAfterAPowerCut(t *testing.T) {
	if os.Getenv(powerRole) != "" {
		os.Exit(play(os.Getenv(powerDir), os.Stdout, 1<<20))
	}
	if cuts, _ := strconv.Atoi(os.Getenv(powerCuts)); cuts > 0 {
		cutReally(t, cuts)
		return
	}
	dir := t.TempDir()
	// First, since a git outlives who is killed while it makes the repository.
	if _, err := newWriter(t.Context(), dir, io.Discard).repository(); err != nil {
		t.Fatal(err)
	}
	told := newTold()
	for range 2 {
		c, err := start(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		for enough := 40 + rand.IntN(60); len(c.heard()) < enough; {
			select {
			case <-c.ended:
				t.Fatalf("it ended by itself: %+v", c.heard())
			case <-time.After(5 * time.Millisecond):
			}
		}
		told.hear(c.end())
		if broken := told.check(t.Context(), dir); len(broken) > 0 {
			t.Errorf("after %d: %q", told.count, broken)
		}
	}
	if play(dir, io.Discard, 1) != 0 {
		t.Error("it does not go on")
	}
}
