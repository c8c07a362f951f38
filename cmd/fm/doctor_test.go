package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
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
	"github.com/founder-mode/fm/claude"
	"github.com/founder-mode/fm/github"
	"github.com/founder-mode/fm/process"
	"github.com/founder-mode/fm/queue"
)

// The page of the manual has a row for each check. Run it with -update to have
// the table written anew.
func TestEveryCheckIsInTheManual(t *testing.T) {
	t.Parallel()
	const page, begin, end = "../../docs/doctor.md", "<!-- checks: begin -->\n", "<!-- checks: end -->"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no place for the table", page)
	}
	var b strings.Builder
	b.WriteString("| group | check | what is looked at, and what --fix does | what mends it |\n|---|---|---|---|\n")
	for _, c := range catalogue() {
		if c.about == "" || c.fix == "" || strings.Contains(c.about, "`--fix`") != c.mends || strings.Contains(c.fix, "fm doctor --fix") != c.mends {
			t.Errorf("%s: says %q and %q, and mends: %v", c.name, c.about, c.fix, c.mends)
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", c.group, c.name, c.about, c.fix)
	}
	want := before + begin + b.String() + end + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", page, diff)
	}
}

// findings is what fm doctor says, by check.
func (b *bench) findings(args ...string) map[string][]result {
	b.Helper()
	out, err := b.fm(append([]string{"doctor", "--json"}, args...)...)
	var all []result
	if bad := json.Unmarshal([]byte(out), &all); bad != nil {
		b.Fatalf("%v: %v\n%s", bad, err, out)
	}
	byCheck := map[string][]result{}
	wrong := false
	for _, r := range all {
		byCheck[r.Check] = append(byCheck[r.Check], r)
		wrong = wrong || !r.OK
	}
	if (err != nil) != wrong {
		b.Errorf("it ended with %v, although something is to be mended: %v", err, wrong)
	}
	return byCheck
}

// at gives the one finding of a check.
func (b *bench) at(all map[string][]result, check string) result {
	b.Helper()
	if len(all[check]) != 1 {
		b.Fatalf("%s: got %+v, want one finding", check, all[check])
	}
	return all[check][0]
}

// What becomes of a process hangs on its session first, then on the supervisor,
// then on the queue. Caught: the supervisor's business taken from it; an attempt
// that the queue has not heard of taken for one that is over.
func TestTheFateOfAProcess(t *testing.T) {
	t.Parallel()
	const mine = fm.TaskID("2")
	tidying := []fm.Field{{Key: "ph", Value: "tidying"}}
	for _, tt := range []struct {
		name       string
		task       fm.Task
		attempt    int  // of the process
		session    bool // it has one that lives
		with, none fate // with a supervisor, and without
	}{
		{"at work", fm.Task{ID: mine, Status: fm.Working, Attempt: 2}, 2, true, lives, lives},
		{"at work without a session", fm.Task{ID: mine, Status: fm.Working, Attempt: 2}, 2, false, lives, adrift},
		{"of an older attempt", fm.Task{ID: mine, Status: fm.Working, Attempt: 2}, 1, false, lives, orphaned},
		{"of a newer attempt", fm.Task{ID: mine, Status: fm.Merged, Attempt: 2}, 3, false, lives, lives},
		{"of a task that waits for its next attempt", fm.Task{ID: mine, Status: fm.Pending, Attempt: 2}, 2, false, lives, orphaned},
		{"of a task that has just been merged", fm.Task{ID: mine, Status: fm.Merged, Attempt: 2, Extra: tidying}, 2, false, lives, orphaned},
		{"of a merged task", fm.Task{ID: mine, Status: fm.Merged, Attempt: 2}, 2, false, orphaned, orphaned},
		{"of a merged task, whose session stays for people", fm.Task{ID: mine, Status: fm.Merged, Attempt: 2}, 2, true, lives, lives},
		{"of a failed task", fm.Task{ID: mine, Status: fm.Failed, Attempt: 2}, 2, false, orphaned, orphaned},
		{"of a task that is in the queue no more", fm.Task{ID: "3"}, 1, false, orphaned, orphaned},
	} {
		s := claude.Survivor{PID: 1, Run: fm.Run{Task: mine, Attempt: tt.attempt}}
		q := queueFacts{snap: queue.Snapshot{Tasks: []fm.Task{tt.task}}}
		sight := fm.Sight{Sessions: []fm.Session{{Run: s.Run, Alive: tt.session}, {Run: fm.Run{Task: "9", Attempt: 1}, Alive: true}}}
		for supervised, want := range map[bool]fate{true: tt.with, false: tt.none} {
			v := &visit{facts: &facts{holder: func() incumbent { return incumbent{alive: supervised} }}}
			if got := v.fate(s, q, sight); got != want {
				t.Errorf("%s, with a supervisor %v: got %d, want %d", tt.name, supervised, got, want)
			}
		}
	}
}

