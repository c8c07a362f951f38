package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/founder-mode/fm"
)

// unparsed says in a line what is wrong with a command line, what was
// probably meant, and where to read on.
func unparsed(err error) string {
	parse, ok := errors.AsType[*kong.ParseError](err)
	if !ok {
		return text(err)
	}
	node := parse.Context.Selected()
	if node == nil {
		node = parse.Context.Model.Node
	}
	unread := rest(parse.Context)
	says, guess := wrongWord(node, unread)
	if says == "" {
		says = wrongValue(parse.Context, node, unread)
	}
	if says == "" {
		says, _, _ = strings.Cut(text(err), ", did you mean") // kong's own guess knows less
	}
	if guess != "" {
		return fmt.Sprintf("%s; did you mean: %s", says, guess)
	}
	return fmt.Sprintf("%s; see: %s --help", says, spoken(node))
}

// rest is what was not read of a command line, from the word on that could not
// be understood.
func rest(ctx *kong.Context) []string {
	if len(ctx.Path) == 0 {
		return nil
	}
	return ctx.Path[len(ctx.Path)-1].Remainder()
}

// wrongWord says which word is none of a command's, and the command line that
// was probably meant. Both are empty when the word is not what is wrong.
func wrongWord(node *kong.Node, unread []string) (says, guess string) {
	if len(unread) == 0 {
		return "", ""
	}
	word, verb := unread[0], spoken(node)
	shown := fm.Line(word, 40)
	if long, ok := strings.CutPrefix(word, "--"); ok {
		name, value, given := strings.Cut(long, "=")
		var names []string
		for _, f := range flagsOf(node) {
			names = append(names, append(f.Aliases, f.Name)...)
		}
		if name == "" || slices.Contains(names, name) {
			return "", ""
		}
		shown, _, _ = strings.Cut(shown, "=")
		if near := nearest(name, names); near != "" {
			guess = verb + " --" + near
			if given {
				guess += "=" + fm.Line(value, 40)
			}
		}
		return fmt.Sprintf("there is no flag %s for %s", shown, verb), guess
	}
	names, hidden := childrenOf(node)
	if len(names) == 0 || strings.HasPrefix(word, "-") || slices.Contains(append(names, hidden...), word) {
		return "", ""
	}
	near := nearest(word, names)
	if meant := otherWords()[strings.ToLower(word)]; meant != "" && node.Parent == nil {
		near = meant
	}
	if near != "" {
		guess = verb + " " + near
	}
	return fmt.Sprintf("there is no command %s %s", verb, shown), guess
}

// wrongValue says which value is none that there is, or is missing; "" when that
// is not what is wrong.
func wrongValue(ctx *kong.Context, node *kong.Node, unread []string) string {
	for _, p := range ctx.Path {
		value := p.Positional
		if p.Flag != nil {
			value = p.Flag.Value
		}
		if value == nil || value.Enum == "" {
			continue
		}
		if got := fmt.Sprint(ctx.Value(p)); !slices.Contains(value.EnumSlice(), got) {
			return unwanted(value.ShortSummary(), got, value.EnumSlice()).Error()
		}
	}
	for _, f := range flagsOf(node) {
		if len(unread) == 1 && (unread[0] == "--"+f.Name || unread[0] == "-"+string(f.Short)) {
			return fmt.Sprintf("%s needs a value: --%s=%s", unread[0], f.Name, f.FormatPlaceHolder())
		}
	}
	var missing []string
	for _, arg := range node.Positional {
		if arg.Required && !arg.Set && len(unread) == 0 {
			missing = append(missing, arg.Summary())
		}
	}
	if len(missing) > 0 {
		return "missing " + strings.Join(missing, " ")
	}
	return ""
}

// otherWords are what other programs call what fm does.
func otherWords() map[string]string {
	return map[string]string{
		"ps": "status", "ls": "status", "list": "status", "top": "dashboard", "watch": "dashboard",
		"start": "work", "run": "work", "do": "work", "kill": "stop --now", "quit": "stop", "exit": "stop", "down": "stop", "end": "stop",
		"tail": "logs", "join": "attach", "enter": "attach", "reply": "answer", "say": "send", "tell": "send", "questions": "inbox",
		"unpause": "resume", "continue": "resume", "go": "resume", "up": "resume", "scale": "workers", "retry": "queue retry",
		"priority": "queue priority", "rebuild": "queue rebuild", "check": "doctor", "demo": "try", "setup": "init", "manual": "help",
	}
}

// spoken is a command as its user writes it: fm queue retry.
func spoken(node *kong.Node) string {
	words := ""
	for n := node; n != nil && n.Parent != nil; n = n.Parent {
		words = " " + n.Name + words
	}
	return "fm" + words
}

// flagsOf are those that a command knows, its parents' among them, without what
// is hidden.
func flagsOf(node *kong.Node) []*kong.Flag { return slices.Concat(node.AllFlags(true)...) }

// childrenOf gives the names of a command's commands.
func childrenOf(node *kong.Node) (names, hidden []string) {
	for _, child := range node.Children {
		if child.Hidden {
			hidden = append(hidden, child.Name)
			continue
		}
		names = append(append(names, child.Name), child.Aliases...)
	}
	return names, hidden
}

// nearest is the one of the words that somebody who wrote another one probably
// meant; "" if none is near.
func nearest(word string, words []string) string {
	best, least := "", len(word)/3+1 // one slip in three letters
	if len(word) < 2 || len(word) > 40 {
		return ""
	}
	for _, w := range words {
		d := slips(strings.ToLower(word), w)
		if strings.HasPrefix(w, strings.ToLower(word)) {
			d = 0 // cut short
		}
		if d < least || d == least && best == "" {
			best, least = w, d
		}
	}
	return best
}

// nearName is the worker, or the supervisor, that somebody probably meant; "" if
// none is near.
func nearName(name string) string {
	digits := strings.TrimLeft(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_ #")
	word := strings.TrimSuffix(name, digits)
	if near := nearest(strings.TrimRight(word, "-_ #"), []string{"worker"}); near != "" {
		if w, err := fm.ParseWorkerID(near + "-" + digits); err == nil {
			return w.String()
		}
	}
	if digits != "" {
		return ""
	}
	return nearest(word, []string{"supervisor"})
}

// slips counts the letters that were left out, added, changed, or exchanged with
// the next one.
func slips(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := [3][]int{make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := range x {
		before, above, row := rows[0], rows[1], rows[2]
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		rows = [3][]int{above, row, before}
	}
	return rows[1][len(y)]
}

// unwanted refuses a value that is none of those that there are.
func unwanted(what, word string, want []string) error {
	hint := ""
	if near := nearest(word, lower(want)); near != "" {
		hint = "; did you mean " + want[slices.Index(lower(want), near)] + "?"
	}
	last := len(want) - 1
	return usage("%s %s: want %s or %s%s", what, fm.Line(word, 40), strings.Join(want[:last], ", "), want[last], hint)
}

// priorities are the words for them.
func priorities() []string {
	return []string{fm.Critical.String(), fm.High.String(), fm.Normal.String(), fm.Low.String()}
}

func lower(words []string) []string {
	var all []string
	for _, w := range words {
		all = append(all, strings.ToLower(w))
	}
	return all
}
