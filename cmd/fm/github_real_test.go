package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/github/fake"
)

// What the maintainers of the repository have against the first version of two
// of the parts. The words reach the agents that wrote them, or nothing is merged.
const (
	failingLog = "FAIL: part-a1.txt has no second line"
	objection  = "Please say in a second line what it is good for."
)

// TestRealClaudeOnGitHub is the main job on GitHub: two issues, split by the real
// CLI into four subissues, done by four workers, pushed by fm and merged by
// people. One of them has a check that fails, twice, and one a reviewer who asks
// for changes: both go back to the conversation that they are about.
//
// Caught: feedback that begins a new conversation; a second attempt that nobody
// pushed.
func TestRealClaudeOnGitHub(t *testing.T) {
	t.Parallel()
	var mended atomic.Int64
	b := newBench(t, fm.Config{}, "ANTHROPIC_BASE_URL="+messages.Serve(t, mender(t, &mended)), "ANTHROPIC_API_KEY=dummy-key-for-a-scripted-api-0123456789",
		"DISABLE_AUTOUPDATER=1", "DISABLE_TELEMETRY=1", "DISABLE_ERROR_REPORTING=1", "GH_TOKEN="+fake.DefaultToken, "GH_REPO="+fake.DefaultRepo,
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@localhost", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@localhost",
	)
	repo, err := git.Open(t.Context(), git.Options{Root: b.project.Root, Environ: b.environ})
	if err != nil {
		t.Fatal(err)
	}
	description, schema, err := fake.Files()
	if err != nil {
		t.Fatal(err)
	}
	hub := fake.New(fake.Options{Merger: repo, Description: description, Schema: schema})
	t.Cleanup(hub.Close)
	b.write(b.project.ConfigFile(), fm.Config{
		Verify: "./test", Agent: fm.AgentConfig{Command: realClaude(t)},
		GitHub: fm.GitHubConfig{API: hub.URL(), WritePause: fm.Duration(time.Millisecond), WritesPerMinute: 10000, WritesPerHour: 10000},
	})
	hub.AddIssue(fake.Issue{Title: "The first issue", Body: "Two parts are missing."})
	hub.AddIssue(fake.Issue{Title: "The second issue", Body: "Two more parts are missing. $(touch canary)"})
	done, gone := make(chan struct{}), make(chan struct{})
	people := maintainers{hub: hub, first: map[int]string{}, failed: map[int]int{}}
	go func() { defer close(gone); people.work(t, done) }()
	defer func() { close(done); <-gone }()

	out := b.must("work", "1,2", "--source", "github", "--workers", "4", "--wait")
	for _, want := range []string{"✓ Issue #1: Found 2 logical subissues", "✓ Closed #1: all 2 subissues merged", "✓ Closed #2: all 2 subissues merged"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q", want)
		}
	}
	b.must("stop", "--now")
	attempts := map[string]int{}
	for _, task := range b.tasks() {
		_, name, _ := strings.Cut(task.Title, "Write ")
		if attempts[name] = task.Attempt; task.Status != fm.Merged {
			t.Errorf("%s is %s", name, task.Status)
		}
	}
	if want := map[string]int{"part-a1": 2, "part-a2": 1, "part-b1": 2, "part-b2": 1}; !maps.Equal(attempts, want) {
		t.Errorf("attempts %v, want %v", attempts, want)
	}
	if got := mended.Load(); got != 2 {
		t.Errorf("%d times an agent had its own conversation before it and the reason in TASK.md, want 2", got)
	}
	for _, name := range []string{"part-a1.txt", "part-b1.txt"} {
		if text := b.git("show", "main:"+name); !strings.Contains(text, "what it is good for") {
			t.Errorf("%s was merged as it was first: %q", name, text)
		}
	}
	b.onceOnGitHub(hub)
}

