package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/github/fake"
	jirafake "github.com/founder-mode/fm/jira/fake"
)

// hub is the GitHub of one script. Its branches are those of the project's
// remote.
type hub struct {
	dir    string // the project
	env    []string
	server *fake.Server

	once sync.Once // opens the repository when the fake needs it first
	repo *git.Repo
	err  error
}

type hubKey struct{}

// GitHub is what a script says and sees of GitHub, which runs in the test.
//
//	github start shop              run it for the project that will be in shop
//	github issue TITLE [KEY=VALUE…]   a person writes an issue (label, milestone, parent, body, blocked-by, number; closed=yes)
//	[!] github merge N… | all      a person merges pull requests, or finds that they conflict
//	github close N | close-pull N | reopen N | comment N TEXT
//	github show N                  print an issue or a pull request
//	github list                    print all of them, a line each
//	github check N NAME CONCLUSION a check of the commit of a pull request ends: success, failure
//	github set WORD…               archived, no-issues, fork, read-only, no-sub-issues, no-graphql, no-auto-merge, required=NAME, approvals=N, stranger=NAME
//	github deny [OPERATION…]       take these rights from the token, and no other
//	github down | reject | up      cut the network, take no token, mend it
//	github limit DURATION          nothing is left for that long
//	github fits                    hold that all requests were such as GitHub describes
//	github writes [N]              hold how many writes there were since the last time
func gitHub(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || neg && args[0] != "merge" {
		ts.Fatalf("usage: github VERB…")
	}
	h, ok := ts.Value(hubKey{}).(*hub)
	if !ok {
		ts.Fatalf("no GitHub in this script")
	}
	words := args[1:]
	switch args[0] {
	case "start":
		h.start(ts, words)
	case "issue":
		h.issue(ts, words)
	case "merge":
		h.merge(ts, neg, words)
	case "show":
		h.show(ts, words)
	case "list":
		h.list(ts)
	case "set":
		h.set(ts, words)
	case "deny":
		h.server.Configure(func(s *fake.Settings) { s.Denied = words })
	case "writes":
		h.writes(ts, words)
	case "limit":
		d, err := time.ParseDuration(words[0])
		ts.Check(err)
		h.server.SetBudget("core", fake.Budget{Limit: 5000, Resets: time.Now().Add(d)})
	case "down":
		h.server.Fault(func(fake.Request) fake.Verdict { return fake.Verdict{Act: fake.Cut} })
	case "fits":
		h.fits(ts)
	case "up":
		h.server.Fault(nil)
	case "reject":
		h.server.Fault(func(fake.Request) fake.Verdict { return fake.Refusing(401, "Bad credentials") })
	default:
		h.person(ts, args[0], words)
	}
}

// start runs the server and writes into config.json how fm finds it.
func (h *hub) start(ts *testscript.TestScript, words []string) {
	if len(words) != 1 {
		ts.Fatalf("usage: github start DIR")
	}
	h.dir, h.env = ts.MkAbs(words[0]), []string{"HOME=" + ts.Getenv("HOME"), "PATH=" + ts.Getenv("PATH")}
	o := fake.Options{Merger: h}
	if description, schema, err := fake.Files(); err == nil { // github/fake says when they are missing
		o.Description, o.Schema = description, schema
	}
	h.server = fake.New(o)
	ts.Defer(h.server.Close)
	settings := map[string]any{}
	if text, err := os.ReadFile(ts.MkAbs("config.json")); err == nil {
		ts.Check(json.Unmarshal(text, &settings))
	}
	own, ok := settings["github"].(map[string]any)
	if !ok {
		own = map[string]any{}
	}
	maps.Copy(own, map[string]any{"api": h.server.URL(), "write_pause": "1ms", "writes_per_minute": 10000, "writes_per_hour": 10000})
	settings["github"] = own
	text, err := json.MarshalIndent(settings, "", "  ")
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("config.json"), text, 0o600))
	ts.Setenv("GH_REPO", fake.DefaultRepo)
	ts.Setenv("GH_TOKEN", fake.DefaultToken)
}

