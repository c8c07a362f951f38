package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/github"
	"github.com/founder-mode/fm/queue"
)

// doctorCmd says what is ready and what is not, each with what to do. It
// changes nothing.
type doctorCmd struct {
	Probe bool `help:"Start the installed claude against a scripted API, in a home of its own, and see whether fm still understands it. Costs nothing, takes up to a minute."`
	JSON  bool `name:"json" help:"Print a list of objects."`
}

func (c *doctorCmd) Run(ctx context.Context, a *app) error {
	d := &doctor{json: c.JSON}
	d.house, d.lost = a.tolerant(ctx)
	d.role = examining
	if c.Probe {
		return d.probe(ctx)
	}
	return d.examine(ctx)
}

// doctor is one visit.
type doctor struct {
	*house
	lost    error // why there is no project; nil when there is
	json    bool
	results []result
}

// result is what one check found.
type result struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	Found string `json:"found"`
}

// tolerant opens the project also where there is none, and with settings that
// cannot be read: that is for the doctor to say.
func (a *app) tolerant(ctx context.Context) (*house, error) {
	h := &house{app: a, config: fm.Config{}.WithDefaults(), project: fm.Project{Root: a.dir}}
	root, err := git.FindRoot(ctx, a.dir)
	if err != nil {
		return h, err
	}
	h.project.Root = root
	if c, err := settings(h.project.ConfigFile()); err == nil {
		h.config = c
	}
	return h, nil
}

// examine makes every check, whatever the others found.
func (d *doctor) examine(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, c := range d.checks() {
		found, err := c.look(ctx)
		if ctx.Err() == context.Canceled {
			return ctx.Err()
		}
		d.say(c.name, found, err)
	}
	return d.sum()
}

// check looks at one thing. Its error is what is wrong, and what to do.
type check struct {
	name string
	look func(context.Context) (found string, err error)
}

// checks leaves out what only makes sense where the one before it held.
func (d *doctor) checks() []check {
	all := []check{{"git", git.Version}, {"tmux", d.checkTmux}, {"hooks", d.checkHooks}, {"claude", d.checkAgent}}
	if _, err := d.agent(); err == nil {
		all = append(all, check{"login", d.checkLogin})
	}
	all = append(all, check{"repository", d.checkRepository})
	if d.lost == nil {
		all = append(all,
			check{"remote", d.checkRemote}, check{"issues", d.checkIssues}, check{"settings", d.checkSettings}, check{"queue", d.checkQueue},
			check{"supervisor", d.checkSupervisor}, check{"disk", d.checkDisk},
		)
	}
	return all
}

// say takes what a check found.
func (d *doctor) say(check, found string, err error) {
	r := result{Check: check, OK: err == nil, Found: fm.Line(found, 200)}
	if err != nil {
		r.Found = text(err)
	}
	d.results = append(d.results, r)
	if !d.json {
		fmt.Fprintf(d.stdout, "%s %-12s %s\n", mark(r.OK), r.Check, r.Found)
	}
}

func mark(ok bool) string { //nolint:revive // flag-parameter: the mark shows it
	if ok {
		return "✓"
	}
	return "✗"
}

// sum ends the visit; exit code 1 when something is to be mended.
func (d *doctor) sum() error {
	wrong := 0
	for _, r := range d.results {
		if !r.OK {
			wrong++
		}
	}
	if d.json {
		if err := d.print(d.results); err != nil {
			return err
		}
	}
	switch {
	case wrong > 0 && d.json:
		return exitError{code: exitFailure}
	case wrong > 0:
		return exitError{code: exitFailure, err: fmt.Errorf("%s to mend", plural(wrong, "thing"))}
	case !d.json:
		fmt.Fprintln(d.stdout, "\nAll is well. Whether fm understands the installed claude, this says: fm doctor --probe")
	}
	return nil
}

func (d *doctor) print(v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		fmt.Fprintf(d.stdout, "%s\n", text)
	}
	return err
}

func (d *doctor) checkTmux(ctx context.Context) (found string, err error) {
	server, err := d.terminal(ctx, func() {})
	if err == nil {
		found = server.Version()
	}
	return found, err
}

// checkHooks looks at what the hooks of agents call: this program, by its path.
func (d *doctor) checkHooks(context.Context) (found string, err error) {
	self, err := os.Executable()
	if err == nil {
		_, err = os.Stat(self)
	}
	if err != nil {
		err = fmt.Errorf("agents report to this fm, and it is not there any more (%w): install it again", err)
	}
	return self + " hook", err
}

func (d *doctor) checkAgent(ctx context.Context) (found string, err error) {
	agent, err := d.agent()
	if err != nil {
		return "", err
	}
	version, err := agent.Version(ctx)
	if err != nil {
		return "", fmt.Errorf("%w: run it by hand to see what is wrong", err)
	}
	return version + " at " + agent.Path(), nil
}

