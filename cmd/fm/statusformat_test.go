package main

import (
	"io"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// TestTemplatesMakeTheirOwnStatus. Caught: a count of nothing as "<no value>";
// escapes of a title that reach the terminal; a newline too many.
func TestTemplatesMakeTheirOwnStatus(t *testing.T) {
	s := fleet(2)
	s.Workers[1].Question.Options = []string{"yes\x1b[31m", "no"}
	for source, want := range map[string]string{
		"{{.Counts.pending}}/{{.Counts.merged}}":           "7/0\n",
		"{{range .Workers}}{{.Worker}} {{.Task}}\n{{end}}": "worker-1 200\nworker-2 201\n",
		`{{range .Workers}}{{.Worker}}{{"\n"}}{{end}}`:     "worker-1\nworker-2\n",
		"{{(index .Workers 0).Title | printf \"%.10s\"}}":  "会議の予定を表示する\n",
		"{{(index .Workers 1).Question.Options}}":          "[yes no]\n",
		"{{json .Wanted}}": `{"workers":2}` + "\n",
		"{{span .Throughput.Average}} {{.Throughput.LastHour}}":               "- 0\n",
		"{{range .Conflicts}}{{.}}{{end}}":                                    "",
		`{{range $status, $n := .Counts}}{{if $n}}{{$status}} {{end}}{{end}}`: "failed pending \n",
	} {
		draw, err := format(source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got, err := draw(s); got != want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", source, got, err, want)
		}
	}
	if s.Workers[1].Question.Options[0] != "yes\x1b[31m" {
		t.Error("the Status itself was changed")
	}
}

// TestAWrongTemplateIsOneClearLine, and nothing of it is printed. Caught: an
// error of the execution that came after half of the output.
func TestAWrongTemplateIsOneClearLine(t *testing.T) {
	for source, want := range map[string]string{
		"{{range":                   "--format:1: unclosed action; the fields stand in docs/status.md",
		"{{.Project}} {{.Nothing}}": `--format:1:15: executing "--format" at <.Nothing>: can't evaluate field Nothing; the fields stand in docs/status.md`,
		"{{.Counts.pendng}}":        `--format:1:9: executing "--format" at <.Counts.pendng>: map has no entry for key "pendng"; the fields stand in docs/status.md`,
		"{{nothing 1}}":             `--format:1: function "nothing" not defined; the fields stand in docs/status.md`,
	} {
		draw, err := format(source)
		printed := ""
		if err == nil {
			printed, err = draw(supervisor.Status{})
		}
		if err == nil || err.Error() != want || printed != "" || concluded(io.Discard, err) != exitUsage {
			t.Errorf("%s: got %q, printed %q, want %q", source, err, printed, want)
		}
	}
}

// TestTheSegmentIsShort, and holds nothing from outside: tmux would take it for
// a format of its own. Caught: zeros that are shown; the words of a gate.
func TestTheSegmentIsShort(t *testing.T) {
	for want, g := range map[string]glimpse{
		"fm 1/4": {Wanted: supervisor.Wanted{Workers: 4}, Workers: working(fm.AtWork)},
		"fm 2/4 ?1 ✗2 ✓5": {
			Wanted: supervisor.Wanted{Workers: 4}, Workers: working(fm.AtWork, fm.Waiting),
			Counts: map[fm.Status]int{fm.Failed: 1, fm.Blocked: 1, fm.Completed: 2, fm.Merged: 3, fm.Pending: 9},
		},
		"fm 0/1 ⏸":     {Wanted: supervisor.Wanted{Workers: 1, Paused: true}},
		"fm 1/1 ⏸":     {Wanted: supervisor.Wanted{Workers: 1}, Workers: working(fm.Limited), Gate: struct{ Why string }{"#(reboot)"}},
		"fm off ?1 ✓3": {off: true, Workers: working(fm.Waiting), Counts: map[fm.Status]int{fm.Merged: 3}},
	} {
		if got := g.String(); got != want || strings.Contains(got, "#") {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func working(states ...fm.AgentState) []glimpsed {
	var all []glimpsed
	for _, s := range states {
		all = append(all, glimpsed{State: string(s), Task: "2"})
	}
	return all
}