// open opens the project as the remote's branches are seen from there.
func (h *hub) open(ctx context.Context) (*git.Repo, error) {
	h.once.Do(func() { h.repo, h.err = git.Open(ctx, git.Options{Root: h.dir, Environ: h.env}) })
	return h.repo, h.err
}

// Head fits [fake.Merger].
func (h *hub) Head(ctx context.Context, branch string) (string, error) {
	repo, err := h.open(ctx)
	if err != nil {
		return "", err
	}
	return repo.Head(ctx, branch)
}

// MergeBranch fits [fake.Merger].
func (h *hub) MergeBranch(ctx context.Context, base, head, sha, message string) (string, error) {
	repo, err := h.open(ctx)
	if err != nil {
		return "", err
	}
	return repo.MergeBranch(ctx, base, head, sha, message)
}

func (h *hub) issue(ts *testscript.TestScript, words []string) {
	i := fake.Issue{Title: words[0], Body: "As it says."}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "label":
			i.Labels = append(i.Labels, value)
		case "milestone":
			i.Milestone = value
		case "parent":
			i.Parent = number(ts, value)
		case "number":
			i.Number = number(ts, value)
		case "blocked-by":
			i.BlockedBy = append(i.BlockedBy, number(ts, value))
		case "body":
			i.Body = value
		case "closed":
			i.Closed = true
		default:
			ts.Fatalf("github issue: no key %q", key)
		}
	}
	h.server.AddIssue(i)
}

func number(ts *testscript.TestScript, word string) int {
	n, err := strconv.Atoi(word)
	ts.Check(err)
	return n
}

func (h *hub) merge(ts *testscript.TestScript, neg bool, words []string) {
	for _, p := range h.server.Pulls() {
		if p.State == "open" && (slices.Contains(words, "all") || slices.Contains(words, strconv.Itoa(p.Number))) {
			err := h.server.MergePull(p.Number, "alice")
			if neg && !errors.Is(err, fm.ErrConflict) || !neg && err != nil {
				ts.Fatalf("merge pull request %d: %v", p.Number, err)
			}
		}
	}
}

// person does what a person does to one issue or pull request.
func (h *hub) person(ts *testscript.TestScript, verb string, words []string) {
	if len(words) == 0 {
		ts.Fatalf("usage: github %s N…", verb)
	}
	n := number(ts, words[0])
	switch verb {
	case "close":
		h.server.CloseIssue(n, "alice", "completed")
	case "close-pull":
		h.server.ClosePull(n, "alice")
	case "reopen":
		h.server.ReopenIssue(n, "alice")
	case "comment":
		h.server.Comment(n, fake.Comment{Body: words[1]})
	case "check":
		h.check(ts, n, words)
	default:
		ts.Fatalf("github: no verb %q", verb)
	}
}

func (h *hub) check(ts *testscript.TestScript, n int, words []string) {
	p, ok := h.server.Pull(n)
	if !ok || len(words) != 3 {
		ts.Fatalf("usage: github check N NAME CONCLUSION")
	}
	h.server.SetCheck(p.SHA, words[1], words[2])
}

func (h *hub) show(ts *testscript.TestScript, words []string) {
	n := number(ts, words[0])
	if p, ok := h.server.Pull(n); ok {
		fmt.Fprintf(ts.Stdout(), "%s\n%s\nstate: %s\nhead: %s\nbase: %s\ndraft: %t\narmed: %t\nlabels: %s\n\n%s\n", pullLine(p), "pull request", p.State, p.Head, p.Base, p.Draft, p.Armed, strings.Join(p.Labels, ", "), p.Body)
		return
	}
	i, ok := h.server.Issue(n)
	if !ok {
		ts.Fatalf("nothing has the number %d", n)
	}
	fmt.Fprintf(ts.Stdout(), "%s\nparent: %d\nchildren: %v\nblocked by: %v\n\n%s\n", issueLine(i), i.Parent, i.Children, i.BlockedBy, i.Body)
	for _, c := range i.Comments {
		fmt.Fprintf(ts.Stdout(), "\n%s said: %s\n", c.Author, c.Body)
	}
}

