package scripted

import (
	"encoding/json"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// shows waits until the pane shows all of these.
func (p *pane) shows(words ...string) {
	p.t.Helper()
	p.eventually(strings.Join(words, ", "), func() (string, bool) {
		s := p.screen()
		for _, w := range words {
			if !strings.Contains(s, w) {
				return s, false
			}
		}
		return s, true
	})
}

// hears waits until the hooks have been told of an event this often.
func (p *pane) hears(event string, times int) {
	p.t.Helper()
	p.eventually(event, func() (string, bool) {
		n := 0
		for name := range strings.FieldsSeq(p.names()) {
			if name == event {
				n++
			}
		}
		return p.names(), n == times
	})
}

func (p *pane) press(keys ...string) {
	p.t.Helper()
	p.tmux(append([]string{"send-keys", "-t", "w"}, keys...)...)
}

const turns = `{"ask_notice_ms":600000,"tasks":[{"id":"456","turns":[%]}]}`

func newPlay(t *testing.T, steps ...string) *pane {
	t.Helper()
	all := make([]string, len(steps))
	for i, s := range steps {
		all[i] = `{"steps":[` + s + `]}`
	}
	return newBench(t, strings.Replace(turns, "%", strings.Join(all, ","), 1)).open("--session-id", sessionA, "--", prompt)
}

func TestAQuestionTakesAnOptionOrATextOfOnesOwn(t *testing.T) {
	ask := `{"do":"question","header":"Database","question":"Which database?","options":["SQLite","Postgres"]}`
	p := newPlay(t, ask, ask)
	p.status("waiting permission prompt")
	p.shows("Which database?", "❯ 1. SQLite", "  2. Postgres", "Enter to select")
	input, err := json.Marshal(p.last("PermissionRequest")["tool_input"])
	if err != nil || !strings.Contains(string(input), `"label":"Postgres"`) {
		t.Errorf("the hook was told %s", input)
	}
	p.press("2")
	p.status("idle")
	if got := p.last("Stop")["last_assistant_message"]; got != "You said: Postgres" {
		t.Errorf("got %v", got)
	}
	p.paste("Ask me again.")
	p.status("waiting permission prompt")
	p.shows("❯ 1. SQLite", "Enter to select")
	p.press("3")
	p.shows("❯ 3. ") // what is typed before is lost, as with the CLI
	p.press("-l", "DuckDB")
	p.press("Enter")
	p.hears("Stop", 2)
	if got := p.last("Stop")["last_assistant_message"]; got != "You said: DuckDB" {
		t.Errorf("got %v", got)
	}
}

func TestAPlanWaitsForAYes(t *testing.T) {
	p := newPlay(t, `{"do":"plan","plan":["1. Read","2. Write"]}`)
	p.status("waiting permission prompt")
	p.shows("Exit plan mode?", "2. Write", "❯ 1. Yes")
	p.press("1")
	p.hears("Stop", 1)
}

// Caught: a limit that was over at once; a menu at every prompt.
func TestAnAccountsLimitRefusesPromptsUntilItResets(t *testing.T) {
	p := newPlay(t, `{"do":"limit","resets_in_ms":8000}`, `{"do":"print","text":"again"}`)
	p.status("waiting dialog open")
	p.shows("You've hit your session limit · resets ", "What do you want to do?", "❯ 1. Stop and wait")
	p.press("Escape")
	p.status("idle")
	p.paste("Go on.")
	p.hears("StopFailure:rate_limit", 2)
	p.status("idle") // the menu opens once
	text, err := os.ReadFile(p.config + "/scripted-limit.json")
	var l accountLimit
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.eventually("the reset", func() (string, bool) {
		now := time.Now()
		return now.String(), now.UnixMilli() > l.Until
	})
	p.paste("Go on.")
	p.hears("Stop", 1)
	if got := p.last("Stop")["last_assistant_message"]; got != "again" {
		t.Errorf("got %v, want the turn after the limit", got)
	}
}

func TestLimitsAreSaidAsTheCLISaysThem(t *testing.T) {
	now := time.Date(2026, 11, 20, 14, 38, 0, 0, time.UTC)
	for want, resets := range map[string]time.Time{
		"You've hit your session limit · resets 2:39pm (UTC)":          now.Add(time.Minute),
		"You've hit your session limit · resets 12am (UTC)":            time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC),
		"You've hit your session limit · resets Nov 23, 10:39pm (UTC)": time.Date(2026, 11, 23, 22, 39, 0, 0, time.UTC),
	} {
		if got := limitWords("session", now, resets); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestEachTroubleHasTheKindOfTheCLI(t *testing.T) {
	for class, kind := range map[string]string{
		"rate": "rate_limit", "overloaded": "server_error", "server": "server_error", "key": "authentication_failed", "login": "authentication_failed",
		"credit": "billing_error", "length": "invalid_request", "model": "model_not_found", "network": "server_error",
	} {
		b := newBench(t, script(`{"do":"trouble","class":"`+class+`"}`))
		if r := b.work(); r.code != 0 || !strings.Contains(b.names(), "StopFailure:"+kind) || strings.Contains(r.out, "What do you want") {
			t.Errorf("%s: got exit %d, %s", class, r.code, b.names())
		}
	}
}

func TestARetryIsOnlyOnTheScreen(t *testing.T) {
	p := newPlay(t, `{"do":"retry","ms":6000,"words":"Unable to connect to API (ConnectionRefused)"}`)
	p.shows("✻ Unable to connect to API (ConnectionRefused) · Retrying in ")
	p.until("SessionStart:startup UserPromptSubmit Stop")
}

// Caught: a status idle while the job ran; a job that nobody was told of.
func TestABackgroundJobWakesItsAgent(t *testing.T) {
	p := newPlay(t, `{"do":"background","ms":4000}`, `{"do":"print","text":"awake"}`)
	p.status("shell")
	if tasks, ok := p.last("Stop")["background_tasks"].([]any); !ok || len(tasks) != 1 {
		t.Errorf("got %v", p.last("Stop"))
	}
	p.hears("Stop", 2)
	p.status("idle")
	if got := p.last("UserPromptSubmit")["prompt"]; !strings.HasPrefix(got.(string), "<task-notification>") {
		t.Errorf("got prompt %v", got)
	}
	if tasks, ok := p.last("Stop")["background_tasks"].([]any); !ok || len(tasks) != 0 || p.last("Stop")["last_assistant_message"] != "awake" {
		t.Errorf("got %v", p.last("Stop"))
	}
}

// What fm does to a box in which a person has typed.
func TestADraftIsStashedAndComesBack(t *testing.T) {
	p := newPlay(t, `{"do":"print","text":"one"}`, `{"do":"print","text":"two"}`)
	p.hears("Stop", 1)
	p.press("-l", "half typed")
	p.shows("❯\u00a0half typed")
	p.press("C-s")
	p.shows("❯\u00a0\n", "› stashed")
	p.paste("Please go on.")
	p.hears("Stop", 2)
	if got := p.last("UserPromptSubmit")["prompt"]; got != "Please go on." {
		t.Errorf("got prompt %q", got)
	}
	p.shows("❯\u00a0half typed", "Draft restored")
}

// Caught: a message that waited for the end of the turn though a tool had ended.
func TestAMessageJoinsTheTurnAfterATool(t *testing.T) {
	p := newPlay(t, `{"do":"run","argv":["sh","-c","until test -e go; do sleep 0.05; done"]},{"do":"run","argv":["sh","-c","until test -e on; do sleep 0.05; done"]}`)
	p.status("busy")
	p.shows("Following the scenario…")
	p.paste("Look at this, too.")
	p.shows("  ❯ Look at this, too.", "Press up to edit queued messages")
	p.file(p.dir+"/go", "")
	p.hears("PostToolUse:Bash", 1)
	p.eventually("the message in the transcript", func() (string, bool) {
		text, _ := os.ReadFile(p.transcript())
		return string(text), strings.Contains(string(text), `"queued_command"`)
	})
	p.file(p.dir+"/on", "")
	p.hears("Stop", 1)
	p.status("idle")
	if got := strings.Count(p.names(), "UserPromptSubmit"); got != 1 {
		t.Errorf("got %d prompts, want 1", got)
	}
}

func TestEscapeBeforeAnAnswerPutsThePromptBack(t *testing.T) {
	p := newPlay(t, `{"do":"hang"}`)
	p.status("busy")
	p.press("Escape")
	p.status("idle")
	p.shows("Interrupted", "❯\u00a0"+prompt)
}

func TestANumbAgentTakesNoPrompt(t *testing.T) {
	p := newPlay(t, `{"do":"deaf"},{"do":"print","text":"done"}`, `{"do":"print","text":"never"}`)
	p.hears("Stop", 1)
	p.status("idle")
	p.paste("Are you there?")
	p.press("C-c", "C-c", "x")
	pid := p.live().PID
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if got := p.exit(); got != 143 {
		t.Errorf("got exit %d, want that of the signal", got)
	}
	if got := strings.Count(p.names(), "UserPromptSubmit"); got != 1 {
		t.Errorf("got %d prompts, want 1", got)
	}
}

func TestSpendingIsFedAtOnceAndGrows(t *testing.T) {
	p := newPlay(t, `{"do":"spend","usd":0.25,"tokens":100},{"do":"spend","usd":0.5,"tokens":100},{"do":"hang"}`)
	p.eventually("the cost", func() (string, bool) {
		text, _ := os.ReadFile(p.events + ".cost")
		return string(text), strings.Contains(string(text), `"total_cost_usd":0.75`) && strings.Contains(string(text), `"total_output_tokens":200`)
	})
}
