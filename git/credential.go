package git

import "strings"

// Credential names a command that git asks for a credential, as
// git-credential(1) describes, when it talks to one server and the helpers in
// the user's own settings know none. No secret is in it: the command
// gets the request on its standard input and says the secret on its output.
type Credential struct {
	Server string   // such as https://github.com: the command is run for no other
	Argv   []string // git adds get, store or erase; empty for no command
}

// environ is the setting as git reads it from its environment, after all
// files: helpers are asked in the order of their settings.
func (c Credential) environ() []string {
	if len(c.Argv) == 0 || c.Server == "" {
		return nil
	}
	words := make([]string, len(c.Argv))
	for i, word := range c.Argv {
		words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return []string{
		"GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=credential." + strings.TrimSuffix(c.Server, "/") + ".helper",
		"GIT_CONFIG_VALUE_0=!" + strings.Join(words, " "), // git hands it to a shell
	}
}
