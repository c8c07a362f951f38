package scripted

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/founder-mode/fm"
)

// The order and the fields are those that were measured with the CLI.
//
// Caught: a state file that was idle before Stop; dots kept in the folder of
// the transcript.
func TestHooksComeInTheOrderOfTheCLI(t *testing.T) {
	b := newBench(t, "")
	b.hooks("cat '" + b.config + "'/sessions/*.json >'" + b.events + ".live'")
	p := b.open("--session-id", sessionA, "--name", "fm-456", "--permission-mode", "dontAsk", "--", prompt)
	p.until("SessionStart:startup UserPromptSubmit PreToolUse:Write PostToolUse:Write" +
		" PreToolUse:Bash PostToolUse:Bash PreToolUse:Write PostToolUse:Write Stop")
	p.status("idle")
	for _, payload := range b.told() {
		for key, want := range map[string]any{
			"session_id": sessionA, "cwd": b.dir, "permission_mode": "dontAsk",
			"session_title": "fm-456", "transcript_path": b.transcript(),
		} {
			if payload[key] != want {
				t.Errorf("%v: got %s %v, want %v", payload["hook_event_name"], key, payload[key], want)
			}
		}
	}
	if got := b.last("UserPromptSubmit")["prompt"]; got != prompt {
		t.Errorf("got prompt %q, want it raw: %q", got, prompt)
	}
	live, err := os.ReadFile(b.events + ".live")
	if err != nil || !strings.Contains(string(live), `"status":"busy"`) {
		t.Errorf("got state file %s at Stop (%v), want busy", live, err)
	}
	stop := b.last("Stop")
	if stop["stop_hook_active"] != false || stop["last_assistant_message"] == "" {
		t.Errorf("got Stop %v", stop)
	}
	if tasks, ok := stop["background_tasks"].([]any); !ok || len(tasks) > 0 {
		t.Errorf("got background tasks %v, want an empty list", stop["background_tasks"])
	}
	if !strings.Contains(p.screen(), "scripted agent (not Claude)") {
		t.Errorf("the screen does not say what this is:\n%s", p.screen())
	}
	if _, err := os.Stat(b.transcript()); err != nil {
		t.Error(err)
	}
}

func TestBuiltInWorkIsOneCommitAndACompletion(t *testing.T) {
	b := newBench(t, "")
	if r := b.work(); r.code != 0 {
		t.Fatalf("exit %d: %s%s", r.code, r.out, r.errout)
	}
	if got, want := b.git("show", "--name-only", "--format=%s", "HEAD"), "Add a note on 456 Add the thing\n\nnotes/456.md"; got != want {
		t.Errorf("got commit %q, want %q", got, want)
	}
	c, err := fm.ParseCompletion(b.read("COMPLETION.md"))
	if err != nil || c.Outcome != fm.Success || c.Finished.IsZero() || c.Files != "- notes/456.md" {
		t.Errorf("got completion %+v, error %v", c, err)
	}
	if left := b.git("status", "--porcelain", "--", "notes"); left != "" {
		t.Errorf("left uncommitted: %s", left)
	}
}

// TASK.md of a fix says how the commit is worded, and the words of the issue in
// its fences do not.
const toFix = "# Issue 456: Add the thing\n\n## The issue\n\n```text\n## The commit message\n\n    wrong\n```\n\n" +
	"## The commit message\n\nThe last line is needed:\n\n    fix: Add the thing\n\n    Fixes #456\n\n## When you are done\n\nWrite:\n\n    # Completion Status\n"

