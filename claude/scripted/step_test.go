package scripted

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// script makes a scenario of one turn for task 456.
func script(steps string) string {
	return `{"tasks":[{"id":"456","turns":[{"steps":[` + steps + `]}]}]}`
}

// One case per kind of step: what it leaves, and what the hooks hear of it.
func TestStepsDoWhatTheySay(t *testing.T) {
	for _, c := range []struct {
		name, steps string
		files       map[string]string // "" for none
		hooks       string            // between the prompt and the end of the session
		code        int
	}{
		{
			"write", `{"do":"write","path":"d/e/a","content":["x","y"]}`,
			map[string]string{"d/e/a": "x\ny\n"},
			"PreToolUse:Write PostToolUse:Write Stop", 0,
		},
		{
			"append", `{"do":"append","path":"a","content":"1\n"},{"do":"append","path":"a","content":"2\n"}`,
			map[string]string{"a": "1\n2\n"},
			"PreToolUse:Edit PostToolUse:Edit PreToolUse:Edit PostToolUse:Edit Stop", 0,
		},
		{
			"replace", `{"do":"write","path":"a","content":"old"},{"do":"replace","path":"a","old":"old","new":"new"}`,
			map[string]string{"a": "new"},
			"PreToolUse:Write PostToolUse:Write PreToolUse:Edit PostToolUse:Edit Stop", 0,
		},
		{
			"replace of what is not there", `{"do":"replace","path":"a","old":"old","new":"new"},{"do":"write","path":"b","content":"no"}`,
			map[string]string{"a": "", "b": ""},
			"PreToolUse:Edit PostToolUseFailure:Edit Stop", 0,
		},
		{
			"remove", `{"do":"write","path":"d/a","content":"x"},{"do":"remove","path":"d"}`,
			map[string]string{"d/a": ""},
			"PreToolUse:Write PostToolUse:Write PreToolUse:Bash PostToolUse:Bash Stop", 0,
		},
		{
			"run", `{"do":"run","argv":["sh","-c","echo $0 $1 >a","$(x)","; y"]}`,
			map[string]string{"a": "$(x) ; y\n"},
			"PreToolUse:Bash PostToolUse:Bash Stop", 0,
		},
		{
			"run that fails", `{"do":"run","argv":["false"]},{"do":"write","path":"a","content":"x"}`,
			map[string]string{"a": ""},
			"PreToolUse:Bash PostToolUseFailure:Bash Stop", 0,
		},
		{
			"run that is mended", `{"do":"run","argv":["test","-f","a"],"on_failure":[{"do":"write","path":"a","content":"x"}]},{"do":"write","path":"b","content":"y"}`,
			map[string]string{"a": "x", "b": "y"},
			"PreToolUse:Bash PostToolUseFailure:Bash PreToolUse:Write PostToolUse:Write PreToolUse:Bash PostToolUse:Bash PreToolUse:Write PostToolUse:Write Stop", 0,
		},
		{
			"completion as given", `{"do":"completion","text":"half a"}`,
			map[string]string{"COMPLETION.md": "half a"},
			"PreToolUse:Write PostToolUse:Write Stop", 0,
		},
		{
			"no completion ends the turn", `{"do":"no_completion"},{"do":"write","path":"a","content":"x"}`,
			map[string]string{"a": "", "COMPLETION.md": ""},
			"Stop", 0,
		},
		{"dirty", `{"do":"dirty"}`, map[string]string{"left-over.txt": "left over\n"}, "PreToolUse:Write PostToolUse:Write Stop", 0},
		{"print", `{"do":"print","text":"hello"}`, nil, "Stop", 0},
		{"wait", `{"do":"wait","ms":1}`, nil, "Stop", 0},
		{"busy", `{"do":"busy","ms":1}`, nil, "PreToolUse:Bash PostToolUse:Bash Stop", 0},
		{"failure of the API", `{"do":"limit","error":"server_error","message":"500"}`, nil, "StopFailure:server_error", 0},
		{"crash by exit code", `{"do":"crash","exit":3}`, nil, "", 3},
		{"crash by signal", `{"do":"crash","signal":"KILL"}`, nil, "", 137},
		{"end by signal", `{"do":"crash","signal":"TERM"}`, nil, "Stop SessionEnd:other", 143},
		{"other attempt", `{"do":"crash","exit":3,"attempt":1},{"do":"print","text":"x","attempt":2}`, nil, "", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, script(c.steps))
			r := b.work()
			if r.code != c.code {
				t.Errorf("got exit %d, want %d:\n%s%s", r.code, c.code, r.out, r.errout)
			}
			want := "SessionStart:startup UserPromptSubmit " + c.hooks
			if c.code == 0 {
				want += " SessionEnd:prompt_input_exit"
			}
			if got := b.names(); got != strings.TrimSpace(want) {
				t.Errorf("got events  %s\nwant %s", got, want)
			}
			for name, want := range c.files {
				if got := b.read(name); got != want {
					t.Errorf("got %s %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestSecondAttemptCanSucceed(t *testing.T) {
	b := newBench(t, `{"tasks":[{"id":"456","turns":[
		{"attempt":1,"steps":[{"do":"crash","exit":3}]},
		{"steps":[{"do":"print","text":"x"},{"do":"write","path":"first","content":"x","attempt":1},{"do":"write","path":"second","content":"x","attempt":2}]}]}]}`)
	b.env = append(b.env, "FM_TASK=456", "FM_ATTEMPT=2")
	if r := b.agent("", "--", "Go on."); r.code != 0 {
		t.Fatalf("exit %d: %s", r.code, r.out)
	}
	if b.read("first") != "" || b.read("second") != "x" {
		t.Errorf("got files %q and %q", b.read("first"), b.read("second"))
	}
}

// Caught: an exclude pathspec, with which git add refuses an ignored file.
func TestCommitLeavesOutWhatFmPutThere(t *testing.T) {
	b := newBench(t, script(`{"do":"write","path":"a","content":"x"},{"do":"completion","status":"PARTIAL"},
		{"do":"commit","message":"Do; $(it)"},{"do":"commit","message":"Nothing"}`))
	b.file(filepath.Join(b.dir, ".git", "info", "exclude"), "COMPLETION.md\n")
	b.work()
	if got, want := b.git("log", "-1", "--name-only", "--format=%s|%an"), "Do; $(it)|Scripted Agent\n\na"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Caught: os.WriteFile in the place of os.Root.
func TestPathsStayInTheWorktree(t *testing.T) {
	for _, path := range []string{"../out", "/tmp/../out", "link/out", "d/../../out", "file"} {
		b := newBench(t, script(fmt.Sprintf(`{"do":"write","path":%q,"content":"x"}`, path)))
		outside := filepath.Dir(b.dir)
		for name, to := range map[string]string{"link": outside, "file": filepath.Join(outside, "out")} {
			if err := os.Symlink(to, filepath.Join(b.dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		r := b.work()
		if !strings.Contains(r.out, "I could not do it") {
			t.Errorf("%s: no complaint:\n%s", path, r.out)
		}
		if _, err := os.Stat(filepath.Join(outside, "out")); err == nil {
			t.Errorf("%s: wrote outside of the worktree", path)
		}
	}
}

// Text from outside must not reach the terminal as escapes.
func TestScreenShowsNoForeignEscapes(t *testing.T) {
	b := newBench(t, script(`{"do":"run","argv":["printf","a\\033]0;gotcha\\007b"]},{"do":"print","text":"\u001b[2Jclear"}`))
	b.file(filepath.Join(b.dir, "ISSUE.json"), `{"title":"\u001b[31mred"}`)
	r := b.work()
	if strings.Contains(r.out, "\x1b]0;gotcha") || strings.Contains(r.out, "\x1b[2J") || !strings.Contains(r.out, "clear") {
		t.Errorf("got %q", r.out)
	}
}

func TestDeafAgentSurvivesAHangup(t *testing.T) {
	b := newBench(t, script(`{"do":"ignore_hup"},{"do":"write","path":"deaf","content":"x"},{"do":"hang"}`))
	p := b.open("--", prompt)
	p.eventually("deafness", func() (string, bool) { return p.screen(), b.read("deaf") != "" })
	pid := p.status("busy")
	for _, signal := range []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM} {
		if err := syscall.Kill(pid, signal); err != nil {
			t.Fatal(err)
		}
	}
	if got := p.exit(); got != 143 {
		t.Errorf("got exit code %d, want that of SIGTERM", got)
	}
}

func TestOrphanSurvivesItsAgent(t *testing.T) {
	b := newBench(t, script(`{"do":"leave_orphan","ms":60000}`))
	b.work()
	said, _ := b.last("PostToolUse")["tool_response"].(map[string]any)
	pid, err := strconv.Atoi(strings.TrimPrefix(fmt.Sprint(said["stdout"]), "orphan "))
	if err != nil {
		t.Fatalf("got response %v", said)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Errorf("orphan %d: %v", pid, err)
	}
}

func TestHooksCanForbidATool(t *testing.T) {
	b := newBench(t, script(`{"do":"write","path":"a","content":"x"}`))
	b.file(b.settings, `{"hooks":{"PreToolUse":[
		{"matcher":"Bash","hooks":[{"type":"command","command":"exit 2"}]},
		{"matcher":"Edit|Write","hooks":[{"type":"command","command":"echo '{\"hookSpecificOutput\":{\"permissionDecision\":\"deny\",\"permissionDecisionReason\":\"no\"}}'"}]}]}}`)
	if r := b.work(); b.read("a") != "" || !strings.Contains(r.out, "Write was denied: no") {
		t.Errorf("got file %q and\n%s", b.read("a"), r.out)
	}
}

func TestHangingHookIsCutOff(t *testing.T) {
	b := newBench(t, script(`{"do":"print","text":"x"}`))
	b.file(b.settings, `{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"exec sleep 600","timeout":0.05}]}]}}`)
	if r := b.work(); r.code != 0 || !strings.Contains(r.out, "Stop hook error") {
		t.Errorf("got exit %d:\n%s", r.code, r.out)
	}
}

func TestScenarioErrorsAreOneClearLine(t *testing.T) {
	for text, want := range map[string]string{
		"{\n\"tasks\": [\n}":     "line 3: invalid character '}' looking for beginning of value",
		`{"task":[]}`:            `json: unknown field "task"`,
		`{} {}`:                  "more than one JSON value",
		`{"tasks":[{}]}`:         "task 1: want an id or a title",
		script(`{"do":"wrote"}`): `task 1 (456), turn 1: step 1: do "wrote": no such step`,
		script(`{}`):             `task 1 (456), turn 1: step 1: want a "do"`,
		script(`{"do":"hang"},{"do":"write","content":"x"}`):                     `task 1 (456), turn 1: step 2: write: want "path"`,
		script(`{"do":"write","path":"a","mode":1}`):                             `task 1 (456), turn 1: step 1: write: json: unknown field "mode"`,
		script(`{"do":"write","path":"a","content":1}`):                          `task 1 (456), turn 1: step 1: write: want a text or a list of lines`,
		script(`{"do":"completion","status":"DONE"}`):                            `task 1 (456), turn 1: step 1: completion: status "DONE": want SUCCESS, FAILED or PARTIAL`,
		script(`{"do":"crash","signal":"X"}`):                                    `task 1 (456), turn 1: step 1: crash: signal "X": want KILL, TERM, HUP, INT or QUIT, or an exit code`,
		script(`{"do":"run","argv":["a"],"on_failure":[{"do":"wait","ms":-1}]}`): `task 1 (456), turn 1: step 1: run: on_failure: step 1: wait: ms -1: want 0 or more`,
		`{"splits":[{"id":"1"}]}`:                                                "split 1 (1): no subissues",
		`{"splits":[{"id":"1","subissues":[{"depends_on":[1]}]}]}`:               "split 1 (1): subissue 1: depends_on 1: want the position of another",
		`{"predictions":[{"paths":["a"]}]}`:                                      "prediction 1 (): want an id or a title",
		`{"predictions":[{"id":"1","subissues":[]}]}`:                            `json: unknown field "subissues"`,
		`{"splits":[{"id":"1","answer":"x"}]}`:                                   `split 1 (1): answer "x": want unstructured, error or garbled`,
	} {
		_, err := parseScenario([]byte(text))
		if err == nil {
			t.Errorf("%s: no error, want %s", text, want)
			continue
		}
		if err.Error() != want {
			t.Errorf("%s: got error\n%s\nwant\n%s", text, err, want)
		}
	}
}

func TestMissingScenarioStopsTheAgent(t *testing.T) {
	b := newBench(t, "")
	path := filepath.Join(b.dir, "nowhere.json")
	r := b.agent("", "--scenario", path, "--", prompt)
	if want := "read scenario: open " + path + ": no such file or directory\n"; r.code != 1 || r.errout != want {
		t.Errorf("got exit %d, %q; want 1, %q", r.code, r.errout, want)
	}
}

func FuzzScenario(f *testing.F) {
	f.Add(script(`{"do":"run","argv":["a"],"on_failure":[{"do":"print","text":["a"]}]}`))
	f.Add(`{"tasks":[{"id":"1","turns":[{"steps":[]},{"feedback":"a*b","steps":[{"do":"print","text":"c"}]}]}]}`)
	f.Add(`{"splits":[{"title":"a*b","subissues":[{"title":"x"}]}],"predictions":[{"id":"1","paths":["a"]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseScenario([]byte(text))
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of more than one line: %q", err)
			}
			return
		}
		s.turns(task{id: "1", title: text, attempt: 1}, "")
		s.turns(task{id: "1", title: text, attempt: 2}, text)
		s.split(text)
		s.prediction(text)
	})
}
