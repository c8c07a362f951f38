package claude

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// The files in testdata/screens were captured from the real CLI, at two
// widths.
//
// Caught: a box whose mark is followed by any space; a rule within a menu that
// cuts it in two ("question"); the box that a process leaves behind ("exited");
// a placeholder that is taken for a draft.
func TestScreensOfTheRealCLI(t *testing.T) {
	box := fm.Screen{Prompt: true}
	busy := fm.Screen{Prompt: true, Busy: true}
	draft := func(text string) fm.Screen { return fm.Screen{Prompt: true, Draft: text} }
	asks := func(kind fm.QuestionKind, text string, options ...string) fm.Screen {
		return fm.Screen{Dialog: fm.Question{Kind: kind, Text: text, Options: options}}
	}
	edits := []string{"Yes", "Yes, allow all edits during this session (shift+tab)", "No"}
	want := map[string]fm.Screen{
		"fresh":            box,
		"idle":             box,
		"stashed":          {Prompt: true, Stashed: true},
		"lookalike":        box,
		"interrupted":      box,
		"error":            box,
		"subagent":         box,
		"limit-closed":     box,
		"limit-near":       box,
		"exited":           {},
		"draft":            draft("half a sentence"),
		"draft-lines":      draft("two lines of text"),
		"draft-long":       draft(strings.TrimSpace(strings.Repeat("a long draft that wraps ", 12))),
		"draft-pasted":     draft("[Pasted text #1 +30 lines]"),
		"slash-list":       draft("/"),
		"bash-mode":        draft("!ls"),
		"shortcuts":        draft("!"),
		"busy":             busy,
		"busy-tool":        busy,
		"busy-draft":       {Prompt: true, Busy: true, Draft: "a thought"},
		"busy-queued":      {Prompt: true, Busy: true, Queued: true},
		"queued-command":   {Prompt: true, Busy: true, Queued: true},
		"retry":            {Prompt: true, Busy: true, Retrying: "API error · Retrying in Ns · attempt 3/4"},
		"retry-refused":    {Prompt: true, Busy: true, Retrying: "Unable to connect to API (ConnectionRefused) · Retrying in Ns · attempt 3/4"},
		"permission-bash":  asks(fm.AsksPermission, "Bash command: echo hello > hello.txt && touch $(seq 3)", "Yes", "No"),
		"permission-edit":  asks(fm.AsksPermission, "Edit file: README.md", edits...),
		"permission-write": asks(fm.AsksPermission, "Create file: new.go", edits...),
		"permission-fetch": asks(fm.AsksPermission, `Fetch: url: "https://example.com/", prompt: "x"`, "Yes", "Yes, and don't ask again for example.com", "No, and tell Claude what to do differently (esc)"),
		"question":         asks(fm.AsksQuestion, "Which database?", "SQLite", "Postgres", "Type something.", "Chat about this"),
		"question-multi":   asks(fm.AsksQuestion, "Which colours?", "[✔] Red", "[ ] Blue", "[ ] Green", "[ ] Type something", "Chat about this"),
		"question-submit":  asks(fm.AsksQuestion, "Ready to submit your answers?", "Submit answers", "Cancel"),
		"plan-exit":        asks(fm.AsksPlan, "Exit plan mode?", "Yes", "No"),
		"limit":            asks(fm.AsksLimit, "What do you want to do?", "Stop and wait for limit to reset", "Upgrade your plan"),
		"limit-weekly":     asks(fm.AsksLimit, "What do you want to do?", "Stop and wait for limit to reset", "Upgrade your plan"),
		"trust":            asks(fm.AsksDialog, "Accessing workspace", "Yes, I trust this folder", "No, exit"),
		"mcp":              asks(fm.AsksDialog, "New MCP server found in this project: foo", "Use this MCP server", "Use this and all future MCP servers in this project", "Continue without using this MCP server"),
		"imports":          asks(fm.AsksDialog, "Allow external CLAUDE.md file imports?", "Yes, allow external imports", "No, disable external imports"),
		"api-key":          asks(fm.AsksDialog, "Detected a custom API key in your environment", "Yes", "No (recommended)"),
		"bypass":           asks(fm.AsksDialog, "WARNING: Claude Code running in Bypass Permissions mode", "No, exit", "Yes, I accept"),
		"settings":         asks(fm.AsksDialog, "Settings Warning", "Continue", "Fix with Claude", "Exit and fix manually"),
		"theme": asks(fm.AsksDialog, "Theme", "Auto (match terminal)", "Dark mode", "Light mode", "Dark mode (colorblind-friendly)", "Light mode (colorblind-friendly)",
			"Dark mode (ANSI colors only)", "Light mode (ANSI colors only)", "New custom theme…"),
		"rewind":      asks(fm.AsksDialog, "Rewind"),
		"help":        asks(fm.AsksDialog, "Help General Commands Custom commands"),
		"cost":        asks(fm.AsksDialog, "Settings Status Config Usage Stats"),
		"permissions": asks(fm.AsksDialog, "Permissions Recently denied Allow Ask Deny Workspace"),
		"transcript":  asks(fm.AsksDialog, "Showing detailed transcript · ctrl+o to toggle · ctrl+e to show all verbose"),
	}
	seen := map[string]bool{}
	files, err := filepath.Glob("testdata/screens/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name, _, _ := strings.Cut(filepath.Base(file), ".")
		seen[name] = true
		t.Run(filepath.Base(file), func(t *testing.T) {
			w, ok := want[name]
			if !ok {
				t.Fatal("nothing is said about it")
			}
			got := readScreen(string(readFile(t, file)))
			got.Draft = strings.Join(strings.Fields(got.Draft), " ") // where it wraps depends on the width
			got.Retrying = retryIn.ReplaceAllString(got.Retrying, "in Ns")
			if diff := cmp.Diff(got, w); diff != "" {
				t.Errorf("got - want +:\n%s", diff)
			}
		})
	}
	for name := range want {
		if !seen[name] {
			t.Errorf("%s was not captured", name)
		}
	}
}

