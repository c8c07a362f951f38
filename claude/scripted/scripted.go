// Package scripted is a stand-in for the Claude Code CLI that does what a
// scenario says: for fm try, which works without a login, and for tests.
//
// It promises that whoever starts it, listens to it or types into it meets what
// the real CLI was measured to do: the same flags, hooks in the same order with the
// same payloads, a transcript that can be resumed, the live state file, the
// same exit codes, and real edits and commits in the worktree. Its screen says
// plainly that this is not Claude, and has at its foot the box, the dialogs and
// the signs of the CLI, so that who reads the one can read the other.
//
// It never calls a model and never opens a connection. It never runs a word
// that comes from an issue: a scenario is data whose commands are lists of
// words, and whose paths stay below the working directory. It reads no
// settings but those of --settings.
//
// Start reading at [Main]; then session.go (the life of an interactive
// session), turn.go (what a prompt sets off) and step.go (what a scenario can
// say).
package scripted

import (
	"context"
	"fmt"
	"io"
	"slices"
)

// Env is what the agent needs of the process it runs in. Hooks and commands
// inherit the environment of the process itself.
type Env struct {
	Stdin  io.Reader // keys; a terminal is switched to raw mode
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
	Dir    string // the working directory, absolute
}

// Version is what --version prints: the release whose behaviour is copied.
const Version = "2.1.197 (scripted agent, not Claude)"

// Main runs the agent with the arguments of the CLI, program name excluded,
// and returns its exit code. The scenario is the file that the flag --scenario
// names, else the environment variable FM_SCENARIO; without one the agent does
// something small and harmless. An interactive session takes SIGHUP, SIGINT,
// SIGQUIT and SIGTERM of the process while it lives, and ends with the code
// that the CLI has for them; an end of ctx counts as SIGTERM.
//
// The goroutine that reads a terminal outlives the call, because a read of a
// terminal cannot be called off; it is meant to end with the process.
func Main(ctx context.Context, args []string, env Env) int {
	if slices.Equal(args, []string{"auth", "status"}) {
		_, _ = fmt.Fprintln(env.Stdout, `{"loggedIn": true, "authMethod": "none, it is scripted"}`) // nobody to tell
		return 0
	}
	o, err := parseOptions(args)
	if err != nil {
		return refuse(env, err)
	}
	if o.mode == showVersion {
		_, _ = fmt.Fprintln(env.Stdout, Version) // nobody to tell
		return 0
	}
	if err := o.check(env.Getenv); err != nil {
		return refuse(env, err)
	}
	scenario := Scenario{}
	if path := or(o.scenario, env.Getenv("FM_SCENARIO")); path != "" {
		if scenario, err = LoadScenario(path); err != nil {
			return refuse(env, err)
		}
	}
	if o.mode == printing {
		return printResult(ctx, o, env, scenario)
	}
	s, err := newSession(o, env, scenario)
	if err != nil {
		return refuse(env, err)
	}
	return s.run(ctx)
}

func refuse(env Env, err error) int {
	_, _ = fmt.Fprintln(env.Stderr, err) // nobody to tell
	return 1
}