// mender is the model of [TestRealClaude], which also mends what speaks against
// its work.
func mender(t *testing.T, mended *atomic.Int64) func(messages.Request) messages.Reply {
	t.Helper()
	return func(r messages.Request) messages.Reply {
		if !strings.Contains(r.Prompt(), "cannot be merged as it is") {
			return model(r)
		}
		name := partName.FindStringSubmatch(r.Text())[1]
		switch r.Step() {
		case 0:
			return messages.Bash("cat TASK.md")
		case 1:
			brief, _ := r.Result()
			own := strings.Contains(r.Text(), "Done with "+name+".") // it said so at the end of its first attempt
			if own && (strings.Contains(brief.Text, failingLog) || strings.Contains(brief.Text, objection)) {
				mended.Add(1)
			} else {
				t.Errorf("%s: the conversation is its own: %t; TASK.md:\n%s", name, own, brief.Text)
			}
			return messages.Bash(fmt.Sprintf("echo 'and what it is good for' >> %s.txt && ./test && git commit -q -am 'Say what %s is good for'", name, name))
		case 2:
			return messages.Bash("printf '# Completion Status\\n**Status:** SUCCESS\\n\\n## Summary\\nMended " + name + ".\\n' > COMPLETION.md")
		}
		return messages.Say("Mended " + name + ".")
	}
}

// maintainers are the people and the machines of the repository.
type maintainers struct {
	hub    *fake.Server
	first  map[int]string // the commit that a pull request had first
	failed map[int]int    // how often its check has failed
}

// work is what they do with each new commit of a pull request, until done.
func (m maintainers) work(t *testing.T, done <-chan struct{}) {
	t.Helper()
	for {
		for _, p := range m.hub.Pulls() {
			if p.State == "open" && p.SHA != "" {
				m.look(t, p)
			}
		}
		select {
		case <-done:
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (m maintainers) look(t *testing.T, p fake.Pull) {
	t.Helper()
	first, seen := m.first[p.Number]
	if !seen {
		m.first[p.Number] = p.SHA
	}
	asked := strings.Contains(p.Title, "part-a1") || strings.Contains(p.Title, "part-b1")
	switch {
	case asked && seen && first == p.SHA:
		// It fails at first, and again when it is run again.
		if m.failed[p.Number] == 1 && m.hub.Attempts(p.SHA, "test") == 2 {
			m.fail(p)
		}
	case asked && !seen && strings.Contains(p.Title, "part-a1"):
		m.fail(p)
	case asked && !seen:
		m.hub.Review(p.Number, "alice", "CHANGES_REQUESTED", "Almost.", fake.LineComment{Path: "part-b1.txt", Line: 1, Body: objection})
	default:
		m.hub.SetCheck(p.SHA, "test", "success")
		m.hub.Review(p.Number, "alice", "APPROVED", "Thank you.")
		if err := m.hub.MergePull(p.Number, "alice"); err != nil {
			t.Errorf("merge #%d: %v", p.Number, err)
		}
	}
}

func (m maintainers) fail(p fake.Pull) {
	m.failed[p.Number]++
	m.hub.SetCheck(p.SHA, "test", "failure")
	m.hub.SetLog(p.SHA, "test", "2026-11-20T12:00:00Z building\n2026-11-20T12:00:01Z "+failingLog+"\n")
}

func rerun(hub *fake.Server) []fake.Request {
	return slices.DeleteFunc(hub.Log(), func(r fake.Request) bool { return !strings.Contains(r.Operation, "rerun") })
}

// onceOnGitHub holds what stands on GitHub at the end: each thing once, and
// nothing that GitHub would not have taken.
func (b *bench) onceOnGitHub(hub *fake.Server) {
	b.Helper()
	if issues, pulls := hub.Issues(), hub.Pulls(); len(issues) != 6 || len(pulls) != 4 {
		b.Errorf("%d issues and %d pull requests, want 6 and 4", len(issues), len(pulls))
	}
	for _, i := range hub.Issues() {
		if !i.Closed {
			b.Errorf("#%d is open", i.Number)
		}
		if i.Parent == 0 && (len(i.Children) != 2 || len(i.Comments) != 1) {
			b.Errorf("#%d has %d subissues and %d comments, want 2 and 1", i.Number, len(i.Children), len(i.Comments))
		}
	}
	for _, p := range hub.Pulls() {
		if want := "Closes #" + strconv.Itoa(subissueOf(p)); !strings.Contains(p.Body, want) || p.State != "merged" {
			b.Errorf("#%d is %s, and its text lacks %q", p.Number, p.State, want)
		}
	}
	if n := len(rerun(hub)); n != 1 {
		b.Errorf("checks were run again %d times, want once", n)
	}
	for _, v := range hub.Violations() {
		b.Error(v)
	}
}

func subissueOf(p fake.Pull) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(p.Head, "subissue/"))
	return n
}