func (d *doctor) checkLogin(ctx context.Context) (found string, err error) {
	agent, err := d.agent()
	if err != nil {
		return "", err
	}
	login, err := agent.Login(ctx)
	switch {
	case err != nil:
		return "not known: this claude does not say without a request", nil //nolint:nilerr // an older release
	case !login.In:
		return "", errors.New("claude is not logged in: run claude and log in, or set ANTHROPIC_API_KEY")
	}
	return "logged in (" + login.How + "); whether it is still taken, the first request shows", nil
}

func (d *doctor) checkRepository(context.Context) (found string, err error) {
	return d.project.Root, d.lost
}

func (d *doctor) checkRemote(ctx context.Context) (found string, err error) {
	found, err = git.FindRemote(ctx, git.Options{Root: d.project.Root, Remote: d.config.Remote, WorktreeDir: d.config.WorktreeDir, Environ: d.environ})
	if err == nil && found == "" {
		err = errors.New("the repository has no remote to push to: add one with git remote add origin URL")
	}
	return found, err
}

// checkIssues looks at where issues and pull requests live. It never shows a
// token, only where it is from.
func (d *doctor) checkIssues(ctx context.Context) (found string, err error) {
	p, err := d.whereabouts(ctx)
	if err != nil {
		return "", err
	}
	if p.source == localSource {
		return strings.TrimSuffix("files in "+d.project.Issues()+"; "+advice(d.lacking), "; "), nil
	}
	o, err := d.office(ctx)
	if err != nil {
		return "", err
	}
	if err := o.check(ctx); err != nil {
		return "", err
	}
	if p.source == jiraSource {
		found = p.String()
		if p.repo == "" {
			return found + ", pull requests in files", nil
		}
		found += ", pull requests on "
	}
	repo, err := github.ParseRepo(p.repo)
	if err != nil {
		return "", err
	}
	got, err := d.keys(repo.Host).take(time.Now())
	if err != nil {
		return "", err
	}
	found += fmt.Sprintf("%s on GitHub, token from %s, which may push", repo, got.source)
	if left := quotaText(o.quota(), time.Now()); left != "" {
		found += "; " + left
	}
	return found, nil
}

func advice(err error) string {
	if err == nil {
		return ""
	}
	return text(err)
}

func (d *doctor) checkSettings(context.Context) (found string, err error) {
	path := d.project.ConfigFile()
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return "the defaults; fm init writes a file to change them", nil
	}
	_, err = settings(path)
	if err == nil {
		_, err = d.wanted()
	}
	return path, err
}

func (d *doctor) checkQueue(ctx context.Context) (found string, err error) {
	if !d.used() {
		return "nothing has been started yet", nil
	}
	q, err := d.openQueue(ctx)
	if errors.Is(err, queue.ErrCorrupt) {
		err = fmt.Errorf("%w: fm stop --now, then fm queue rebuild", err)
	}
	if err != nil {
		return "", err
	}
	snap := q.Snapshot()
	for _, p := range snap.Problems {
		return "", fmt.Errorf("%s: %s", p.What, p.Do)
	}
	return plural(len(snap.Tasks), "task"), nil
}

// checkSupervisor wants one where there is something left to do.
func (d *doctor) checkSupervisor(ctx context.Context) (found string, err error) {
	const down = "does not run"
	if !d.used() { // and no lock to look at, which the look would make
		return down + ", and nothing has been started yet", nil
	}
	if pid, alive := d.supervisorPID(); alive {
		return fmt.Sprintf("runs, pid %d", pid), nil
	}
	if w, err := d.wanted(); err == nil && w.Stop != "" {
		return down + ": it was stopped", nil
	}
	q, err := d.openQueue(ctx)
	if err != nil {
		return down, nil //nolint:nilerr // the check of the queue has said so
	}
	left := 0
	for _, t := range q.Snapshot().Tasks {
		if !t.Status.Over() {
			left++
		}
	}
	if left > 0 {
		return "", fmt.Errorf("it does not run, and %s not over: fm recover", are(left, "task"))
	}
	return down + ", and nothing is left to do", nil
}

func are(n int, word string) string {
	if n == 1 {
		return "1 " + word + " is"
	}
	return plural(n, word) + " are"
}

// leastDisk is what a worktree or two and their builds need, in bytes.
const leastDisk = 1 << 30

func (d *doctor) checkDisk(context.Context) (found string, err error) {
	dir := d.project.Root
	if trees := d.config.WorktreeDir; filepath.IsAbs(trees) {
		dir = filepath.Dir(trees)
	}
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return "", fmt.Errorf("look at the disk of %s: %w", dir, err)
	}
	free := s.Bavail * uint64(s.Bsize)
	found = fmt.Sprintf("%.1f GB free", float64(free)/1e9)
	if free < leastDisk {
		err = fmt.Errorf("%s at %s: make room, every task needs a worktree", found, dir)
	}
	return found, err
}