// Without a scenario an issue is fixed as it is asked for. With one, a commit
// without a message has the one that is asked for, and any other has its last
// line, once.
func TestACommitOfAFixSaysWhatItFixes(t *testing.T) {
	write := `{"do":"write","path":"a","content":"x"},`
	for scenario, want := range map[string]string{
		"":                                "fix: Add the thing\n\nFixes #456",
		script(write + `{"do":"commit"}`): "fix: Add the thing\n\nFixes #456",
		script(write + `{"do":"commit","message":"Do it"}`):                    "Do it\n\nFixes #456",
		script(write + `{"do":"commit","message":["Do it","","Fixes #456."]}`): "Do it\n\nFixes #456.",
	} {
		b := newBench(t, scenario)
		b.file(filepath.Join(b.dir, "TASK.md"), toFix)
		b.file(filepath.Join(b.dir, ".founder-mode", "config.json"), "{}")
		if r := b.agent("", "--settings", b.settings, "--", "/fm:fix-issue 456"); r.code != 0 {
			t.Fatalf("exit %d: %s%s", r.code, r.out, r.errout)
		}
		if got := b.git("log", "-1", "--format=%B"); got != want {
			t.Errorf("%s: got %q, want %q", scenario, got, want)
		}
		if files := b.git("ls-tree", "-r", "--name-only", "HEAD"); strings.Contains(files, "TASK.md") || strings.Contains(files, ".founder-mode") {
			t.Errorf("%s: fm's own files were committed: %s", scenario, files)
		}
	}
	b := newBench(t, script(write+`{"do":"commit"}`))
	b.work()
	if got, want := b.git("log", "-1", "--format=%B"), "Work on 456 Add the thing"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Caught: without the switch to bracketed paste each line became a prompt.
func TestPastedTextIsOnePrompt(t *testing.T) {
	b := newBench(t, `{"tasks":[{"id":"456","turns":[
		{"steps":[{"do":"print","text":"one"}]},
		{"steps":[{"do":"print","text":"two"}]}]}]}`)
	p := b.open("--session-id", sessionA, "--", prompt)
	p.until("SessionStart:startup UserPromptSubmit Stop")
	p.status("idle")
	nudge := "Please go on.\n\nIt is \"not\" done; see $HOME `x`.\n" + strings.Repeat("word ", 2000) + "end"
	p.paste(nudge)
	p.until("SessionStart:startup UserPromptSubmit Stop UserPromptSubmit Stop")
	if got := b.last("UserPromptSubmit")["prompt"]; got != nudge {
		t.Errorf("got %d bytes %.80q, want %d", len(fmt.Sprint(got)), got, len(nudge))
	}
	if got := b.last("Stop")["last_assistant_message"]; got != "two" {
		t.Errorf("got message %v, want that of the second turn", got)
	}
}

func TestPromptWhileBusyIsTheNextTurn(t *testing.T) {
	b := newBench(t, `{"ask_notice_ms":600000,"tasks":[{"id":"456","turns":[
		{"steps":[{"do":"ask","command":"ls"}]},
		{"steps":[{"do":"wait","ms":1},{"do":"print","text":"two"}]}]}]}`)
	p := b.open("--", prompt)
	p.status("waiting permission prompt")
	p.shows("Esc to cancel")
	p.tmux("send-keys", "-t", "w", "Enter") // answers
	p.tmux("send-keys", "-t", "w", "-l", "go on")
	p.tmux("send-keys", "-t", "w", "Enter")
	p.until("SessionStart:startup UserPromptSubmit PermissionRequest:Bash Stop UserPromptSubmit Stop")
	if got := b.last("UserPromptSubmit")["prompt"]; got != "go on" {
		t.Errorf("got prompt %q", got)
	}
}

// Both ways to refuse, as the CLI documents them.
func TestRefusedStopIsOneMoreTurn(t *testing.T) {
	for name, refuse := range map[string]string{
		"decision": `[ -f COMPLETION.md ] || echo '{"decision":"block","reason":"write it"}'`,
		"exit 2":   `[ -f COMPLETION.md ] || { echo write it >&2; exit 2; }`,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, `{"tasks":[{"title":"add*thing","turns":[
				{"steps":[{"do":"no_completion","text":"Done, I think."}]},
				{"steps":[{"do":"completion","status":"FAILED","summary":"no"}]}]}]}`)
			b.hooks(refuse)
			r := b.work()
			if got, want := b.names(), "SessionStart:startup UserPromptSubmit Stop PreToolUse:Write PostToolUse:Write Stop SessionEnd:prompt_input_exit"; got != want {
				t.Errorf("got events  %s\nwant %s", got, want)
			}
			if b.last("Stop")["stop_hook_active"] != true {
				t.Error("the second Stop does not say that a hook refused the first")
			}
			if !strings.Contains(r.out, "Stop hook feedback: write it") {
				t.Errorf("the reason is not shown:\n%s", r.out)
			}
		})
	}
}

func TestStopHookCannotRefuseForEver(t *testing.T) {
	b := newBench(t, "")
	b.hooks("exit 2")
	b.work()
	if got := strings.Count(b.names(), "Stop"); got != blockCap {
		t.Errorf("got %d Stops, want %d", got, blockCap)
	}
}

func TestStatusLineIsFedAfterTheTurn(t *testing.T) {
	b := newBench(t, `{"tasks":[{"id":"456","turns":[{"cost_usd":1.5,"steps":[{"do":"write","path":"a","content":["x","y"]}]}]}]}`)
	b.work()
	text, err := os.ReadFile(b.events + ".cost")
	if err != nil {
		t.Fatal(err)
	}
	var feed struct {
		SessionID string `json:"session_id"`
		Cost      struct {
			USD   float64 `json:"total_cost_usd"`
			Added int     `json:"total_lines_added"`
		} `json:"cost"`
	}
	if err := json.Unmarshal(text, &feed); err != nil {
		t.Fatal(err)
	}
	if feed.SessionID != sessionA || feed.Cost.USD != 1.5 || feed.Cost.Added != 2 {
		t.Errorf("got %+v", feed)
	}
}

