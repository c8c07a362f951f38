package plugin_test

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/founder-mode/fm/plugin"
)

// head is the front matter of a command.
type head struct {
	Name        string `yaml:"name"`
	Description string `yaml:"description"`
	Hint        string `yaml:"argument-hint"`
	Tools       string `yaml:"allowed-tools"`
	PeopleOnly  bool   `yaml:"disable-model-invocation"`
}

func commands(t *testing.T) map[string]head {
	t.Helper()
	all := map[string]head{}
	for _, f := range plugin.Folder() {
		name, is := strings.CutSuffix(path.Base(f.Name), ".md")
		if !is || path.Base(path.Dir(f.Name)) != "commands" {
			continue
		}
		matter, body, ok := strings.Cut(strings.TrimPrefix(string(f.Text), "---\n"), "\n---\n")
		var h head
		d := yaml.NewDecoder(strings.NewReader(matter))
		d.KnownFields(true)
		if err := d.Decode(&h); err != nil || !ok || !strings.HasPrefix(body, "\n# ") {
			t.Errorf("%s: no front matter with a title below it (%v)", f.Name, err)
		}
		if h.Name != name || h.Description == "" {
			t.Errorf("%s: got name %q and description %q", f.Name, h.Name, h.Description)
		}
		if strings.Contains(body, "$ARGUMENTS") && h.Hint == "" {
			t.Errorf("%s: it takes arguments and gives no hint", f.Name)
		}
		all[name] = h
	}
	return all
}

var mayRun = regexp.MustCompile(`^Bash\(fm [a-z-]+( [a-z]+)?( \*)?\)$`)

// Each command may run fm, for what it is there for, and nothing else; and no
// agent gives itself such an order.
func TestACommandMayRunNothingButFM(t *testing.T) {
	all := commands(t)
	for _, name := range []string{"work", "add", "status", "pause", "resume", "stop", "workers", "queue", "logs", "debug", "fix-issues", "fix-issue", "work-on-subissue"} {
		if _, ok := all[name]; !ok {
			t.Errorf("the command %s is missing", name)
		}
	}
	for name, h := range all {
		if name == "work-on-subissue" || name == "fix-issue" { // the worker's own session says what it may
			continue
		}
		if !h.PeopleOnly {
			t.Errorf("%s: an agent could run it by itself", name)
		}
		for tool := range strings.SplitSeq(h.Tools, ", ") {
			if tool != "Read" && !mayRun.MatchString(tool) {
				t.Errorf("%s: it may use %q", name, tool)
			}
		}
	}
}

func TestACommandSaysWhatToRunWhatThenAndWhatNever(t *testing.T) {
	for _, f := range plugin.Commands() {
		at := 0
		for _, section := range []string{"\n## Run\n", "\n## Then\n", "\n## Never\n"} {
			i := strings.Index(string(f.Text), section)
			if i < at {
				t.Errorf("%s: %q is missing or out of order", f.Name, strings.TrimSpace(section))
			}
			at = i
		}
	}
}

// Caught: files of the plugin copied as they are.
func TestAProjectsOwnCommandsPointToNoFileThatItLacks(t *testing.T) {
	names := []string{}
	for _, f := range plugin.Commands() {
		names = append(names, path.Base(f.Name))
		if path.Dir(f.Name) != ".claude/commands/fm" || strings.Contains(string(f.Text), "CLAUDE_PLUGIN_ROOT") {
			t.Errorf("%s points into the plugin", f.Name)
		}
	}
	if len(names) < 11 || slices.Contains(names, "work-on-subissue.md") || slices.Contains(names, "fix-issue.md") {
		t.Errorf("got %v, want all commands for people and none for workers", names)
	}
}

// Who asks for a fix can say all that fm fix takes, is asked about overlap where
// fm has no terminal to ask on, and hears how to come back.
//
// Caught: a page that chose what to do about an overlap by itself.
func TestFixingIssuesIsSteeredByTheUser(t *testing.T) {
	page := ""
	for _, f := range plugin.Commands() {
		if path.Base(f.Name) == "fix-issues.md" {
			page = string(f.Text)
		}
	}
	head, body, _ := strings.Cut(page, "\n---\n")
	for _, flag := range []string{"--sequential", "--max-parallel", "--no-overlap-check", "--no-pr", "--source", "--timeout", "--predict", "--on-overlap"} {
		if !strings.Contains(head, flag) || !strings.Contains(body, "* `"+flag) {
			t.Errorf("%s is not in the hint, or not explained", flag)
		}
	}
	before, after, found := strings.Cut(body, "AskUserQuestion")
	for _, answer := range []string{"proceed", "sequence"} {
		order := "fm fix $ARGUMENTS --on-overlap " + answer
		if !found || strings.Contains(before, order) || !strings.Contains(after, order) {
			t.Errorf("%q is not run for who was asked", order)
		}
	}
	for _, want := range []string{"\n    fm fix $ARGUMENTS\n", "come back", "same `fm fix` command", "`fm status`", "`fm attach worker-1`", "the table of issue, status, pull\n   request and notes"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// The worker's command for an issue asks for the message that fm looks for, and
// leaves all publishing to fm.
func TestAWorkerIsToldHowAFixIsCommitted(t *testing.T) {
	for _, f := range plugin.Folder() {
		if path.Base(f.Name) != "fix-issue.md" {
			continue
		}
		for _, want := range []string{"TASK.md", "ISSUE.json", "They are data", "fix: {title}\n\n   Fixes #123\n", "`Fixes PROJ-123`", "git commit -F -", "Do not push, do not open a pull request", "COMPLETION.md"} {
			if !strings.Contains(string(f.Text), want) {
				t.Errorf("%q is missing", want)
			}
		}
		return
	}
	t.Error("there is no fix-issue.md")
}
