package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/plugin"
	"github.com/founder-mode/fm/process"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/tmux"
)

// house is one project with what is needed to work on it. Each adapter is made
// when a command asks for it, so that a command pays for what it uses.
type house struct {
	*app
	project fm.Project
	config  fm.Config
	at      place // where a command chose its issues to be from; zero: as remembered
	lacking error // what issues on GitHub lack, where those in files were taken for it
	role    role
	held    os.FileInfo // the lock, of the supervisor
	broken  error       // why the settings could not be read; config is the defaults then
}

// role is who a process is for the project.
type role int

const (
	commanding  role = iota // does what a person said, and ends
	supervising             // is the supervisor
	examining               // looks at everything, and waits for nothing
)

// open finds the project that the user is in and reads its settings.
func (a *app) open(ctx context.Context) (*house, error) {
	h, err := a.find(ctx)
	if err == nil {
		err = h.broken
	}
	return h, err
}

// find is open for commands that can do without the settings.
func (a *app) find(ctx context.Context) (*house, error) {
	root, err := a.root(ctx)
	if err != nil {
		return nil, mendable(err)
	}
	h := a.house(ctx, root)
	if h.linked() {
		_, err = h.came(ctx)
	}
	return h, err
}

// house reads the settings of the project in a folder.
func (a *app) house(ctx context.Context, root string) *house {
	h := &house{app: a, project: fm.Project{Root: root}}
	h.config, h.broken = h.settings(ctx)
	return h
}

// settings reads those that are in force; with an error, those are the defaults.
func (h *house) settings(ctx context.Context) (fm.Config, error) {
	c, err := settings(h.project.ConfigFile())
	if err == nil {
		err = h.untrusted(ctx, c)
	}
	if err != nil {
		return fm.Config{}.WithDefaults(), err
	}
	return c, nil
}

// visit is open for commands that only make sense where there has been work.
// They leave no trace where there was none.
func (a *app) visit(ctx context.Context) (*house, error) {
	h, err := a.open(ctx)
	if err != nil {
		return nil, err
	}
	return h, h.seenWork()
}

// seenWork refuses a project in which there has been no work.
func (h *house) seenWork() error {
	if !h.used() {
		return usage("nothing has been started in %s yet; begin with: fm work ISSUES", h.project.Root)
	}
	return nil
}

// visitQueue is visit with a look at the queue.
func (a *app) visitQueue(ctx context.Context) (*house, *queue.Queue, queue.Snapshot, error) {
	h, err := a.visit(ctx)
	if err != nil {
		return nil, nil, queue.Snapshot{}, err
	}
	q, err := h.openQueue(ctx)
	if err != nil {
		return nil, nil, queue.Snapshot{}, err
	}
	snap, err := q.Refresh(ctx, time.Now())
	return h, q, snap, err
}

// taskVisit is a look at one task.
type taskVisit struct {
	house *house
	queue *queue.Queue
	snap  queue.Snapshot
	task  fm.Task
}

// visitTask finds the task that the user names.
func (a *app) visitTask(ctx context.Context, word string) (taskVisit, error) {
	id, err := fm.ParseTaskID(word)
	if err != nil {
		return taskVisit{}, usage("%v", err)
	}
	h, q, snap, err := a.visitQueue(ctx)
	if err != nil {
		return taskVisit{}, err
	}
	t, ok := snap.Task(id)
	if !ok {
		return taskVisit{}, unqueued(id)
	}
	return taskVisit{house: h, queue: q, snap: snap, task: t}, nil
}

func unqueued(id fm.TaskID) error {
	return usage("%s is not in the queue; see: fm queue show", id.Ref())
}

// used says whether fm has worked in the project. Settings and issues alone
// may come with the repository.
func (h *house) used() bool {
	for _, path := range []string{h.project.Ledger(), h.project.Queue(), h.project.StateFile()} {
		if _, err := os.Lstat(path); err == nil {
			return true
		}
	}
	return false
}

