package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// term is something with what there is to say of it.
type term struct{ name, about string }

// environment are the variables that fm goes by, for the manual.
func environment() []term {
	return []term{
		{"GH_TOKEN, GITHUB_TOKEN", "The token for GitHub. Without one, what gh auth login has kept."},
		{"GH_ENTERPRISE_TOKEN, GITHUB_ENTERPRISE_TOKEN", "The token for a GitHub Enterprise Server."},
		{"GH_HOST, GH_REPO", "The host and the repository, where the remote does not say it."},
		{"JIRA_URL, JIRA_EMAIL, JIRA_API_TOKEN", "Where the Jira is, and who asks; the token alone for a Data Center."},
		{"ANTHROPIC_API_KEY", "Claude Code's own, as all variables that begin in this way; workers get it."},
		{"CLAUDE_CONFIG_DIR", "Where Claude Code keeps its files; by default ~/.claude."},
		{"PATH, HOME", "Where git, tmux and claude are found, and where Claude Code keeps its files."},
		{"TMUX_TMPDIR", "Where tmux has its sockets; by default /tmp."},
		{"TMUX, TMUX_PANE", "Set inside tmux: how fm attach knows where it is."},
		{"XDG_RUNTIME_DIR", "Where tokens lie that a supervisor has to have, in memory."},
		{"NO_COLOR", "If set, the dashboard and the tables have no colours."},
		{"TERM", "With dumb, nothing is drawn over."},
		{"COLUMNS", "How wide a text may be, where there is no terminal to ask."},
	}
}

// places are the files that a user may want to read or edit.
func places() []term {
	return []term{
		{".founder-mode/config.json", "The settings; a team may commit it. docs/configuration.md lists them."},
		{".founder-mode/queue.txt", "The queue; it may be edited at any moment."},
		{".founder-mode/ledger", "Every change of a task; the truth about claims."},
		{".founder-mode/state.json", "What was asked of the supervisor."},
		{".founder-mode/status.json", "What the supervisor last saw."},
		{".founder-mode/issues/, .founder-mode/pulls/", "Issues and pull requests, where they are files."},
		{".founder-mode/logs/", "The supervisor's log, and those of verify commands."},
		{".worktrees/issue-456/", "The worktree of a task."},
		{".worktrees/.ready-1/", "A worktree that stands ready for a task to come."},
		{"refs/fm/preserved/456/", "In git: what stood in a worktree and on no branch."},
	}
}

// writer writes one form of the manual.
type writer interface {
	section(title string)
	command(node *kong.Node)
	terms(all []term)
}

// write goes through the commands as fm --help shows them.
func writeManual(w writer, app *kong.Application) {
	for _, g := range groups() {
		var nodes []*kong.Node
		for _, child := range app.Children {
			if child.Group != nil && child.Group.Key == g.Key && !child.Hidden {
				nodes = append(append(nodes, child), visible(child)...)
			}
		}
		w.section(strings.TrimSuffix(g.Title, ":"))
		if g.Key == everyGroup {
			w.terms(flagTerms(app.Flags))
		}
		for _, node := range nodes {
			w.command(node)
		}
	}
	w.section("Exit status")
	var codes []term
	for _, c := range exitCodes() {
		codes = append(codes, term{fmt.Sprint(c.code), c.when})
	}
	w.terms(codes)
	w.section("Environment")
	w.terms(environment())
	w.section("Files")
	w.terms(places())
}

// visible are the commands of a command that a user is told of.
func visible(node *kong.Node) []*kong.Node {
	var all []*kong.Node
	for _, child := range node.Children {
		if !child.Hidden {
			all = append(append(all, child), visible(child)...)
		}
	}
	return all
}

// synopsis is how a command is written: fm queue retry TASKS...
func synopsis(node *kong.Node) string {
	words := []string{spoken(node)}
	if len(node.Children) > 0 {
		words = append(words, "[COMMAND]")
	}
	for _, arg := range node.Positional {
		name := strings.ToUpper(arg.Name)
		if arg.IsCumulative() {
			name += "..."
		}
		if !arg.Required {
			name = "[" + name + "]"
		}
		words = append(words, name)
	}
	if len(node.Flags) > 0 {
		words = append(words, "[FLAGS]")
	}
	return strings.Join(words, " ")
}

// argumentTerms explain the words behind a command.
func argumentTerms(node *kong.Node) []term {
	var all []term
	for _, arg := range node.Positional {
		all = append(all, term{strings.ToUpper(arg.Name), arg.Help})
	}
	return all
}

// flagTerms explain flags.
func flagTerms(flags []*kong.Flag) []term {
	var all []term
	for _, f := range flags {
		if f.Hidden {
			continue
		}
		about := f.Help
		if f.HasDefault && !strings.Contains(about, "default") {
			about += " Default: " + f.Default + "."
		}
		all = append(all, term{strings.TrimSpace(flagWords(f)), about})
	}
	return all
}

// markdown is the form of docs/commands.md.
type markdown struct{ io.Writer }

func (m markdown) section(title string) { fmt.Fprintf(m, "\n## %s\n", title) }

func (m markdown) command(node *kong.Node) {
	fmt.Fprintf(m, "\n### %s\n\n%s\n\n    %s\n", spoken(node), inMarkdown(node.Help), synopsis(node))
	m.terms(append(argumentTerms(node), flagTerms(node.Flags)...))
	if node.Detail != "" {
		fmt.Fprintf(m, "\nExamples:\n\n    %s\n", strings.ReplaceAll(node.Detail, "\n", "\n    "))
	}
}

func (m markdown) terms(all []term) {
	if len(all) == 0 {
		return
	}
	fmt.Fprint(m, "\n| | |\n|---|---|\n")
	for _, t := range all {
		fmt.Fprintf(m, "| `%s` | %s |\n", strings.ReplaceAll(t.name, ", ", "`, `"), inMarkdown(t.about))
	}
}

// inMarkdown keeps a text from being taken for more than text.
func inMarkdown(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`).Replace(text)
}
