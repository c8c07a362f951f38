package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/github/fake"
	jirafake "github.com/founder-mode/fm/jira/fake"
)

// theater is a project in which a kind of work is played, with a program of fm
// of its own that can be told where to die.
type theater struct {
	*bench
	forge string
	hub   *fake.Server     // nil where the forge is not GitHub
	site  *jirafake.Server // nil where the issues are not in a Jira

	killed int // commands of the person that were killed
}

// forges are where a kind of work is played. Issues in a Jira have their pull
// requests in files.
const (
	onLocal  = "local"
	onGitHub = "github"
	onJira   = "jira"
)

// instant is where a process is killed: for the time-th time that command comes
// to the beginning or the end of a step.
type instant struct {
	command, name, when string
	time                int
}

func (i instant) String() string {
	return fmt.Sprintf("%s %s %s %d", i.command, i.name, i.when, i.time)
}

// deadly builds fm with its failpoints, once, and gives its path.
var deadly = sync.OnceValues(func() (string, error) {
	program := filepath.Join(binary, "deadly", "fm")
	return program, buildDeadly(program)
})

func buildDeadly(program string, flags ...string) error {
	build := exec.Command("go", append(append([]string{"build", "-tags", "failpoint", "-o", program}, flags...), ".")...)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build fm with failpoints: %w\n%s", err, out)
	}
	return nil
}

// newTheater makes the project of a drama. Where at is not its zero value, fm
// dies there.
func newTheater(tb testing.TB, sc drama, forge string, at instant) *theater {
	tb.Helper()
	program, err := deadly()
	if err != nil {
		tb.Fatal(err)
	}
	return theaterOf(tb, program, sc, forge, at)
}