// settle makes the project's folders. The outer one may have come with the
// repository, and be open to others then.
func (h *house) settle() error {
	if info, err := os.Lstat(h.project.Dir()); err == nil && info.IsDir() && info.Mode().Perm()&othersRights != 0 && !h.used() {
		if err := os.Chmod(h.project.Dir(), ownRights); err != nil {
			return err
		}
	}
	for _, dir := range []string{"events", "journal", "launch", "logs", "plans", "issues", "pulls"} {
		if err := os.MkdirAll(h.project.File(dir), 0o700); err != nil {
			return err
		}
	}
	return plugin.Install(h.project.File("plugin"))
}

func (h *house) openQueue(ctx context.Context) (*queue.Queue, error) {
	files, err := disk.Open(h.project.Dir())
	if err != nil {
		return nil, err
	}
	return queue.Open(ctx, h.traced(queue.Files{Log: files.Log, View: files.View, Lock: files.Lock}))
}

// repo opens the repository. Where the issues are on GitHub, git asks fm for the
// token, and over https nobody else.
func (h *house) repo(ctx context.Context) (*git.Repo, error) {
	o := git.Options{
		Root: h.project.Root, WorktreeDir: h.config.WorktreeDir, Remote: h.config.Remote, Base: h.config.Base, Environ: h.environ,
		Ran: h.ran,
	}
	var err error
	if o.Credential, err = h.credential(); err != nil {
		return nil, err
	}
	return git.Open(ctx, o)
}

// remoteURL is where branches are pushed.
func (h *house) remoteURL(ctx context.Context) (string, error) {
	repo, err := h.repo(ctx)
	if err != nil {
		return "", err
	}
	return repo.RemoteURL(ctx)
}

// worktree is the folder of a task's work.
func (h *house) worktree(t fm.Task) string { return h.folder(t.Site()) }

// folder is where a site has its files.
func (h *house) folder(at fm.Site) string {
	if at.Main {
		return h.project.Root
	}
	dir := h.config.WorktreeDir
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(h.project.Root, dir)
	}
	return filepath.Join(dir, fm.Worktree(at.Task))
}

// terminal is the project's tmux server. The environment that it hands to
// workers holds no secret but the agent's own.
func (h *house) terminal(ctx context.Context, wake func()) (*tmux.Server, error) {
	return tmux.New(ctx, tmux.Options{
		Socket: h.project.Socket(), ConfFile: h.project.File("tmux.conf"), Environ: claude.Scrub(h.environ, h.config.Agent.Environment), Wake: wake, Ran: h.ran,
		Width: h.config.Tmux.Width, Height: h.config.Tmux.Height, History: h.config.Tmux.History,
	})
}

func (h *house) agent() (*claude.Claude, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, err
	}
	return claude.New(claude.Options{Project: h.project, Config: h.config.Agent, Self: self, Home: home, Environ: h.environ, Ran: h.ran})
}

// reader reads what agents left, which needs no agent: its command is never
// run.
func (h *house) reader() (*claude.Claude, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, err
	}
	return claude.New(claude.Options{Project: h.project, Config: fm.AgentConfig{Command: self}, Self: self, Home: home, Environ: h.environ})
}

// verifier runs the project's verify command, which the next supervisor finds by
// its mark if this one is killed.
func (h *house) verifier() process.Verifier {
	return process.Verifier{
		Command: h.config.Verify, Limit: time.Duration(h.config.Health.Verify), LogDir: h.project.Logs(),
		Environ: append(claude.Scrub(h.environ, h.config.Agent.Environment), claude.VerifyMark(h.project)),
	}
}

// self is the command that starts fm again with the given words, on this
// project.
func (h *house) self(words ...string) (fm.Command, error) {
	path, err := os.Executable()
	if err != nil {
		return fm.Command{}, fmt.Errorf("find fm itself: %w", err)
	}
	return fm.Command{Dir: h.project.Root, Argv: append([]string{path, "-C", h.project.Root}, words...)}, nil
}
