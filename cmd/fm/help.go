package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// groups are the headings of the commands, in the order of a user's day; cli.go
// says which command stands under which.
func groups() []kong.Group {
	return []kong.Group{
		{Key: "work", Title: "Work:"},
		{Key: "watch", Title: "Watch:"},
		{Key: "part", Title: "Take part:"},
		{Key: "steer", Title: "Steer:"},
		{Key: "mend", Title: "Mend:"},
		{Key: "setup", Title: "Set up:"},
		{Key: everyGroup, Title: "Flags of every command:"},
	}
}

// everyGroup are the flags that all commands have.
const everyGroup = "every"

// parser reads a command line. Its answers to --help and --version are not the
// end of the program: exit is told of them.
func (a *app) parser(ctx context.Context, grammar *cli, exit func(code int)) *kong.Kong {
	p, err := kong.New(grammar,
		kong.Name("fm"),
		kong.Description(description),
		kong.Writers(a.stdout, a.stderr),
		kong.Exit(exit),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, FlagsLast: true, WrapUpperBound: 100}),
		kong.Help(printHelp),
		kong.ExplicitGroups(groups()),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		panic(err) // the grammar is ours
	}
	p.Model.HelpFlag.Group = p.Model.Flags[len(p.Model.Flags)-1].Group
	p.Model.HelpFlag.Help = "Explain the command."
	return p
}

// printHelp explains a command as kong does, but that the examples come last,
// and that the commands of a command do not stand under the heading of their
// parent.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	node := ctx.Selected()
	if node == nil {
		printOverview(ctx.Stdout, ctx.Model.Node)
		return nil
	}
	examples, group := node.Detail, node.Group
	node.Detail, node.Group = "", nil
	defer func() { node.Detail, node.Group = examples, group }()
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil || examples == "" {
		return err
	}
	fmt.Fprintln(ctx.Stdout, "\nExamples:")
	for line := range strings.Lines(examples) {
		fmt.Fprint(ctx.Stdout, "  ", line)
	}
	fmt.Fprintln(ctx.Stdout)
	return nil
}

// printOverview shows all commands on one screen, a line for each.
func printOverview(w io.Writer, app *kong.Node) {
	fmt.Fprintf(w, "Usage: %s <command> [flags]\n\n%s\n", app.Name, app.Help)
	for _, g := range groups() {
		fmt.Fprintf(w, "\n%s\n", g.Title)
		for _, node := range app.Children {
			if node.Group != nil && node.Group.Key == g.Key && !node.Hidden {
				fmt.Fprintf(w, "  %-12s%s\n", node.Name, node.Help)
			}
		}
		for _, f := range app.Flags {
			if f.Group != nil && f.Group.Key == g.Key && !f.Hidden {
				fmt.Fprintf(w, "  %-17s%s\n", flagWords(f), f.Help)
			}
		}
	}
	fmt.Fprintf(w, "\nOne of them: %[1]s help COMMAND    The manual: %[1]s man | man -l -\n", app.Name)
}

// flagWords is how a flag is written: -C, --dir=DIR.
func flagWords(f *kong.Flag) string {
	words := "    "
	if f.Short != 0 {
		words = "-" + string(f.Short) + ", "
	}
	words += "--" + f.Name
	if !f.IsBool() {
		words += "=" + f.FormatPlaceHolder()
	}
	return words
}

// helpCmd is --help in the other order of words.
type helpCmd struct {
	Words []string `arg:"" optional:"" name:"command" help:"Such as work, or queue retry. Without it: all commands."`
}

func (c *helpCmd) Run(ctx context.Context, a *app) error {
	told := false
	_, err := a.parser(ctx, &cli{}, func(int) { told = true }).Parse(append(c.Words, "--help"))
	if told || err == nil {
		return nil
	}
	return usage("%s", unparsed(err))
}
