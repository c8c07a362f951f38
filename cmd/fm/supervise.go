package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/failpoint"
	"github.com/founder-mode/fm/process"
	"github.com/founder-mode/fm/supervisor"
	"github.com/founder-mode/fm/tmux"
	"github.com/founder-mode/fm/watch"
)

// superviseCmd is the supervisor itself: one per project, in the tmux session
// "supervisor", under a guard.
type superviseCmd struct{}

// Run supervises until the user wants an end. It returns nil then, and an
// error otherwise, so that the guard knows whether to start it again.
func (superviseCmd) Run(ctx context.Context, a *app) error {
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	h.role = supervising
	if err := h.vouched(ctx); err != nil {
		return err
	}
	if err := h.settle(); err != nil {
		return err
	}
	lock, holder, err := h.hold(ctx)
	if errors.Is(err, disk.ErrHeld) {
		return exitError{code: exitHeld, err: fmt.Errorf("another supervisor looks after this project (%s)", holder)}
	}
	if err != nil {
		return err
	}
	defer func() { _ = lock.Release() }() // the end of the process frees it, too
	if h.held, err = os.Stat(h.project.LockFile()); err != nil {
		return err
	}
	// The tmux server that hosts us may die; the workers need us then.
	process.IgnoreHangup()
	if err := h.reapVerify(ctx); err != nil {
		return err
	}
	for {
		err := h.supervise(ctx)
		news, ok := errors.AsType[settingsError](err)
		if !ok {
			return err
		}
		h = h.with(news.config)
	}
}

// hold takes the lock of the one supervisor.
func (h *house) hold(ctx context.Context) (*disk.Lock, string, error) {
	return acquire(ctx, h.project.LockFile(), fmt.Sprintf("pid %d", os.Getpid()))
}