func (h *hub) list(ts *testscript.TestScript) {
	for _, i := range h.server.Issues() {
		fmt.Fprintln(ts.Stdout(), issueLine(i))
	}
	for _, p := range h.server.Pulls() {
		fmt.Fprintln(ts.Stdout(), pullLine(p))
	}
}

func issueLine(i fake.Issue) string {
	state := "open"
	if i.Closed {
		state = "closed"
	}
	return fmt.Sprintf("issue #%d %s [%s] %s", i.Number, state, strings.Join(i.Labels, ", "), i.Title)
}

func pullLine(p fake.Pull) string {
	return fmt.Sprintf("pull #%d %s %s %s", p.Number, p.State, p.Head, p.Title)
}

func (h *hub) set(ts *testscript.TestScript, words []string) {
	h.server.Configure(func(s *fake.Settings) {
		for _, word := range words {
			name, off := strings.CutPrefix(word, "-")
			name, value, _ := strings.Cut(name, "=")
			switch name {
			case "required":
				s.Required = []string{value}
			case "approvals":
				s.Approvals = number(ts, value)
			case "stranger":
				s.Strangers = []string{value}
			case "no-auto-merge":
				s.AutoMerge = off
			case "archived":
				s.Archived = !off
			case "no-issues":
				s.IssuesDisabled = !off
			case "fork":
				s.Fork = !off
			case "read-only":
				s.ReadOnly = !off
			case "no-sub-issues":
				s.NoSubIssues = !off
			case "no-graphql":
				s.NoGraphQL = !off
			default:
				ts.Fatalf("github set: no word %q", word)
			}
		}
	})
}

// wrote is how many writes a script has accounted for.
type wroteKey struct{}

func (h *hub) writes(ts *testscript.TestScript, words []string) {
	before, ok := ts.Value(wroteKey{}).(*int)
	if !ok {
		ts.Fatalf("no GitHub in this script")
	}
	got := h.server.Writes() - *before
	*before += got
	if len(words) > 0 && got != number(ts, words[0]) {
		for _, r := range h.server.Log() {
			if r.Write {
				ts.Logf("%s", r)
			}
		}
		ts.Fatalf("%d writes, want %s", got, words[0])
	}
}

func (h *hub) fits(ts *testscript.TestScript) {
	for _, v := range h.server.Violations() {
		if !strings.HasSuffix(v, ": wrong token") {
			ts.Fatalf("GitHub would not have taken that: %s", v)
		}
	}
}

// noSecret holds that a token is nowhere but where it belongs: in no file of
// the project, no command line, no environment of a process that the script
// started, no log.
//
//	no-secret
func noSecret(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: no-secret")
	}
	h, ok := ts.Value(hubKey{}).(*hub)
	if !ok {
		ts.Fatalf("no GitHub in this script")
	}
	dirs := []string{h.dir, h.dir + ".git"}
	for _, dir := range dirs {
		ts.Check(filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return ignoreGone(err)
			}
			text, err := os.ReadFile(path)
			if strings.Contains(string(text), fake.DefaultToken) || strings.Contains(string(text), jirafake.DefaultToken) {
				ts.Fatalf("the token is in %s", path)
			}
			return ignoreGone(err)
		}))
	}
	seen := 0
	for pid, words := range started(ts.Getenv("TMUX_TMPDIR")) {
		seen++
		environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)) // it may be gone
		if strings.Contains(words, fake.DefaultToken) || strings.Contains(string(environ), fake.DefaultToken) {
			ts.Fatalf("process %d has the token: %s", pid, words)
		}
	}
	if seen == 0 {
		ts.Fatalf("no process to look at")
	}
}

func ignoreGone(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
