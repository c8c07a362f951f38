package claude

import (
	"path"
	"slices"
	"strings"
)

// Scrub returns the environment without what must not reach an agent: the marks
// of a Claude session that fm itself was started from (the CLI writes no
// transcript when it inherits them), the marks of a run of fm, and the tokens
// of trackers and forges. What the CLI needs to log in stays. It is the
// environment for the tmux server, and so for all that runs in it.
func Scrub(environ []string) []string {
	kept := make([]string, 0, len(environ))
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !scrubbed(name) {
			kept = append(kept, entry)
		}
	}
	return kept
}

func scrubbed(name string) bool {
	if strings.HasPrefix(name, "CLAUDE_CODE_") {
		return !slices.ContainsFunc(keptNames(), func(pattern string) bool {
			ok, _ := path.Match(pattern, name) // the patterns are ours and well formed
			return ok
		})
	}
	return slices.Contains(droppedNames(), name)
}

// keptNames are the variables with the prefix CLAUDE_CODE_ that say how to log
// in, or that a user sets for every session. They are patterns of the shell
// and of path.Match alike.
func keptNames() []string {
	return []string{
		"CLAUDE_CODE_OAUTH_TOKEN",
		"CLAUDE_CODE_USE_BEDROCK",
		"CLAUDE_CODE_USE_VERTEX",
		"CLAUDE_CODE_USE_FOUNDRY",
		"CLAUDE_CODE_SKIP_*_AUTH",
		"CLAUDE_CODE_API_KEY_HELPER_TTL_MS",
		"CLAUDE_CODE_CLIENT_CERT",
		"CLAUDE_CODE_CLIENT_KEY",
		"CLAUDE_CODE_CLIENT_KEY_PASSPHRASE",
		"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
		"CLAUDE_CODE_MAX_OUTPUT_TOKENS",
		"CLAUDE_CODE_MAX_RETRIES",
	}
}

// droppedNames are the variables without that prefix.
func droppedNames() []string {
	return []string{
		"CLAUDECODE", "CLAUDE_PROJECT_DIR", "CLAUDE_PLUGIN_ROOT", "CLAUDE_ENV_FILE",
		"FM_TASK", "FM_ATTEMPT", "FM_WORKER", "FM_PROJECT", "FM_AGENT_PID",
		"GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN",
		"JIRA_API_TOKEN", "JIRA_TOKEN", "JIRA_PASSWORD", "JIRA_PAT", "JIRA_EMAIL", "JIRA_USER",
		"ATLASSIAN_API_TOKEN", "GITLAB_TOKEN",
	}
}

// value finds a variable; as in a process, the last entry counts.
func value(environ []string, name string) string {
	for _, entry := range slices.Backward(environ) {
		if v, ok := strings.CutPrefix(entry, name+"="); ok {
			return v
		}
	}
	return ""
}