// The table of section 7 of the measurements: exit code, hook, state file.
//
// Caught: SIGINT taken for SIGTERM; SIGQUIT that tidied up.
func TestSignalsEndAsTheyEndTheCLI(t *testing.T) {
	end := " SessionEnd:other"
	for _, c := range []struct {
		signal syscall.Signal
		code   int
		hooks  string
		file   string // status left in the state file
	}{
		{syscall.SIGTERM, 143, end, ""},
		{syscall.SIGHUP, 129, end, ""},
		{syscall.SIGINT, 0, end, ""},
		{syscall.SIGQUIT, 131, "", "idle"},
		{syscall.SIGKILL, 137, "", "idle"},
	} {
		t.Run(c.signal.String(), func(t *testing.T) {
			b := newBench(t, `{"tasks":[{"id":"456","turns":[{"steps":[]}]}]}`)
			p := b.open("--", prompt)
			p.until("SessionStart:startup UserPromptSubmit Stop")
			pid := p.status("idle")
			if err := syscall.Kill(pid, c.signal); err != nil {
				t.Fatal(err)
			}
			if got := p.exit(); got != c.code {
				t.Errorf("got exit code %d, want %d", got, c.code)
			}
			if got, want := b.names(), "SessionStart:startup UserPromptSubmit Stop"+c.hooks; got != want {
				t.Errorf("got events %s, want %s", got, want)
			}
			if got := b.live().Status; got != c.file {
				t.Errorf("got state file %q, want %q", got, c.file)
			}
		})
	}
}