// newHang is a bench whose agent does nothing for ever, and has a tool that would
// survive its terminal.
func newHang(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, fm.Config{Agent: fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}}})
	b.environ = append(b.environ, "FM_SCENARIO="+filepath.Join(b.dir, "scenario.json"), "CLAUDE_CONFIG_DIR="+filepath.Join(b.dir, "agent"))
	type object = map[string]any
	b.write(filepath.Join(b.dir, "scenario.json"), object{"tasks": []object{{"title": "half", "turns": []object{}}, {"title": "*", "turns": []object{{
		"steps": []object{{"do": "leave_orphan"}, {"do": "write", "path": "ready.txt", "content": "x\n"}, {"do": "hang"}},
	}}}}})
	if err := os.Chmod(b.project.Dir(), 0o700); err != nil {
		t.Fatal(err)
	}
	b.must("work", string(b.issue("Serve", "It starts a server.")), "--workers", "1")
	b.until("the agent at work", 30*time.Second, func() (any, bool) {
		ready, _ := filepath.Glob(filepath.Join(b.project.Root, ".worktrees", "*", "ready.txt")) // the pattern is good
		return b.left(), len(ready) > 0
	})
	return b
}

// marked are the processes that carry the mark of the bench's project.
func (b *bench) marked() []int {
	b.Helper()
	var pids []int
	environs, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is good
	for _, path := range environs {
		environ, _ := os.ReadFile(path) // gone is not there
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil && bytes.Contains(environ, []byte("FM_PROJECT="+b.project.Root+"\x00")) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// keeps holds that --fix leaves agent, worktree and locks as they are.
func (b *bench) keeps(when string) map[string][]result {
	b.Helper()
	var before []int
	b.until("the agent and its tool alone", soon, func() (any, bool) { // hooks come and go
		before = b.marked()
		return before, len(before) == 2
	})
	found := b.findings("--fix")
	b.until(fmt.Sprintf("%s: %v alone after --fix", when, before), soon, func() (any, bool) {
		got := b.marked()
		return got, slices.Equal(got, before)
	})
	if _, err := os.Stat(filepath.Join(b.project.Root, ".worktrees", "issue-2", "ready.txt")); err != nil {
		b.Errorf("%s: %v", when, err)
	}
	for _, check := range []string{"worktrees", "locks", "queue", "files"} {
		if r := b.at(found, check); !r.OK || r.Fixed || r.Did != "" {
			b.Errorf("%s: %s says %+v", when, check, r)
		}
	}
	return found
}

// Whatever becomes of the supervisor and of tmux: while its attempt goes on, an
// agent and what it started live. The tool of an agent whose session is gone is
// told of, and left for the supervisor that comes back.
// Caught: a session that is looked for only with a supervisor; every process
// without a session ended.
func TestFixLeavesAnAttemptThatGoesOnAlone(t *testing.T) {
	t.Parallel()
	b := newHang(t)
	b.at(b.keeps("at work"), "supervisor")
	socket := filepath.Join(b.dir, fmt.Sprintf("tmux-%d", b.uid()), b.project.Socket())
	b.losesSupervisor()
	found := b.keeps("without a supervisor")
	if r := b.at(found, "supervisor"); r.OK || r.Fix != "fm recover" {
		t.Errorf("without a supervisor: %+v", r)
	}
	if r := b.at(found, "processes"); !r.OK {
		t.Errorf("agents whose session lives: %+v", r)
	}

	server, err := exec.CommandContext(t.Context(), "tmux", "-S", socket, "display-message", "-p", "#{pid}").Output()
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(server)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	b.until("the agent's tool alone", 30*time.Second, func() (any, bool) { return b.left(), len(b.marked()) == 1 })
	tool := b.marked()
	found = b.findings("--fix")
	if r := b.at(found, "processes"); r.OK || r.Fixed || r.Fix != "fm recover" || !strings.Contains(r.Found, "without a session") {
		t.Errorf("without a session: %+v", r)
	}
	if got := b.marked(); !slices.Equal(got, tool) {
		t.Errorf("process %v was there, and after --fix %v", tool, got)
	}
	b.must("recover")
	b.must("stop", "--now")
	if r := b.at(b.findings(), "processes"); !r.OK {
		t.Errorf("at the end: %+v", r)
	}
}

// writeProgram writes a script that is run at once. No process is forked
// meanwhile: it would hold the file open for writing until its own exec, and the
// script could not be run as long as that ("text file busy").
func writeProgram(t *testing.T, path, text string) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// A tmux that was upgraded while its server runs: as long as the two understand
// each other that is a warning, and with what to do otherwise.
func TestAnUpgradeOfTmuxIsSeen(t *testing.T) {
	t.Parallel()
	b := newHang(t)
	real, err := exec.LookPath("tmux")
	if err != nil {
		t.Fatal(err)
	}
	upgrade := func(name, refuses string) *bench {
		dir := filepath.Join(b.dir, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		script := "#!/bin/sh\ncase \"$*\" in\n*-V) echo 'tmux 9.9' ;;\n" + refuses + "*) exec " + real + " \"$@\" ;;\nesac\n"
		writeProgram(t, filepath.Join(dir, "tmux"), script)
		after := *b
		after.environ = append(slices.Clone(b.environ), "PATH="+dir+":"+binary+":"+os.Getenv("PATH"))
		return &after
	}
	if r := b.at(b.findings(), "tmux"); !r.OK || r.Warning {
		t.Errorf("before: %+v", r)
	}
	after := upgrade("newer", "")
	if r := b.at(after.findings(), "tmux"); !r.OK || !r.Warning || r.Fix != "fm stop && fm resume" || !strings.HasPrefix(r.Found, "9.9 is installed") {
		t.Errorf("another version: %+v", r)
	}
	after = upgrade("refuses", "*display-message*) echo 'server version is too old for client' >&2; exit 1 ;;\n")
	if r := b.at(after.findings(), "tmux"); r.OK || !strings.HasPrefix(r.Fix, "kill ") || !strings.Contains(r.Found, "(server version is too old for client)") {
		t.Errorf("a server that does not understand it: %+v", r)
	}
}

// Caught: a token's folder looked at in the place of the token.
func TestATokenThatOthersMayReadIsHidden(t *testing.T) {
	t.Parallel()
	b := newBench(t, fm.Config{Agent: fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}}})
	run := filepath.Join(b.dir, "run")
	b.environ = append(b.environ, "XDG_RUNTIME_DIR="+run)
	path := filepath.Join(run, "fm", b.project.Socket()+"."+forGitHub)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(b.project.Dir(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("hush"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := b.at(b.findings(), "files"); r.OK || r.Fix != "fm doctor --fix" || !strings.Contains(r.Found, path) {
		t.Errorf("got %+v", r)
	}
	if r := b.at(b.findings("--fix"), "files"); !r.OK || !r.Fixed {
		t.Errorf("got %+v", r)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the token: %v, %v", info.Mode(), err)
	}
	if r := b.at(b.findings(), "files"); !r.OK || r.Warning {
		t.Errorf("afterwards: %+v", r)
	}
}

// A supervisor that shows nothing new, and one whose program was replaced, as by
// an update, are told of; its guard starts another one.
func TestASupervisorThatHangsOrIsOldIsSeen(t *testing.T) {
	t.Parallel()
	b := newHang(t)
	h := &house{app: &app{environ: b.environ, getenv: func(string) string { return "" }}, project: b.project}
	pid := b.status().PID
	for ahead, want := range map[time.Duration]level{0: good, 2 * time.Minute: warning} {
		found := h.visited(t, time.Now().Add(ahead)).checkSupervisor(t.Context())
		if got, fix := levels(found); got != want || want == warning && !strings.Contains(fix, strconv.Itoa(pid)) {
			t.Errorf("%s later: %+v", ahead, found)
		}
	}
	b.must("stop", "--now")
	old := filepath.Join(b.dir, "old-fm")
	if err := os.Link(filepath.Join(binary, "fm"), old); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), old, "resume")
	cmd.Dir, cmd.Env, cmd.WaitDelay = b.project.Root, b.environ, 5*time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.Remove(old); err != nil {
		t.Fatal(err)
	}
	if r := b.at(b.findings(), "supervisor"); !r.OK || !r.Warning || !strings.HasPrefix(r.Fix, "kill ") {
		t.Errorf("got %+v", r)
	}
}

// examined is a visit in this process.
func examined(t *testing.T, change func(*doctor)) ([]result, string, error) {
	t.Helper()
	var out bytes.Buffer
	d := &doctor{house: &house{
		app:     &app{stdout: &out, stderr: io.Discard, environ: os.Environ(), getenv: os.Getenv},
		project: fm.Project{Root: t.TempDir()}, config: fm.Config{}.WithDefaults(), role: examining,
	}, limit: time.Minute}
	change(d)
	err := d.examine(t.Context())
	return d.results, out.String(), err
}

// A claude that never answers is given up, and the other checks are made.
// Caught: a deadline that only the look itself obeys.
func TestACheckThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	hangs := filepath.Join(dir, "claude")
	writeProgram(t, hangs, "#!/bin/sh\ntrap '' INT\nwhile :; do sleep 1; done\n")
	results, out, err := examined(t, func(d *doctor) {
		d.limit, d.lost = 300*time.Millisecond, fm.ErrGone
		d.config.Agent.Command = hangs
	})
	if err == nil || concluded(io.Discard, err) != exitFailure {
		t.Errorf("it ended with %v", err)
	}
	checks := []string{}
	for _, r := range results {
		checks = append(checks, r.Check)
		late := r.Check == "claude" || r.Check == "login"
		if late && (r.OK != (r.Check == "login") || r.Warning == (r.Check == "claude") || r.Found != "no answer within 300ms: something hangs there") {
			t.Errorf("%+v", r)
		}
	}
	if want := []string{"git", "tmux", "claude", "login", "hooks", "repository"}; !slices.Equal(checks, want) {
		t.Errorf("checks %v, want %v\n%s", checks, want, out)
	}
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	deaf := check{look: func(*visit, context.Context) []finding { <-never; return nil }}
	d := &doctor{house: &house{}, limit: time.Millisecond}
	if found := d.look(t.Context(), deaf, nil); len(found) != 1 || found[0].level != wrong {
		t.Errorf("a look that ignores its end: %+v", found)
	}
}

// An interrupted visit ends as one.
func TestAnInterruptedVisitEnds(t *testing.T) {
	t.Parallel()
	d := &doctor{house: &house{app: &app{stdout: io.Discard, environ: os.Environ(), getenv: os.Getenv}, project: fm.Project{Root: t.TempDir()}}, limit: time.Minute}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.examine(ctx); concluded(io.Discard, err) != exitSignal {
		t.Errorf("got %v", err)
	}
}

// levels gives the worst of some findings, and the fixes.
func levels(all []finding) (worst level, fixes string) {
	for _, f := range all {
		worst = max(worst, f.level)
		fixes += f.fix + "\n"
	}
	return worst, fixes
}

func TestVerdictsAboutTheMachine(t *testing.T) {
	t.Parallel()
	const gb = 1 << 30
	worktrees := []string{"worktrees"}
	for _, tt := range []struct {
		name  string
		found []finding
		want  level
		fix   string
	}{
		{"room", enough([]room{{of: worktrees, free: 9 * gb, inodes: 1e6, all: 2e6}}), good, ""},
		{"no limit of inodes", enough([]room{{of: worktrees, free: 9 * gb}}), good, ""},
		{"a full disk", enough([]room{{dir: "/a b", of: worktrees, free: gb - 1}, {of: worktrees, free: 9 * gb}}), wrong, "du -xh '/a b'"},
		{"no inodes", enough([]room{{dir: "/a", of: worktrees, free: 9 * gb, inodes: 9999, all: 1e6}}), wrong, "du -x --inodes /a"},
		{"watches", watches(process.Inotify{Instances: process.Share{Used: 5, Limit: 128}, Watches: process.Share{Used: 50, Limit: 8192}}), good, ""},
		{"few instances", watches(process.Inotify{Instances: process.Share{Used: 128, Limit: 128}, Watches: process.Share{Used: 50, Limit: 8192}}), warning, "sudo sysctl fs.inotify.max_user_instances=512"},
		{"few watches", watches(process.Inotify{Instances: process.Share{Used: 5, Limit: 128}, Watches: process.Share{Used: 8000, Limit: 8192}}), warning, "sudo sysctl fs.inotify.max_user_watches=32768"},
		{"a session that is not killed", survival(process.Logout{Inside: process.SessionUnit}), good, ""},
		{"a session that is", survival(process.Logout{Inside: process.SessionUnit, Kills: true, Linger: true}), warning, "systemd-run --user --scope fm resume"},
		{"services that do not linger", survival(process.Logout{Inside: process.ManagerUnit}), warning, "loginctl enable-linger"},
		{"a container", survival(process.Logout{}), aside, ""},
	} {
		if got, fix := levels(tt.found); got != tt.want || !strings.Contains(fix, tt.fix) {
			t.Errorf("%s: %+v, want level %d and %q", tt.name, tt.found, tt.want, tt.fix)
		}
	}
}

// Caught: an end of a token that is far passed over; a token that is shown.
func TestVerdictsAboutATokenShowNoToken(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	v := &visit{house: &house{project: fm.Project{Root: t.TempDir()}}, facts: &facts{now: func() time.Time { return now }}}
	workflows := filepath.Join(v.project.Root, ".github", "workflows")
	if err := os.MkdirAll(workflows, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(workflows, "ci.yml"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	repo, err := github.ParseRepo("acme/widget")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		key   key
		grant github.Grant
		want  level
		says  string
		fix   string
	}{
		{key{"ghp_hush", "GH_TOKEN"}, github.Grant{Login: "ada", Told: true, Scopes: []string{"repo", "workflow"}}, good, "a classic token of ada, scopes repo, workflow", ""},
		{key{"gho_hush", fromGh}, github.Grant{Told: true, Scopes: []string{"gist"}, Lacking: []string{"the scope repo"}}, wrong, "lacks the scope repo for acme/widget", "gh auth refresh --hostname github.com --scopes repo,workflow"},
		{key{"ghp_hush", "GH_TOKEN"}, github.Grant{Told: true, Scopes: []string{"repo"}}, warning, "lacks the scope workflow", "unset GH_TOKEN && gh auth login"},
		{key{"github_pat_hush", "GH_TOKEN"}, github.Grant{Doubtful: []string{"Issues", "Contents"}}, good, "whether it may write Issues, Contents GitHub does not tell", ""},
		{key{"github_pat_hush", "GH_TOKEN"}, github.Grant{Expires: now.Add(6 * 24 * time.Hour)}, warning, "ends on 2026-11-26", "gh auth login"},
		{key{"github_pat_hush", "GH_TOKEN"}, github.Grant{Expires: now.Add(30 * 24 * time.Hour)}, good, "; ends on 2026-12-20", ""},
		{key{"ghs_hush", "/run/x"}, github.Grant{}, good, "a token of an app", ""},
	} {
		found := v.granted(repo, tt.key, tt.grant)
		got, fix := levels(found)
		if text := fmt.Sprintf("%+v", found); got != tt.want || !strings.Contains(text, tt.says) || !strings.Contains(fix, tt.fix) || strings.Contains(text, "hush") {
			t.Errorf("%+v: got %s, want %q and %q", tt.grant, text, tt.says, tt.fix)
		}
	}
}

// kept makes a queue of so many tasks, at a time.
func kept(tb testing.TB, tasks int, at time.Time) *house {
	tb.Helper()
	h := &house{app: &app{environ: os.Environ(), getenv: os.Getenv, stdout: io.Discard}, project: fm.Project{Root: tb.TempDir()}}
	q, err := h.openQueue(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	var changes []queue.Change
	for i := range tasks {
		changes = append(changes, queue.Add(fm.Task{ID: fm.TaskID(strconv.Itoa(i + 2)), Parent: "1", Title: "A task | of the queue"}, at))
	}
	if _, err := q.Commit(tb.Context(), at, changes...); err != nil {
		tb.Fatal(err)
	}
	return h
}

func (h *house) visited(t *testing.T, now time.Time) *visit {
	t.Helper()
	return &visit{house: h, facts: &facts{
		now:    func() time.Time { return now },
		queue:  func() (queueFacts, error) { return h.rehearse(t.Context(), now) },
		holder: h.incumbent,
	}}
}

// A fix is one command of the shell wherever the project lies. Caught: a path as
// it is.
func TestAFixNamesAFolderWithASpaceAsOneWord(t *testing.T) {
	t.Parallel()
	h := kept(t, 1, time.Now())
	dir := filepath.Join(t.TempDir(), "it's a b")
	if err := os.Rename(h.project.Root, dir); err != nil {
		t.Fatal(err)
	}
	h.project.Root = dir
	v := h.visited(t, time.Now())
	word := func(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'\n" }
	spoil := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	view, err := os.ReadFile(h.project.Queue())
	if err != nil {
		t.Fatal(err)
	}
	spoil(h.project.Queue(), string(view)+"9|x|y\n")
	if _, fix := levels(v.checkQueue(t.Context())); fix != "${EDITOR:-vi} "+word(h.project.Queue()) {
		t.Errorf("the queue: %s", fix)
	}
	spoil(h.project.ConfigFile(), "{")
	_, v.broken = settings(h.project.ConfigFile())
	if _, fix := levels(v.checkSettings(t.Context())); fix != "${EDITOR:-vi} "+word(h.project.ConfigFile()) {
		t.Errorf("the settings: %s", fix)
	}
	if _, fix := levels([]finding{belongsToAnother(dir, "x")}); fix != "sudo chown -R \"$(id -u)\" "+word(dir) {
		t.Errorf("somebody else's files: %s", fix)
	}
}

// Caught: the first entry in the place of the last.
//
// Fault: F10.
func TestAClockThatWasSetBackIsSeen(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for ahead, want := range map[time.Duration]level{-time.Hour: good, 30 * time.Second: good, 2 * time.Hour: warning} {
		v := kept(t, 3, now.Add(ahead)).visited(t, now)
		if got, _ := levels(v.checkClock(t.Context())); got != want {
			t.Errorf("entries %s ahead: %+v", ahead, v.checkClock(t.Context()))
		}
	}
}

// A look at the queue leaves no trace, whatever it finds: the bytes and the times
// of all files are as before.
// Caught: a rehearsal on the files themselves.
func TestALookAtTheQueueChangesNothing(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(string) string{
		"whole":        func(s string) string { return s },
		"cut":          func(s string) string { return s[:len(s)/3] },
		"empty":        func(string) string { return "" },
		"edited":       func(s string) string { return strings.Replace(s, "|pending|", "|hold|", 1) + "9|x|y\n" },
		"marked":       func(s string) string { return s + "#!bad 9|x|y\n" },
		"half a line":  func(s string) string { return s + "2|1|77|pend" },
		"another text": func(string) string { return "\x00\x01\x02" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := kept(t, 4, time.Now())
			text, err := os.ReadFile(h.project.Queue())
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(h.project.Queue(), []byte(damage(string(text))), 0o644); err != nil {
				t.Fatal(err)
			}
			before := traces(t, h.project.Dir())
			found := h.visited(t, time.Now()).checkQueue(t.Context())
			if diff := cmp.Diff(before, traces(t, h.project.Dir())); diff != "" {
				t.Errorf("it left (-before +after):\n%s", diff)
			}
			worst, _ := levels(found)
			if want := name == "cut" || name == "empty" || name == "edited" || name == "marked" || name == "another text"; (worst == wrong) != want {
				t.Errorf("found %+v", found)
			}
		})
	}
}

// traces is what is in a folder, and when it was written.
func traces(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil || d.IsDir() {
			all[path] = fmt.Sprint(info.Mode(), info.ModTime())
			return err
		}
		text, err := os.ReadFile(path)
		all[path] = fmt.Sprint(info.Mode(), info.ModTime(), string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// BenchmarkDoctorQueue looks at a queue of 10,000 tasks.
func BenchmarkDoctorQueue(b *testing.B) {
	h := kept(b, 10_000, time.Now())
	for b.Loop() {
		if f, err := h.rehearse(b.Context(), time.Now()); err != nil || len(f.snap.Tasks) != 10_000 || len(f.apart) > 0 {
			b.Fatal(len(f.snap.Tasks), f.apart, err)
		}
	}
}
