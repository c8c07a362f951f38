package claude

import (
	"path"
	"slices"
	"strings"
)

// Scrub returns the environment without what must not reach an agent: the marks
// of a Claude session that fm itself was started from (the CLI writes no
// transcript when it inherits them), the marks of a run of fm, and whatever
// looks like a secret. What the CLI needs to log in stays, and so does what the
// user named, but for the tokens of trackers and forges. What points git at another
// repository than the agent's goes, too. It is the environment
// for the tmux server, and so for all that runs in it.
func Scrub(environ, named []string) []string {
	login := logins(environ)
	kept := make([]string, 0, len(environ))
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !scrubbed(name, login, named) {
			kept = append(kept, entry)
		}
	}
	return kept
}

func scrubbed(name string, login, named []string) bool {
	switch {
	case slices.Contains(droppedNames(), name):
		return true
	case matches(name, keptNames()), matches(name, login), slices.Contains(named, name):
		return false
	}
	return strings.HasPrefix(name, "CLAUDE_CODE_") || matches(strings.ToUpper(name), secretNames())
}

// matches knows the patterns of path.Match, which are ours and well formed.
func matches(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, _ := path.Match(pattern, name)
		return ok
	})
}

// logins are the variables of another company's cloud by way of which the CLI
// comes to its model, if it does.
func logins(environ []string) []string {
	var all []string
	for _, cloud := range []struct {
		name  string
		needs []string
	}{
		{"CLAUDE_CODE_USE_BEDROCK", []string{"AWS_*"}},
		{"CLAUDE_CODE_USE_VERTEX", []string{"GOOGLE_*", "CLOUDSDK_*"}},
		{"CLAUDE_CODE_USE_FOUNDRY", []string{"AZURE_*"}},
	} {
		if value(environ, cloud.name) != "" {
			all = append(all, cloud.needs...)
		}
	}
	return all
}

// keptNames are the variables that say how to log in, and those with the prefix
// CLAUDE_CODE_ that a user sets for every session. They are patterns of the
// shell and of path.Match alike.
func keptNames() []string {
	return []string{
		"ANTHROPIC_*",
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

// secretNames are what the names of secrets end in, in capitals.
func secretNames() []string {
	return []string{
		"*TOKEN", "*SECRET", "*SECRET_KEY", "*ACCESS_KEY", "*ACCESS_KEY_ID", "*PRIVATE_KEY", "*API_KEY", "*APIKEY",
		"*PASSWORD", "*PASSWD", "*PASSPHRASE", "*CREDENTIALS", "*_PAT", "*_PASS",
	}
}

// droppedNames are dropped whatever the user named.
func droppedNames() []string {
	return []string{
		"CLAUDECODE", "CLAUDE_PROJECT_DIR", "CLAUDE_PLUGIN_ROOT", "CLAUDE_ENV_FILE",
		"FM_TASK", "FM_ATTEMPT", "FM_WORKER", "FM_PROJECT", "FM_AGENT_PID", verifyMark,
		"GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN",
		"JIRA_API_TOKEN", "JIRA_TOKEN", "JIRA_PASSWORD", "JIRA_PAT", "JIRA_EMAIL", "JIRA_USER",
		"ATLASSIAN_API_TOKEN", "GITLAB_TOKEN",
		// As in a hook of git's, see git-rev-parse(1), --local-env-vars.
		"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY",
		"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_IMPLICIT_WORK_TREE",
		"GIT_INTERNAL_SUPER_PREFIX",
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