func TestSignalDuringAToolEndsTheToolAndFiresStop(t *testing.T) {
	b := newBench(t, `{"tasks":[{"id":"456","turns":[{"steps":[{"do":"run","argv":["sh","-c","echo $$ >tool; exec sleep 600"]}]}]}]}`)
	p := b.open("--", prompt)
	var tool int
	p.eventually("running tool", func() (string, bool) {
		n, err := fmt.Sscan(b.read("tool"), &tool)
		return p.screen(), n == 1 && err == nil
	})
	if err := syscall.Kill(p.status("busy"), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if got := p.exit(); got != 143 {
		t.Errorf("got exit code %d, want 143", got)
	}
	if got, want := b.names(), "PreToolUse:Bash Stop SessionEnd:other"; !strings.HasSuffix(got, want) {
		t.Errorf("got events %s, want them to end with %s", got, want)
	}
	if err := syscall.Kill(tool, 0); err == nil {
		t.Errorf("tool %d still runs", tool)
	}
}

func TestKilledPaneIsAHangup(t *testing.T) {
	b := newBench(t, `{"tasks":[{"id":"456","turns":[{"steps":[{"do":"hang"}]}]}]}`)
	p := b.open("--", prompt)
	p.status("busy")
	p.tmux("kill-session", "-t", "w")
	if got := p.exit(); got != 129 {
		t.Errorf("got exit code %d, want 129", got)
	}
	if got := b.last("SessionEnd")["reason"]; got != "other" {
		t.Errorf("got reason %v", got)
	}
}

func TestEscapeInterruptsWithoutAHook(t *testing.T) {
	b := newBench(t, `{"tasks":[{"id":"456","turns":[{"steps":[{"do":"hang"}]}]}]}`)
	p := b.open("--", prompt)
	p.status("busy")
	p.until("SessionStart:startup UserPromptSubmit") // Escape ends a hook, too
	p.tmux("send-keys", "-t", "w", "Escape")
	p.status("idle")
	if got, want := b.names(), "SessionStart:startup UserPromptSubmit"; got != want {
		t.Errorf("got events %s, want %s", got, want)
	}
	p.shows("❯\u00a0" + prompt) // what was interrupted is to be edited: C-c is for the prompt now
	p.tmux("send-keys", "-t", "w", "C-c", "C-c")
	if got := p.exit(); got != 0 {
		t.Errorf("got exit code %d, want 0", got)
	}
	if got := b.last("SessionEnd")["reason"]; got != "prompt_input_exit" {
		t.Errorf("got reason %v", got)
	}
}

func TestUnknownCommandIsNotSent(t *testing.T) {
	b := newBench(t, "")
	r := b.agent("", "--settings", b.settings, "--", "/nosuch 47")
	if !strings.Contains(r.out, "Unknown command: /nosuch") {
		t.Errorf("got\n%s", r.out)
	}
	if got, want := b.names(), "SessionStart:startup SessionEnd:prompt_input_exit"; got != want {
		t.Errorf("got events %s, want %s", got, want)
	}
	b.file(filepath.Join(b.config, "plugin", "commands", "nosuch.md"), "do it")
	b.agent("", "--settings", b.settings, "--plugin-dir", filepath.Join(b.config, "plugin"), "--", "/fm:nosuch 456")
	if got := b.last("UserPromptSubmit")["prompt"]; got != "/fm:nosuch 456" {
		t.Errorf("a command of the plugin was not sent, but %v", got)
	}
}

// The trap that the CLI sets: a text for the agent that meets a dialog is lost,
// and its Enter takes the first option.
func TestPasteIntoADialogAnswersIt(t *testing.T) {
	b := newBench(t, `{"ask_notice_ms":1,"tasks":[{"id":"456","turns":[{"steps":[
		{"do":"ask","command":"rm -r /","question":"Really?"},{"do":"print","text":"allowed"}]}]}]}`)
	p := b.open("--", prompt)
	p.status("waiting permission prompt")
	p.until("SessionStart:startup UserPromptSubmit PermissionRequest:Bash Notification:permission_prompt")
	p.paste("are you stuck?")
	p.status("idle")
	if got := b.last("Stop")["last_assistant_message"]; got != "allowed" {
		t.Errorf("got message %v", got)
	}
	if got := strings.Count(b.names(), "UserPromptSubmit"); got != 1 {
		t.Errorf("got %d prompts, want the paste to be lost", got)
	}
}

func TestDeniedDialogEndsTheTurn(t *testing.T) {
	b := newBench(t, `{"ask_notice_ms":600000,"tasks":[{"id":"456","turns":[{"steps":[{"do":"ask"},{"do":"print","text":"allowed"}]}]}]}`)
	p := b.open("--", prompt)
	p.status("waiting permission prompt")
	p.tmux("send-keys", "-t", "w", "Escape")
	p.status("idle")
	if got, want := b.names(), "SessionStart:startup UserPromptSubmit PermissionRequest:Bash"; got != want {
		t.Errorf("got events %s, want %s", got, want)
	}
}

func TestUsageLimitOpensAModalThatEatsTheNextPrompt(t *testing.T) {
	b := newBench(t, `{"idle_notice_ms":1,"tasks":[{"id":"456","turns":[
		{"steps":[{"do":"limit"}]},{"steps":[{"do":"print","text":"again"}]}]}]}`)
	p := b.open("--", prompt)
	p.status("waiting dialog open")
	failure := b.last("StopFailure")
	if failure["error"] != "rate_limit" || failure["last_assistant_message"] != "You've hit your session limit · resets 11:05am (UTC)" {
		t.Errorf("got %v", failure)
	}
	p.shows("Enter to confirm")
	p.paste("lost")
	p.status("idle")
	p.until("SessionStart:startup UserPromptSubmit StopFailure:rate_limit Notification:idle_prompt")
	p.paste("Please go on.")
	p.eventually("Stop", func() (string, bool) { return b.names(), strings.Contains(b.names()+" ", " Stop ") })
	if got := b.last("UserPromptSubmit")["prompt"]; got != "Please go on." {
		t.Errorf("got prompt %v", got)
	}
}

func TestUnknownHookEventOpensADialog(t *testing.T) {
	b := newBench(t, "")
	b.file(b.settings, `{"hooks":{"Nope":[]}}`)
	p := b.open("--", prompt)
	p.eventually("warning", func() (string, bool) {
		s := p.screen()
		return s, strings.Contains(s, `Unknown hook event "Nope"`)
	})
	if got := b.live().PID; got != 0 {
		t.Errorf("got a state file of process %d before somebody answered", got)
	}
	p.tmux("send-keys", "-t", "w", "Enter")
	p.status("idle")
}

// A terminal that gets another size shows everything once, as wide as it is then.
// Caught: a foot that is drawn below what the terminal broke of the last one; a
// narrow terminal that is taken for one of 80 columns.
func TestAnotherSizeRepaintsWhole(t *testing.T) {
	b := newBench(t, `{"tasks":[{"id":"456","turns":[{"steps":[{"do":"print","text":"One."},{"do":"hang"}]}]}]}`)
	p := b.open("--", prompt)
	p.status("busy")
	p.tmux("set-option", "-t", "w", "window-size", "manual")
	for _, columns := range []int{90, 36, 120, 48} {
		p.tmux("resize-window", "-t", "w", "-x", strconv.Itoa(columns), "-y", "30")
		p.tmux("send-keys", "-t", "w", "-l", "x")
		p.eventually(fmt.Sprintf("whole screen of %d columns", columns), func() (string, bool) {
			s := p.screen()
			rule := strings.Repeat("─", columns-1)
			return s, strings.Contains(s, rule+"\n") && !strings.Contains(s, rule+"─") && strings.Count(s, "scripted agent (not Claude)") == 1 &&
				strings.Count(s, "One.") == 1 && strings.Count(s, "Following the scenario") == 1 && strings.Count(s, "❯\u00a0") == 1
		})
	}
}
