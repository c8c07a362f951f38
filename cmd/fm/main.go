// Command fm supervises coding agents in tmux: issues in, merged pull requests
// out. This package turns a command line into one call, wires the adapters and
// maps errors to exit codes; it decides nothing about tasks.
//
// Start reading at cli.go, which is the grammar; each verb has a file of its
// own. wire.go knows which adapter fits which port.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
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
	stderr  io.Writer
	environ []string
	getenv  func(string) string
}

// run is the life of the program: parse, call, map the error to an exit code.
func run(args []string, a app) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var grammar cli
	code := -1
	parser, err := kong.New(&grammar,
		kong.Name("fm"),
		kong.Description(description),
		kong.Vars{"version": version()},
		kong.Writers(a.stdout, a.stderr),
		kong.Exit(func(c int) { code = c }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		panic(err) // the grammar is ours
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	call, err := parser.Parse(args)
	switch {
	case code >= 0: // --help and --version have been answered
		return code
	case err != nil:
		fmt.Fprintf(a.stderr, "fm: %s; see: %s --help\n", text(err), verb(err))
		return exitUsage
	}
	if a.dir, err = grammar.folder(); err != nil {
		return report(a.stderr, err)
	}
	return report(a.stderr, call.Run(&a))
}

// verb gives the command that an error of the grammar is about, as far as it
// was understood: "fm queue retry".
func verb(err error) string {
	words := "fm"
	if e, ok := errors.AsType[*kong.ParseError](err); ok {
		if node := e.Context.Selected(); node != nil {
			words += " " + node.Path()
		}
	}
	return words
}
