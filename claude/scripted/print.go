package scripted

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// printResult answers one prompt with what the scenario has for the issue in it,
// in the form of claude -p.
func printResult(ctx context.Context, o options, env Env, scenario Scenario) int {
	prompt := o.prompt
	if prompt == "" {
		text, err := io.ReadAll(env.Stdin)
		if err != nil || len(text) == 0 {
			return refuse(env, cliError("Error: Input must be provided either through stdin or as a prompt argument when using --print"))
		}
		prompt = string(text)
	}
	s, output := scenario.to(prompt, o.jsonSchema)
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
	return printReply(o, env, s, output)
}

func printReply(o options, env Env, s replyScript, output any) int {
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
		text, err := json.Marshal(output)
		if err != nil {
			return refuse(env, err)
		}
		reply["structured_output"], reply["result"], reply["stop_reason"], reply["num_turns"] = output, string(text), "tool_use", 2
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