// acquire takes a lock that others may hold for an instant: one refusal is not
// believed.
func acquire(ctx context.Context, path, text string) (*disk.Lock, string, error) {
	for try := 0; ; try++ {
		lock, holder, err := disk.TryLock(path, text)
		if !errors.Is(err, disk.ErrHeld) || try == 10 {
			return lock, holder, err
		}
		select {
		case <-ctx.Done():
			return nil, "", ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// supervise wires the adapters to the supervisor and runs it, until the user
// wants an end or has changed the settings. Then it returns [settingsError], and the
// agents go on, to be adopted as after a crash.
func (h *house) supervise(ctx context.Context) error {
	log, closeLog, err := h.log()
	if err != nil {
		return err
	}
	defer closeLog()
	wake, hint := hints()
	terminal, err := h.terminal(ctx, hint)
	if err != nil {
		return err
	}
	at, err := h.office(ctx)
	if err != nil {
		return err
	}
	o, err := h.options(ctx, terminal, at)
	if err != nil {
		log.LogAttrs(ctx, slog.LevelError, "cannot supervise", slog.String("error", err.Error()))
		return err
	}
	o.Wake, o.Log = wake, log

	ctx, cancel := context.WithCancelCause(ctx)
	var tasks sync.WaitGroup
	defer func() { cancel(nil); tasks.Wait() }()
	compare, compareHint := hints()
	watcher := h.watcher(func() { hint(); compareHint() })
	settings := reload{h: h}
	o.Show = func(s supervisor.Status) {
		s.Quota = at.quota()
		h.show(withTrouble(s, watcher.Degraded(), settings.problem(), at.remarks()))
	}
	o.Wanted = h.wantedFrom(at, cancel)
	tasks.Go(func() { _ = watcher.Run(ctx) })    // hints only: looks go on without it
	tasks.Go(func() { _ = terminal.Watch(ctx) }) // the same
	tasks.Go(func() { vitals(ctx, log) })
	tasks.Go(func() {
		if config, ok := settings.run(ctx, compare, hint); ok {
			cancel(settingsError{config})
		}
	})
	log.LogAttrs(ctx, slog.LevelInfo, "supervisor started", slog.Int("pid", os.Getpid()))
	if err := supervisor.New(o).Run(ctx); err != nil {
		if cause := context.Cause(ctx); errors.Is(err, context.Canceled) && !errors.Is(cause, context.Canceled) {
			log.LogAttrs(ctx, slog.LevelInfo, "supervisor begins again", slog.String("why", cause.Error()))
			return cause
		}
		return err
	}
	log.LogAttrs(ctx, slog.LevelInfo, "supervisor ended as wanted")
	return nil
}

// reapVerify ends the verify commands that a killed supervisor left: what they run
// would go on in a folder where this one verifies, too. One that outlives SIGKILL
// does nothing, either: it keeps nobody from beginning.
func (h *house) reapVerify(ctx context.Context) error {
	agent, err := h.reader()
	if err != nil {
		return err
	}
	if err = agent.ReapVerify(ctx); err == nil {
		return nil
	}
	log, closeLog, logErr := h.log()
	if logErr != nil {
		return logErr
	}
	defer closeLog()
	log.LogAttrs(ctx, slog.LevelWarn, "a verify command of an older supervisor lives on", slog.String("error", err.Error()))
	return nil
}

// lookout hints at changes of the project's files.
func (h *house) lookout(hint func(), dirs ...string) *watch.Watcher {
	watcher := watch.New(hint)
	for _, dir := range append(dirs, h.project.Dir()) {
		watcher.Add(dir)
	}
	return watcher
}

// watcher hints at what a supervisor would look at.
func (h *house) watcher(hint func()) *watch.Watcher {
	watcher := h.lookout(hint, h.project.File("events"), h.project.Pulls())
	watcher.Ignore(h.project.StatusFile())
	watcher.Ignore(h.statusDraft())
	return watcher
}

// errRobbed ends a supervisor whose files are gone: what it holds is no lock any
// more, and its guard starts another one.
var errRobbed = errors.New("the files of the project were removed")

// wantedFrom reads what the user wants, and has the supervisor begin again when
// the first issues came from elsewhere than it looks, somebody left another token,
// or its files are gone.
func (h *house) wantedFrom(at *office, cancel context.CancelCauseFunc) func() (supervisor.Wanted, error) {
	return func() (supervisor.Wanted, error) {
		if info, err := os.Stat(h.project.LockFile()); err != nil || !os.SameFile(info, h.held) {
			cancel(errRobbed)
		}
		if now, err := h.remembered(); err == nil && now.source != "" && now != at.place || at.stale != nil && at.stale() {
			cancel(settingsError{h.config})
		}
		return h.wanted()
	}
}

// hints gives a channel and the function that fills it, which never blocks:
// many hints at once are one.
func hints() (<-chan struct{}, func()) {
	wake := make(chan struct{}, 1)
	return wake, func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// options fits the adapters to the supervisor's ports.
func (h *house) options(ctx context.Context, terminal *tmux.Server, at *office) (supervisor.Options, error) {
	repo, err := h.repo(ctx)
	if err != nil {
		return supervisor.Options{}, err
	}
	if *h.config.Worktrees.Ready == 0 {
		_ = repo.Stock(ctx, 0) // what was kept before the setting was changed; nobody takes it
	}
	agent, err := h.agent()
	if err != nil {
		return supervisor.Options{}, err
	}
	if err := agent.Accept(ctx); err != nil {
		return supervisor.Options{}, err
	}
	q, err := h.openQueue(ctx)
	if err != nil {
		return supervisor.Options{}, err
	}
	merge := at.merge
	if h.config.Merge != "" {
		merge = supervisor.MergePolicy(h.config.Merge)
	}
	last, _ := h.lastStatus() // a missing one has no memory
	return supervisor.Options{
		Rules: supervisor.Rules{
			Attempts: h.config.Health.Attempts, StartLimit: time.Duration(h.config.Health.Start),
			Idle: time.Duration(h.config.Health.Idle), Timeout: time.Duration(h.config.Task.Timeout),
			DayBudget: fm.Dollars(h.config.Budget.Day), TaskBudget: fm.Dollars(h.config.Budget.Task),
			Grace: time.Duration(h.config.Presence.Grace), Merge: merge, DeleteBranch: h.config.DeleteBranch,
			Separate: at.place.source == jiraSource, Warn: h.config.Overlap.Warn, Ready: *h.config.Worktrees.Ready,
		},
		Queue: q, Terminal: terminal, Workspace: repo, Agent: agent, Verifier: h.verifier(),
		Tracker: at.tracker, Forge: at.forge(repo), Radar: repo, Reserve: repo,
		Dir: h.folder, Memory: last.Finishes,
		Revive:  func(ctx context.Context) error { return h.raise(ctx, terminal) },
		Explain: h.journal().add,
	}, nil
}

// raise starts the tmux server, if it does not run, with a guard in it.
func (h *house) raise(ctx context.Context, terminal *tmux.Server) error {
	return h.begin(ctx, terminal, terminal.StartSupervisor)
}

// begin is raise with a way to start the guard.
func (h *house) begin(ctx context.Context, terminal *tmux.Server, start func(context.Context, fm.Command) error) error {
	if _, err := terminal.Ensure(ctx); err != nil {
		return err
	}
	guard, err := h.self("guard")
	if err != nil {
		return err
	}
	return start(ctx, guard)
}

// show replaces status.json. It is not synced: what is in it can be seen again.
func (h *house) show(s supervisor.Status) {
	s.PID, s.Project = os.Getpid(), h.project.Root
	text, err := json.Marshal(s)
	if err != nil {
		return
	}
	defer failpoint.Step("status.write")()
	text = append(text, '\n')
	temp, path := h.statusDraft(), h.project.StatusFile()
	_ = os.Remove(temp) // whatever stands there, what it leads to is not ours
	if os.WriteFile(temp, text, 0o600) == nil && os.Rename(temp, path) == nil {
		return
	}
	_ = os.Remove(temp)       // half of one takes room that others need
	_ = overwrite(path, text) // the next one comes soon
}

// withTrouble adds why changes of files are not seen at once, why the settings
// are not those of the file, and what GitHub did not take, if so.
func withTrouble(s supervisor.Status, late, old string, remarks []string) supervisor.Status {
	s.Problems = slices.Clip(s.Problems)
	if late != "" {
		s.Problems = append(s.Problems, late+"; changes are seen some seconds late")
	}
	if old != "" {
		s.Problems = append(s.Problems, old)
	}
	s.Problems = append(s.Problems, remarks...)
	return s
}

func (h *house) statusDraft() string { return h.project.StatusFile() + ".new" }

// lastStatus reads what the supervisor last saw; with an error, the zero Status.
func (h *house) lastStatus() (supervisor.Status, error) {
	text, err := os.ReadFile(h.project.StatusFile())
	if err != nil {
		return supervisor.Status{}, err
	}
	var s supervisor.Status
	if err := json.Unmarshal(text, &s); err != nil {
		return supervisor.Status{}, err
	}
	return s, nil
}

// maxLog is when supervisor.log is rotated, at the start of a supervisor.
const maxLog = 16 << 20

// log opens logs/supervisor.log.
func (h *house) log() (*slog.Logger, func(), error) {
	path := h.supervisorLog()
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		_ = os.Rename(path, path+".1") // at worst the log goes on growing
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, nil, err
	}
	level := slog.LevelInfo
	if h.getenv("FM_DEBUG") != "" {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{Level: level})), func() { _ = file.Close() }, nil
}
