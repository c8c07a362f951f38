package scripted

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// options is a command line of the CLI, as far as fm uses it.
type options struct {
	mode           mode
	sessionID      string // a new session
	resume         string // an old one
	name           string
	model          string
	settings       string // a file or JSON text
	permissionMode string
	outputFormat   string
	jsonSchema     string
	pluginDirs     []string
	persistence    persistence
	scenario       string // a file; the stand-in's own flag
	prompt         string
}

// mode is what the command line asks for.
type mode int

const (
	interactive mode = iota
	printing
	showVersion
)

// persistence says whether a session leaves files for later.
type persistence int

const (
	persistent persistence = iota
	ephemeral
)

// arity says how many words follow a flag.
type arity int

const (
	none arity = iota
	one
	optional
	many // every word up to the next flag, as the CLI has it
)

func arityOf(flag string) (arity, bool) {
	switch flag {
	case "--print", "--version", "--no-session-persistence", "--dangerously-skip-permissions",
		"--strict-mcp-config", "--verbose":
		return none, true
	case "--session-id", "--name", "--model", "--settings", "--plugin-dir", "--permission-mode",
		"--append-system-prompt", "--output-format", "--json-schema", "--max-turns",
		"--max-budget-usd", "--setting-sources", "--system-prompt", "--effort", "--scenario":
		return one, true
	case "--resume":
		return optional, true
	case "--allowedTools", "--allowed-tools", "--disallowedTools", "--disallowed-tools",
		"--tools", "--add-dir", "--mcp-config":
		return many, true
	}
	return none, false
}

func long(flag string) string {
	switch flag {
	case "-p":
		return "--print"
	case "-n":
		return "--name"
	case "-r":
		return "--resume"
	case "-v":
		return "--version"
	}
	return flag
}

// parseOptions reads a command line. Errors carry the CLI's own words.
func parseOptions(args []string) (options, error) {
	var o options
	var words []string
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		if word == "--" {
			words = append(words, args...)
			break
		}
		if !strings.HasPrefix(word, "-") || word == "-" {
			words = append(words, word)
			continue
		}
		flag, value, joined := strings.Cut(word, "=")
		flag = long(flag)
		n, known := arityOf(flag)
		if !known {
			return o, cliError("error: unknown option '%s'", word)
		}
		var values []string
		if joined {
			values = []string{value}
		} else {
			values, args = take(n, args)
		}
		if len(values) == 0 && n != none && n != optional {
			return o, cliError("error: option '%s' argument missing", flag)
		}
		o.set(flag, strings.Join(values, ","))
	}
	if len(words) > 0 {
		o.prompt = words[0]
	}
	return o, nil
}

func take(n arity, args []string) (values, rest []string) {
	limit := 1
	switch n {
	case none:
		return nil, args
	case one:
		return args[:min(1, len(args))], args[min(1, len(args)):]
	case optional:
	case many:
		limit = len(args)
	}
	i := 0
	for i < limit && i < len(args) && !strings.HasPrefix(args[i], "-") {
		i++
	}
	return args[:i], args[i:]
}

func (o *options) set(flag, value string) {
	switch flag {
	case "--print":
		o.mode = max(o.mode, printing)
	case "--version":
		o.mode = showVersion
	case "--no-session-persistence":
		o.persistence = ephemeral
	case "--dangerously-skip-permissions":
		o.permissionMode = "bypassPermissions"
	case "--scenario":
		o.scenario = value
	case "--session-id":
		o.sessionID = value
	case "--resume":
		o.resume = value
	case "--name":
		o.name = value
	case "--model":
		o.model = value
	case "--settings":
		o.settings = value
	case "--plugin-dir":
		o.pluginDirs = append(o.pluginDirs, value)
	case "--permission-mode":
		o.permissionMode = value
	case "--output-format":
		o.outputFormat = value
	case "--json-schema":
		o.jsonSchema = value
	}
}

var uuidPattern = fm.Pattern(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// check refuses what the CLI refuses before it starts.
func (o *options) check(getenv func(string) string) error {
	modes := []string{"acceptEdits", "auto", "bypassPermissions", "default", "dontAsk", "plan"}
	switch {
	case o.sessionID != "" && !uuidPattern().MatchString(o.sessionID):
		return cliError("Error: Invalid session ID. Must be a valid UUID.")
	case o.permissionMode != "" && !slices.Contains(modes, o.permissionMode):
		return cliError("error: option '--permission-mode <mode>' argument '%s' is invalid. Allowed choices are %s.",
			o.permissionMode, strings.Join(modes, ", "))
	case o.permissionMode == "bypassPermissions" && os.Geteuid() == 0 && getenv("IS_SANDBOX") == "":
		return cliError("--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons")
	case o.jsonSchema != "" && !json.Valid([]byte(o.jsonSchema)):
		return cliError("error: --json-schema is not valid JSON")
	case !slices.Contains([]string{"", "text", "json"}, o.outputFormat):
		return cliError("error: the scripted agent knows --output-format text and json, not '%s'", o.outputFormat)
	}
	return nil
}

// wordsError is an error in the CLI's own words, which a caller may look for.
type wordsError string

func (e wordsError) Error() string { return string(e) }

func cliError(format string, args ...any) error { return wordsError(fmt.Sprintf(format, args...)) }
