package scripted

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/founder-mode/fm"
)

// printResult answers one prompt with the split that the scenario has for the
// issue in it, in the form of claude -p.
func printResult(ctx context.Context, o options, env Env, scenario Scenario) int {
	prompt := o.prompt
	if prompt == "" {
		text, err := io.ReadAll(env.Stdin)
		if err != nil || len(text) == 0 {
			return refuse(env, cliError("Error: Input must be provided either through stdin or as a prompt argument when using --print"))
		}
		prompt = string(text)
	}
	s := scenario.split(prompt)
	timer := time.NewTimer(millis(s.Wait))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done(): // the CLI prints nothing then
		return 143
	}
	if s.Answer == garbled {
		_, _ = io.WriteString(env.Stdout, "this is not JSON\n") // nobody to tell
		return 0
	}
	return printReply(o, env, s)
}

func printReply(o options, env Env, s splitScript) int {
	code := 0
	reply := fields{
		"type": "result", "subtype": "success", "is_error": false, "api_error_status": nil,
		"duration_ms": s.Wait, "num_turns": 1, "result": s.Message, "stop_reason": "end_turn",
		"session_id": or(o.sessionID, newID()), "total_cost_usd": 0, "terminal_reason": "completed",
		"usage": fields{"input_tokens": 0, "output_tokens": 0}, "modelUsage": fields{},
		"permission_denials": []any{}, "structured_output": nil,
	}
	switch {
	case s.Answer == failing:
		code = 1
		reply["is_error"] = true
		if s.Status != 0 {
			reply["api_error_status"] = s.Status
		}
	case s.Answer == structured && o.jsonSchema != "":
		split := fm.Split{Subissues: s.Subissues}
		text, err := json.Marshal(split)
		if err != nil {
			return refuse(env, err)
		}
		reply["structured_output"], reply["result"], reply["stop_reason"], reply["num_turns"] = split, string(text), "tool_use", 2
	}
	if o.outputFormat != "json" {
		_, _ = fmt.Fprintln(env.Stdout, reply["result"]) // nobody to tell
		return code
	}
	text, err := json.Marshal(reply)
	if err != nil {
		return refuse(env, err)
	}
	_, _ = env.Stdout.Write(append(text, '\n')) // nobody to tell
	return code
}

// split finds the script for the issue that a prompt is about: the one whose
// title stands first in it, else the one that is named as "issue 12" or "#12".
func (s Scenario) split(prompt string) splitScript {
	best, at := -1, len(prompt)+1
	for i, script := range s.splits {
		if pos := script.in(prompt); pos >= 0 && pos < at {
			best, at = i, pos
		}
	}
	if best >= 0 {
		return s.splits[best]
	}
	for _, named := range issuePattern.FindAllStringSubmatch(prompt, -1) {
		for _, script := range s.splits {
			if script.ID == named[1] {
				return script
			}
		}
	}
	return halves()
}

var issuePattern = regexp.MustCompile(`(?:(?i:issue)\s+#?|#)([A-Za-z0-9][A-Za-z0-9_-]*)`)

// halves is the built-in split of an issue that no scenario knows.
func halves() splitScript {
	half := func(title string, needs ...int) fm.Subissue {
		return fm.Subissue{
			Title: title, Description: title + ", as a note. Planned by the scripted agent, which reads no issue.",
			Criteria: []string{"A note is committed"}, Context: []string{}, Hours: 2, Priority: "normal",
			Paths: []string{"notes"}, DependsOn: append([]int{}, needs...),
		}
	}
	return splitScript{Subissues: []fm.Subissue{half("Make the change"), half("Document the change", 1)}}
}
