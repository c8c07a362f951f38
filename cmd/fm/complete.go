package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/founder-mode/fm"
)

// completeCmd says which words could stand at the end of a command line, a line
// for each:
//
//	WORD<tab>what it is
//	<tab>files            or dirs: the shell knows better
//
// It starts no process and changes no file: a shell runs it with every Tab.
type completeCmd struct {
	Words []string `arg:"" optional:"" help:"The words behind fm; the last one is completed, and may be empty."`
}

func (c *completeCmd) Run(ctx context.Context, a *app) error {
	t := &typed{app: a, root: a.parser(ctx, &cli{}, func(int) {}).Model.Node, dir: a.dir}
	t.read(c.Words)
	out := bufio.NewWriter(a.stdout)
	t.answer(out)
	return out.Flush()
}

// offer is a word that could stand there.
type offer struct{ text, about string }

// Where words are that only the shell can list.
const (
	files = "files"
	dirs  = "dirs"
)

// typed is a command line that is not finished.
type typed struct {
	*app
	root, node *kong.Node
	dir        string // where the user is, as far as -C says so
	taken      int    // positional words of the command
	last       string // the word that is to be completed
	flag       *kong.Flag
	prefix     string // what stands before a value in its word, as in --priority=
	used       []string
	ended      bool // behind --
}

// read goes through the words that stand already.
func (t *typed) read(words []string) {
	t.node = t.root
	words, split := joined(words)
	if len(words) == 0 {
		return
	}
	for _, w := range words[:len(words)-1] {
		t.take(w)
	}
	t.last = words[len(words)-1]
	name, value, ok := strings.Cut(t.last, "=")
	if f := t.find(name); ok && f != nil && t.flag == nil && !t.ended {
		t.flag, t.last = f, value
		if !split { // bash takes what stands behind = for a word of its own
			t.prefix = name + "="
		}
	}
}

// joined puts together again what bash splits at =. It says whether the last
// word was one of these.
func joined(words []string) (whole []string, split bool) {
	for i, w := range words {
		last := len(whole) - 1
		switch {
		case w == "=" && last >= 0 && strings.HasPrefix(whole[last], "--"):
			whole[last] += w
			split = true
		case i > 0 && words[i-1] == "=" && split:
			whole[last] += w
		default:
			whole, split = append(whole, w), false
		}
	}
	return whole, split
}

// take is read for one word.
func (t *typed) take(w string) {
	switch {
	case t.flag != nil:
		if t.flag.Name == "dir" {
			t.dir = t.path(w)
		}
		t.flag = nil
	case t.ended || !strings.HasPrefix(w, "-") || w == "-":
		t.step(w)
	case w == "--":
		t.ended = true
	case strings.HasPrefix(w, "--"):
		name, value, given := strings.Cut(w, "=")
		f := t.find(name)
		t.used = append(t.used, name)
		if f != nil && f.Name == "dir" && given {
			t.dir = t.path(value)
		} else if f != nil && !f.IsBool() && !given {
			t.flag = f
		}
	default: // -rw, or -w3
		if f := t.find("-" + w[len(w)-1:]); f != nil && !f.IsBool() && t.switches(w[1:len(w)-1]) {
			t.flag = f
		}
	}
}

// switches says whether all of these letters are flags without a value.
func (t *typed) switches(letters string) bool {
	for _, l := range letters {
		if f := t.find("-" + string(l)); f == nil || !f.IsBool() {
			return false
		}
	}
	return true
}

// step goes to a command, or takes one of its words.
func (t *typed) step(w string) {
	for _, child := range t.node.Children {
		if child.Name != w && !slices.Contains(child.Aliases, w) {
			continue
		}
		if t.node, t.taken = child, 0; child.Name == "help" {
			t.node = t.root // the words behind it are commands
		}
		return
	}
	t.taken++
}

// find gives the flag of a name with its dashes.
func (t *typed) find(name string) *kong.Flag {
	for _, f := range flagsOf(t.node) {
		if name == "--"+f.Name || f.Short != 0 && name == "-"+string(f.Short) {
			return f
		}
	}
	return nil
}

// answer prints what could stand there.
func (t *typed) answer(w io.Writer) {
	for _, o := range t.offers() {
		if o.text == "" {
			fmt.Fprintf(w, "\t%s\n", o.about)
		} else if strings.HasPrefix(o.text, t.last) {
			fmt.Fprintf(w, "%s%s\t%s\n", t.prefix, o.text, fm.Line(o.about, 80))
		}
	}
}

func (t *typed) offers() []offer {
	switch {
	case t.node == nil:
		return nil
	case t.flag != nil:
		return t.values(t.flag.Value)
	case strings.HasPrefix(t.last, "-") && !t.ended:
		return t.flags()
	}
	var all []offer
	for _, child := range t.node.Children {
		if !child.Hidden {
			all = append(all, offer{child.Name, child.Help})
		}
	}
	if args := t.node.Positional; len(args) > 0 {
		if arg := args[min(t.taken, len(args)-1)]; t.taken < len(args) || arg.IsCumulative() {
			all = append(all, t.values(arg)...)
		}
	}
	return all
}

// flags are those that were not given yet.
func (t *typed) flags() []offer {
	var all []offer
	for _, f := range flagsOf(t.node) {
		if name := "--" + f.Name; f.IsCumulative() || !slices.Contains(t.used, name) {
			all = append(all, offer{name, f.Help})
		}
	}
	return all
}

// values are what can stand for a flag or an argument. What it is its name says,
// which is the same in all commands.
func (t *typed) values(v *kong.Value) []offer {
	if v.Enum != "" {
		return choices(v.EnumSlice())
	}
	switch v.Name {
	case "priority":
		return choices(priorities())
	case "permission-mode":
		return choices(fm.PermissionModes())
	case "source":
		return choices(fm.Sources())
	case "on-overlap":
		return choices([]string{string(proceed), string(sequence), string(abort)})
	case "from":
		return choices([]string{"ledger", "queue", "tracker"})
	case "dir", "in":
		return []offer{{"", dirs}}
	case "plan", "out", "output":
		return []offer{{"", files}}
	}
	return t.names(v)
}

func choices(words []string) []offer {
	var all []offer
	for _, w := range words {
		all = append(all, offer{w, ""})
	}
	return all
}