// Screens that could not be made on demand, from the CLI's documentation and its
// own texts.
func TestScreensByTheirText(t *testing.T) {
	rule := strings.Repeat("─", 60)
	inBox := func(text string) string {
		return "\n" + rule + "\n❯\u00a0" + text + "\n" + rule + "\n  ⏵⏵ footer"
	}
	tests := map[string]struct {
		shown string
		want  fm.Screen
	}{
		"nothing":       {"", fm.Screen{}},
		"a shell":       {"$ ls\nREADME.md\n$ ", fm.Screen{}},
		"a suggestion":  {inBox(`Try "fix lint errors"`), fm.Screen{Prompt: true}},
		"like one":      {inBox(`Try "fix`), fm.Screen{Prompt: true, Draft: `Try "fix`}},
		"old footer":    {inBox("") + " · esc to interrupt · ← for agents", fm.Screen{Prompt: true, Busy: true}},
		"turn is over":  {"✻ Sautéed for 3s · 1 shell still running\n" + inBox(""), fm.Screen{Prompt: true}},
		"tasks below":   {"✽ Writing tests… (3m 2s · ↓ 4.1k tokens)\n  ⎿  ☒ Read\n     ☐ Write\n" + inBox(""), fm.Screen{Prompt: true, Busy: true}},
		"hook runs":     {"✶ Stewing… (running stop hook · 1s · ↓ 15 tokens)\n" + inBox(""), fm.Screen{Prompt: true, Busy: true}},
		"limit retried": {"✻ Session limit reached · Retrying in 1h (11:05am) · attempt 1/10\n" + inBox(""), fm.Screen{Prompt: true, Busy: true, Retrying: "Session limit reached · Retrying in 1h (11:05am) · attempt 1/10"}},
		"no answer": {
			"✻ Waiting for API response · will retry in 4m 30s · check your network\n" + inBox(""),
			fm.Screen{Prompt: true, Busy: true, Retrying: "Waiting for API response · will retry in 4m 30s · check your network"},
		},
		"first start": {
			" Let's get started.\n\n Choose the text style that looks best with your terminal\n To change this later, run /theme\n\n   1. Auto (match terminal)\n ❯ 2. Dark mode ✔\n   3. Light mode\n",
			fm.Screen{Dialog: fm.Question{Kind: fm.AsksDialog, Text: "Let's get started.", Options: []string{"Auto (match terminal)", "Dark mode", "Light mode"}}},
		},
		"login": {
			" Select login method:\n\n ❯ 1. Claude account with subscription · Pro, Max, Team, or Enterprise\n   2. Anthropic Console account · API usage billing\n",
			fm.Screen{Dialog: fm.Question{Kind: fm.AsksDialog, Text: "Select login method", Options: []string{"Claude account with subscription · Pro, Max, Team, or Enterprise", "Anthropic Console account · API usage billing"}}},
		},
		"security notes": {
			" Security notes:\n\n 1. Claude can make mistakes.\n\n Press Enter to continue…",
			fm.Screen{Dialog: fm.Question{Kind: fm.AsksDialog, Text: "Security notes"}},
		},
		"a plan with a list": {
			rule + "\n Ready to code?\n\n Here is Claude's plan:\n 1. Do it\n 2. Test it\n\n Claude has written up a plan and is ready to execute. Would you like to proceed?\n\n ❯ 1. Yes, and auto-accept edits\n   2. Yes, manually approve edits\n   3. No, keep planning\n",
			fm.Screen{Dialog: fm.Question{Kind: fm.AsksPlan, Text: "Ready to code?", Options: []string{"Yes, and auto-accept edits", "Yes, manually approve edits", "No, keep planning"}}},
		},
		"one that nobody knows": {
			rule + "\n  A new thing\n\n  ❯ 1. Take it\n    2. Leave it\n\n  Enter to confirm · Esc to cancel\n" + rule,
			fm.Screen{Dialog: fm.Question{Kind: fm.AsksDialog, Text: "A new thing", Options: []string{"Take it", "Leave it"}}},
		},
		"a new process below an old box": {
			inBox("old") + "\n\n" + rule + "\n Accessing workspace:\n\n ❯ 1. Yes, I trust this folder\n   2. No, exit\n\n Enter to confirm · Esc to cancel",
			fm.Screen{Dialog: fm.Question{Kind: fm.AsksDialog, Text: "Accessing workspace", Options: []string{"Yes, I trust this folder", "No, exit"}}},
		},
		"talk without a box": {"● Pick one:\n  ❯ 1. Yes\n    2. No\n\n● Done.", fm.Screen{}},
		"escapes in a draft": {inBox("a\x1b[31m\u202eb"), fm.Screen{Prompt: true, Draft: "ab"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(readScreen(tt.shown), tt.want); diff != "" {
				t.Errorf("got - want +:\n%s", diff)
			}
		})
	}
}

// Whatever a pane shows, it is read, to something that can be shown again; and
// a box and a dialog are never both there.
func FuzzScreen(f *testing.F) {
	for _, name := range []string{"question.80", "lookalike.80", "busy-queued.80", "limit.80", "permission-edit.80"} {
		b, err := os.ReadFile("testdata/screens/" + name + ".txt")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add("────\n❯\n────")
	f.Add("────\n ❯ 9. x\n────\n❯ 2. y\nesc to close")
	f.Add("\xff\x1b]0;x\n❯ 99. \u202e\n\n────────\n────────")
	f.Fuzz(func(t *testing.T, shown string) {
		s := readScreen(shown)
		if s.Prompt && s.Dialog.Kind != "" || !s.Prompt && (s.Draft != "" || s.Queued || s.Busy) || s.Dialog.Kind == "" && len(s.Dialog.Options) > 0 {
			t.Errorf("contradicts itself: %+v", s)
		}
		for _, text := range append([]string{s.Dialog.Text, s.Draft, s.Retrying}, s.Dialog.Options...) {
			if fm.Plain(text) != text || !utf8.ValidString(text) {
				t.Errorf("%q cannot be shown", text)
			}
		}
	})
}

var retryIn = regexp.MustCompile(`in \d+s`)
