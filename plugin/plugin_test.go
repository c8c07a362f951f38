package plugin_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/plugin"
)

func TestInstallWritesAPluginThatClaudeCanName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "plugin")
	install(t, dir)
	var manifest struct{ Name string }
	if err := json.Unmarshal(read(t, dir, ".claude-plugin/plugin.json"), &manifest); err != nil || manifest.Name != "fm" {
		t.Errorf("plugin.json: name %q, %v; want fm", manifest.Name, err)
	}
}

// In a worker's session /resume is the CLI's own, and no order to all of fm.
func TestAWorkerGetsNoCommandForPeople(t *testing.T) {
	dir := t.TempDir()
	install(t, dir)
	commands, err := os.ReadDir(filepath.Join(dir, "commands"))
	if err != nil || len(commands) != 2 || commands[0].Name() != "fix-issue.md" || commands[1].Name() != "work-on-subissue.md" {
		t.Errorf("got %v (%v), want fix-issue.md and work-on-subissue.md alone", commands, err)
	}
}

// The form that the commands show must be one that fm reads, or no agent could
// ever report.
func TestTheFormThatAgentsAreShownIsTheOneThatFmReads(t *testing.T) {
	dir := t.TempDir()
	install(t, dir)
	for _, name := range []string{"work-on-subissue.md", "fix-issue.md"} {
		text := string(read(t, dir, "commands/"+name))
		_, form, found := strings.Cut(text, "```markdown\n")
		form, _, closed := strings.Cut(form, "\n```")
		if !found || !closed {
			t.Fatalf("%s shows no ```markdown form", name)
		}
		c, err := fm.ParseCompletion(form)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if c.Outcome != fm.Success || c.Finished.IsZero() || c.Summary == "" || c.Files == "" || c.Verification == "" || c.PR != "Skipped" {
			t.Errorf("%s: got %+v, want every part", name, c)
		}
	}
}

// Caught: a rewrite of every file on every start.
func TestInstallLeavesRightFilesAloneAndMendsWrongOnes(t *testing.T) {
	dir := t.TempDir()
	install(t, dir)
	right := filepath.Join(dir, "references", "completion.md")
	before, err := os.Stat(right)
	if err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(dir, "commands", "work-on-subissue.md")
	want := read(t, dir, "commands/work-on-subissue.md")
	write(t, wrong, "old")
	own := filepath.Join(dir, "commands", "own.md")
	write(t, own, "a command of the user's")

	install(t, dir)

	after, err := os.Stat(right)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("a file with the right bytes was replaced (%v)", err)
	}
	if got := read(t, dir, "commands/work-on-subissue.md"); string(got) != string(want) {
		t.Errorf("work-on-subissue.md was not mended: %.40q", got)
	}
	if got := read(t, dir, "commands/own.md"); string(got) != "a command of the user's" {
		t.Errorf("a file that is not ours was changed: %q", got)
	}
}

// Caught: os.WriteFile, which writes through the link.
func TestInstallNeverWritesThroughALink(t *testing.T) {
	dir := t.TempDir()
	install(t, dir)
	precious := filepath.Join(t.TempDir(), "precious")
	write(t, precious, "mine")
	link := filepath.Join(dir, "commands", "work-on-subissue.md")
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(precious, link); err != nil {
		t.Fatal(err)
	}
	install(t, dir)
	if got, err := os.ReadFile(precious); err != nil || string(got) != "mine" {
		t.Errorf("the link's target now holds %q (%v)", got, err)
	}
	if info, err := os.Lstat(link); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the link was not replaced: %v %v", info, err)
	}
}

func install(t *testing.T, dir string) {
	t.Helper()
	if err := plugin.Install(dir); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
