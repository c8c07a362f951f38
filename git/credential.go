package git

import "strings"

// Credential names a command that git asks for a credential, as
// git-credential(1) describes, when it talks to one server, in place of the
// helpers in the user's own settings: git tells all helpers that it asks to
// store what was right, and the secret is not theirs to keep, where an agent
// could push with it. No secret is in the Credential itself: the command gets
// the request on its standard input and says the secret on its output.
type Credential struct {
	Server string   // such as https://github.com: the command is run for no other
	Argv   []string // git adds get, store or erase; empty for no command
}

// environ is the setting as git reads it from its environment, after all
// files: a helper that is empty voids those before it.
func (c Credential) environ() []string {
	if len(c.Argv) == 0 || c.Server == "" {
		return nil
	}
	words := make([]string, len(c.Argv))
	for i, word := range c.Argv {
		words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	key := "credential." + strings.TrimSuffix(c.Server, "/") + ".helper"
	return []string{
		"GIT_CONFIG_COUNT=2",
		"GIT_CONFIG_KEY_0=" + key, "GIT_CONFIG_VALUE_0=",
		"GIT_CONFIG_KEY_1=" + key, "GIT_CONFIG_VALUE_1=!" + strings.Join(words, " "), // git hands it to a shell
	}
}