// theaterOf is newTheater for another fm.
func theaterOf(tb testing.TB, program string, sc drama, forge string, at instant) *theater {
	tb.Helper()
	b := newBench(tb, fm.Config{})
	th := &theater{bench: b, forge: forge}
	bin := filepath.Join(b.dir, "bin")
	b.environ = append(b.environ, "PATH="+bin+":"+os.Getenv("PATH"),
		"FM_SCENARIO="+filepath.Join(b.dir, "scenario.json"), "CLAUDE_CONFIG_DIR="+filepath.Join(b.dir, "agent"), "TZ=UTC",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@localhost", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@localhost",
	)
	if err := os.Mkdir(bin, 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.Link(program, filepath.Join(bin, "fm")); err != nil {
		tb.Fatal(err)
	}
	th.witness()
	config := fm.Config{Verify: "./test", Merge: "auto", Agent: fm.AgentConfig{Command: filepath.Join(b.dir, "bin", "agent")}}
	switch forge {
	case onGitHub:
		th.openHub(&config)
	case onJira:
		th.openSite(&config)
	}
	if sc.config != nil {
		sc.config(&config)
	}
	b.write(b.project.ConfigFile(), config)
	b.write(filepath.Join(b.dir, "scenario.json"), sc.scenario)
	for _, title := range sc.issues {
		th.issue(title)
	}
	for i, title := range sc.parts {
		th.child(i+2, title)
	}
	if at != (instant{}) {
		th.file("bin/fm.crash", at.String())
	}
	return th
}

// openHub starts a GitHub for the project, with the remote's branches.
func (th *theater) openHub(config *fm.Config) {
	th.Helper()
	repo, err := git.Open(th.Context(), git.Options{Root: th.project.Root, Environ: th.environ})
	if err != nil {
		th.Fatal(err)
	}
	th.hub = fake.New(fake.Options{Merger: checked{repo, th}})
	th.Cleanup(th.hub.Close)
	config.GitHub = fm.GitHubConfig{API: th.hub.URL(), WritePause: fm.Duration(time.Millisecond), WritesPerMinute: 10000, WritesPerHour: 10000}
	th.environ = append(th.environ, "GH_TOKEN="+fake.DefaultToken, "GH_REPO="+fake.DefaultRepo)
}

// checked is a repository whose checks pass as soon as there is a commit.
type checked struct {
	*git.Repo
	th *theater
}

// Head fits [fake.Merger]. The fake holds its lock while it asks.
func (c checked) Head(ctx context.Context, branch string) (string, error) {
	sha, err := c.Repo.Head(ctx, branch)
	if err == nil && branch != "main" {
		go c.th.hub.SetCheck(sha, "test", "success") //nolint:contextcheck // what the fake asks then is no part of this question
	}
	return sha, err
}

// openSite starts a Jira for the project.
func (th *theater) openSite(config *fm.Config) {
	th.Helper()
	th.site = jirafake.New(jirafake.Options{})
	th.Cleanup(th.site.Close)
	config.Source = "jira"
	th.environ = append(th.environ, "JIRA_EMAIL="+jirafake.DefaultEmail, "JIRA_URL="+th.site.URL(), "JIRA_API_TOKEN="+jirafake.DefaultToken)
}

// issue is written by a person.
func (th *theater) issue(title string) {
	th.Helper()
	switch {
	case th.hub != nil:
		th.hub.AddIssue(fake.Issue{Title: title, Body: "As it says."})
	case th.site != nil:
		th.site.AddIssue(jirafake.Issue{Summary: title, Type: "Task", Description: "As it says."})
	default:
		th.bench.issue(title, "As it says.")
	}
}

// child is a subissue of the first issue, which a person wrote.
func (th *theater) child(id int, title string) {
	th.Helper()
	if th.hub != nil {
		th.hub.AddIssue(fake.Issue{Title: title, Body: "As it says.", Parent: 1})
		return
	}
	th.childFile(id, 1, title)
}

// id is what the n-th issue is called there.
func (th *theater) id(n int) string {
	if th.forge == onJira {
		return "PROJ-" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// file writes a file below the theater's folder.
func (th *theater) file(name, text string) {
	th.Helper()
	path := filepath.Join(th.dir, name)
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		th.Fatal(err)
	}
}

// read gives a file below the theater's folder, "" where there is none.
func (th *theater) read(name string) string {
	text, _ := os.ReadFile(filepath.Join(th.dir, name)) // see above
	return string(text)
}

// hit says whether fm was killed where it was to be.
func (th *theater) hit() bool {
	_, err := os.Stat(filepath.Join(th.dir, "bin", "fm.crashed"))
	return err == nil
}

// do is a person who gives an order until it is taken: one whose command was
// killed gives it again, and so does one whose command failed because fm had
// just died otherwise.
func (th *theater) do(args ...string) {
	th.Helper()
	th.doUnless(func() bool { return false }, args...)
}

// doUnless is [theater.do] for an order that is not given when it has been obeyed
// already.
func (th *theater) doUnless(obeyed func() bool, args ...string) {
	th.Helper()
	for try := 1; !obeyed(); try++ {
		out, err := th.run(args...)
		var exit *exec.ExitError
		switch {
		case err == nil, errors.As(err, &exit) && exit.ExitCode() == exitUnfinished:
			return
		case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled(): //nolint:forcetypeassert // on Unix
			th.killed++
		case th.hit() && strings.Contains(out, " already"): // by the one that was killed
			return
		case !th.hit() || try > 3:
			th.Fatalf("fm %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// run runs a command of fm's once.
func (th *theater) run(args ...string) (string, error) {
	th.Helper()
	ctx, cancel := context.WithTimeout(th.Context(), endurance)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(th.dir, "bin", "fm"), args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = th.project.Root, th.environ, 5*time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	th.Logf("fm %s: %v\n%s", strings.Join(args, " "), err, out.String())
	return out.String(), err
}

// sh runs a person's own command in the project.
func (th *theater) sh(line string) {
	th.Helper()
	cmd := exec.CommandContext(th.Context(), "sh", "-ec", line)
	cmd.Dir, cmd.Env = th.project.Root, th.environ
	if out, err := cmd.CombinedOutput(); err != nil {
		th.Fatalf("%s: %v\n%s", line, err, out)
	}
}

// endurance bounds a wait for a state that is to come. It says nothing about how
// long fm takes.
const endurance = 2 * time.Minute

// statuses waits until so many tasks have this status, and no task another.
func (th *theater) statuses(n int, want fm.Status) {
	th.Helper()
	th.until(fmt.Sprintf("%d tasks that are %s", n, want), endurance, func() (any, bool) {
		text, fits := th.read("app/.founder-mode/queue.txt"), 0
		for line := range strings.Lines(text) {
			cells := strings.SplitN(line, "|", 6)
			switch {
			case len(cells) < 6 || strings.HasPrefix(line, "#"):
			case fm.Status(cells[3]) == want:
				fits++
			default:
				return text, false
			}
		}
		return text, fits == n
	})
}

// close ends what runs, so that it takes nothing from those who play next.
func (th *theater) close() {
	th.endAll()
	_ = os.RemoveAll(th.dir)
}
