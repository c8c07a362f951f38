package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// desk writes a project as a supervisor would have left it.
func desk(tb testing.TB) (dir string) {
	tb.Helper()
	p := fm.Project{Root: tb.TempDir()}
	for name, text := range map[string]string{
		p.Queue(): "# fm queue v1\n# 1|1|99|pending|| a comment\n" +
			"1|123|456|working|worker-3|2026-11-20T14:30:45Z|r=7|a=1|t=Add %7C \x1b[31mJWT\n2|123|457|failed||\n3|123|458|merged||2026-11-20T14:30:45Z|t=C\nno line\n1|1|../x|failed||\n",
		p.StatusFile(): `{"pid":1,"workers":[{"worker":3,"task":"456","text":"Working on #456"},{"worker":10,"text":"Idle"}]}`,
		filepath.Join(p.Issues(), "0012-login.md"):    "",
		filepath.Join(p.Issues(), "0013-the-page.md"): "",
		filepath.Join(p.Issues(), "PROJ-7-x.md"):      "",
		filepath.Join(p.Issues(), "README.md"):        "",
		filepath.Join(p.Root, "plan-12.md"):           "",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return p.Root
}

// offered gives the words that could stand at the end of a line.
func offered(tb testing.TB, dir string, words ...string) []string {
	tb.Helper()
	var out bytes.Buffer
	a := app{dir: dir, stdout: &out, stderr: &out, getenv: os.Getenv}
	if err := (&completeCmd{Words: words}).Run(tb.Context(), &a); err != nil {
		tb.Fatal(err)
	}
	var all []string
	for line := range strings.Lines(out.String()) {
		word, about, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || strings.ContainsAny(line, "\x1b\r") {
			tb.Errorf("%q: a line for a shell: %q", words, line)
		}
		if word == "" {
			word = ":" + about
		}
		all = append(all, word)
	}
	return all
}

// Caught: hidden commands, tasks that the command can do nothing with, the words
// of bash taken as they are, a task of a bad line, and a folder of -C that is not
// looked at.
func TestWordsThatCouldStandThere(t *testing.T) {
	dir := desk(t)
	for line, want := range map[string]string{
		"sta":                        "status",
		"q":                          "queue",
		"u":                          "", // ui and undo are said elsewhere
		"queue re":                   "retry retry-all rebuild",
		"queue retry ":               "457",
		"queue retry 457 ":           "457",
		"queue priority 45":          "456 457",
		"queue priority 456 h":       "high",
		"queue priority 456 high ":   "",
		"why ":                       "456 457 458",
		"restore 458":                "458",
		"attach ":                    "worker-3 worker-10 supervisor",
		"attach worker-3 ":           "",
		"attach -r worker-1":         "worker-10",
		"send ":                      "worker-3 worker-10 456",
		"logs s":                     "supervisor",
		"work ":                      "12 13 PROJ-7",
		"work 12,":                   "12,13 12,PROJ-7",
		"work 12 1":                  "12 13",
		"work --priority ":           "critical high normal low",
		"work --priority=h":          "--priority=high",
		"work --priority = h":        "high", // bash
		"work --priority =":          "critical high normal low",
		"work -p h":                  "high",
		"work --wait -p h":           "high",
		"work -w 3 --pl":             "--plan",
		"work -w ":                   "",
		"work --plan ":               ":files",
		"work --plan=p":              ":files",
		"--quiet --qu":               "",
		"-C ":                        ":dirs",
		"try --agent ":               "scripted claude",
		"try --in ":                  ":dirs",
		"completion ":                "bash zsh fish",
		"help qu":                    "queue",
		"help queue sh":              "show",
		"supervis":                   "",
		"hold -":                     "--help --dir --quiet --verbose --version",
		"resume --permission-mode d": "dontAsk default",
		"-- sta":                     "status",
		"fix --on-overlap s":         "sequence",
		"frobnicate ":                strings.Join(offered(t, dir, ""), " "),
	} {
		if got := strings.Join(offered(t, dir, strings.Split(line, " ")...), " "); got != want {
			t.Errorf("fm %s: got %q, want %q", line, got, want)
		}
	}
	p := fm.Project{Root: dir}
	if d := cmp.Diff([]string{"worker-3", "worker-10", "456"}, offered(t, dir, "answer", "")); d != "" {
		t.Errorf("nobody is known to ask: %s", d)
	}
	asks := `{"pid":1,"workers":[{"worker":3,"task":"456","state":"waiting"},{"worker":10,"task":"459","state":"working"}]}`
	if err := os.WriteFile(p.StatusFile(), []byte(asks), 0o600); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"worker-3", "456"}, offered(t, dir, "answer", "")); d != "" {
		t.Errorf("who asks: %s", d)
	}
	other := t.TempDir()
	if got := offered(t, other, "queue", "retry", ""); len(got) > 0 {
		t.Errorf("outside of a project: %q", got)
	}
	for _, words := range [][]string{{"-C", dir, "queue", "retry", ""}, {"--dir=" + dir, "queue", "retry", ""}} {
		if d := cmp.Diff([]string{"457"}, offered(t, other, words...)); d != "" {
			t.Errorf("%q: %s", words, d)
		}
	}
	worktree := t.TempDir()
	if err := os.WriteFile(filepath.Join(worktree, ".git"), []byte("gitdir: "+dir+"/.git/worktrees/issue-456\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"457"}, offered(t, worktree, "queue", "retry", "")); d != "" {
		t.Errorf("in a worktree elsewhere: %s", d)
	}
}

// Every value that a flag or an argument takes can be completed, or is one that
// nobody can list. Caught: a flag that was added and thought of by nobody.
func TestEveryValueIsCompletedOrFree(t *testing.T) {
	free := []string{"label", "milestone", "workers", "max-parallel", "timeout", "option", "text", "count", "command", "since", "format"}
	dir := desk(t)
	for _, node := range shown(grammar(t).Model.Node) {
		for _, v := range node.Values() {
			if v.IsBool() || contains(free, v.Name) {
				continue
			}
			td := &typed{app: &app{dir: dir}, node: node, dir: dir}
			if len(td.values(v)) == 0 {
				t.Errorf("%s: what can stand for %s? Say so in values or names, or in this test", spoken(node), v.ShortSummary())
			}
		}
	}
}

func contains(words []string, w string) bool {
	return strings.Contains(" "+strings.Join(words, " ")+" ", " "+w+" ")
}

// BenchmarkComplete is a Tab with ten thousand tasks.
func BenchmarkComplete(b *testing.B) {
	dir := b.TempDir()
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "2|%d|%d|failed|worker-3|2026-11-20T14:30:45Z|r=7|a=1|t=Add %%7C JWT middleware for the service\n", i/4, 20_000+i)
	}
	p := fm.Project{Root: dir}
	if err := os.MkdirAll(p.Dir(), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(p.Queue(), []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if got := offered(b, dir, "queue", "retry", ""); len(got) != 10_000 {
			b.Fatal(len(got))
		}
	}
}
