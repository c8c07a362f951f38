// Command fm supervises coding agents in tmux: issues in, merged pull requests
// out. This package turns a command line into one call, wires the adapters and
// maps errors to exit codes; it decides nothing about tasks.
//
// Start reading at cli.go, which is the grammar; each verb has a file of its
// own. wire.go knows which adapter fits which port.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

func main() {
	// The standard input of fm is the user's; what a command does not read
	// stays there.
	os.Exit(run(os.Args[1:], app{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ(), getenv: os.Getenv,
	}))
}

// app is what every command has: the world outside the project.
type app struct {
	dir     string // where the user is
	stdin   io.Reader
	stdout  io.Writer
	asked   io.Writer // stdout, also where --quiet keeps remarks from it
	stderr  io.Writer
	environ []string
	getenv  func(string) string
	voice   voice
}

// run is the life of the program: parse, call, map the error to an exit code.
func run(args []string, a app) int {
	if slices.Equal(args, []string{"status", "--line"}) { // every few seconds, for each window
		return a.line(context.Background())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var grammar cli
	code := -1
	parser := a.parser(ctx, &grammar, func(c int) { code = c })
	if len(args) == 0 {
		args = []string{"--help"}
	}
	call, err := parser.Parse(args)
	switch {
	case code >= 0: // --help and --version have been answered
		return code
	case err != nil:
		fmt.Fprintln(a.stderr, "fm:", unparsed(err))
		return exitUsage
	}
	if a.dir, err = grammar.folder(); err != nil {
		return concluded(a.stderr, err)
	}
	a.speak(grammar, call.Selected())
	return concluded(a.stderr, call.Run(&a))
}
