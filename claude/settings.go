package claude

import "time"

// hookLimit is how long a hook may live.
const hookLimit = 5 * time.Second

// settings is the --settings file of a worker's session. The CLI opens a
// dialog for an event that it does not know, so that only long-standing ones
// may be named here.
func (c *Claude) settings(mode string) map[string]any {
	hook := quote(c.self) + " hook"
	hooks := map[string]any{}
	for _, name := range []string{
		"SessionStart", "UserPromptSubmit", "PermissionRequest", "Notification",
		"Stop", "StopFailure", "PreCompact", "SessionEnd",
	} {
		hooks[name] = hookEntry(map[string]any{"type": "command", "command": hook, "timeout": int(hookLimit.Seconds())})
	}
	for _, name := range []string{"PostToolUse", "PostToolUseFailure"} { // only heartbeats: do not wait
		hooks[name] = hookEntry(map[string]any{"type": "command", "command": hook, "timeout": int(hookLimit.Seconds()), "async": true})
	}
	settings := map[string]any{
		"disableAllHooks": false, // a project's own setting would make us deaf
		"hooks":           hooks,
		"statusLine":      map[string]any{"type": "command", "command": hook + " --statusline"},
		// Nobody could answer the question; and the agent may run commands anyway.
		"enableAllProjectMcpServers": true,
		// Both would ask the model for words that nobody reads, and the first
		// writes them into the input box as if a person had.
		"promptSuggestionEnabled": false,
		"awaySummaryEnabled":      false,
	}
	if mode == bypass {
		settings["skipDangerousModePermissionPrompt"] = true
	}
	return settings
}

func hookEntry(command map[string]any) []any {
	return []any{map[string]any{"hooks": []any{command}}}
}
