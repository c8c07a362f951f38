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
