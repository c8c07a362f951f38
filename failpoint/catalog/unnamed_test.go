package catalog

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// adapters are the packages that change the world.
func adapters() []string {
	return []string{"tmux", "git", "disk", "local", "claude", "plugin", "process", "cmd/fm", "github", "github/transport", "jira", "turn", "watch"}
}

// nameless are the functions that change something and name no step, and why a
// process that is killed there needs no test of its own.
func nameless() map[string]string {
	const (
		lock   = "a lock file, which holds nothing and stays"
		within = "a part of a step that its callers name"
		cached = "a copy of what GitHub has"
		spare  = "scratch that is swept by whoever comes next"
		log    = "a log"
		asked  = "a person's own file, which they ask for again"
	)
	return map[string]string{
		"disk.openLock": lock, "local.openLock": lock, "turn.On": lock, "github/transport.lock": lock, "claude.lockConfig": within, "claude.writeLauncher": within,
		"disk.move": within, "disk.remove": within, "git.writeNew": within, "local.createByRename": within, "cmd/fm.overwrite": within,
		"local.writeTemp": "a draft, which the next writer takes away",
		"github.keep":     cached, "github.prune": cached, "github/transport.replace": cached, "github/transport.sweep": cached,
		"git.done": spare, "git.without": spare, "git.copyIndex": spare, "git.leaveOut": spare, "git.newScratch": spare, "git.remove": spare, "git.clearMainLocks": spare, "git.rulesInto": spare,
		"git.dropMarkers": "what fm wrote itself, and writes again", "git.weed": "a mark on a worktree that nobody has, which is weeded again",
		"cmd/fm.make":    "makes the project of fm try, in a folder that was empty",
		"process.output": log, "cmd/fm.log": log, "cmd/fm.Run": asked, "cmd/fm.checkLeftovers": "removes what nobody finished",
		"tmux.socketPath": "an empty folder",
		"tmux.detour":     "moves a person's view",
	}
}

// TestWhatChangesTheWorldHasAName: a function that writes a file, or has git or
// tmux change something, names the step, or stands in the list with a reason. A
// step without a name is killed by no test.
//
// Caught: a rename, a write, an update-ref and a kill-session without a name.
func TestWhatChangesTheWorldHasAName(t *testing.T) {
	reasons, used := nameless(), map[string]bool{}
	for _, dir := range adapters() {
		files, err := filepath.Glob(filepath.Join("../..", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no source in %s: %v", dir, err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range unnamed(t, path, string(text)) {
				name := dir + "." + f.name
				used[name] = true
				if reasons[name] == "" {
					t.Errorf("%s:%d: %s does %s, and names no failpoint", path, f.line, f.name, strings.Join(f.does, ", "))
				}
			}
		}
	}
	for name := range reasons {
		if !used[name] {
			t.Errorf("%s needs no reason", name)
		}
	}
}

// TestAStepWithoutANameIsSeen: the search finds what it is for.
func TestAStepWithoutANameIsSeen(t *testing.T) {
	for what, text := range map[string]string{
		"os.Rename":    `func f() { os.Rename("a", "b") }`,
		"root.Link":    `func f(root *os.Root) { root.Link("a", "b") }`,
		"OpenFile":     `func f() { os.OpenFile("a", os.O_CREATE|os.O_WRONLY, 0) }`,
		"update-ref":   `func f() { r.run(ctx, call{op: "x", args: durable("update-ref", "a")}) }`,
		"kill-session": `func f() { s.run(ctx, "kill-session", "-t", "a") }`,
	} {
		if got := unnamed(t, "f.go", "package a\n"+text); len(got) != 1 || !strings.Contains(got[0].does[0], what) {
			t.Errorf("%s: got %v", text, got)
		}
	}
	for _, text := range []string{
		`func f() { defer failpoint.Step("a.b")(); os.Rename("a", "b") }`,
		`func f() { os.OpenFile("a", os.O_RDONLY, 0) }`,
		`func f() { r.run(ctx, call{step: failpoint.Name("a.b"), args: []string{"update-ref", "a"}}) }`,
		`func f() { r.run(ctx, call{args: []string{"for-each-ref"}}) }`,
	} {
		if got := unnamed(t, "f.go", "package a\n"+text); len(got) != 0 {
			t.Errorf("%s: got %v, want nothing", text, got)
		}
	}
}

// act is what a function does without a name.
type act struct {
	name string
	line int
	does []string
}

func unnamed(t *testing.T, path, text string) (found []act) {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, path, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		var does []string
		named := false
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				named = named || receiver(n) == "failpoint"
				does = append(does, writes(n)...)
			case *ast.CompositeLit:
				does = append(does, ofGit(n)...)
			}
			return true
		})
		if len(does) > 0 && !named {
			found = append(found, act{f.Name.Name, files.Position(f.Pos()).Line, does})
		}
	}
	return found
}

func receiver(c *ast.CallExpr) string {
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	switch x := s.X.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}

// writes says how a call changes files, or what tmux has.
func writes(c *ast.CallExpr) []string {
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	from, name := receiver(c), s.Sel.Name
	switch name {
	case "Rename", "WriteFile", "Remove", "RemoveAll", "Link", "Symlink", "Mkdir", "Truncate", "Create":
		if from == "os" || from == "root" {
			return []string{from + "." + name}
		}
	case "OpenFile":
		for _, flag := range []string{"O_WRONLY", "O_RDWR", "O_CREATE"} {
			if len(c.Args) > 1 && mentions(c.Args[1], flag) {
				return []string{"OpenFile with " + flag}
			}
		}
	case "run", "exec":
		for _, a := range c.Args {
			if word := literal(a); changesTmux(word) {
				return []string{"tmux " + word}
			}
		}
		if len(c.Args) > 1 && mentions(c.Args[1], "newHub") {
			return []string{"tmux new-session"}
		}
	}
	return nil
}

func changesTmux(word string) bool {
	switch word {
	case "kill-session", "kill-server", "new-session", "respawn-pane", "send-keys", "paste-buffer", "load-buffer", "set-option", "source-file", "resize-window", "detach-client", "switch-client":
		return true
	}
	return false
}

// ofGit says which command of git a call{…} has that changes something, and no
// step.
func ofGit(c *ast.CompositeLit) []string {
	if id, ok := c.Type.(*ast.Ident); !ok || id.Name != "call" {
		return nil
	}
	var args ast.Expr
	for _, e := range c.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		switch key, _ := kv.Key.(*ast.Ident); {
		case key == nil:
		case key.Name == "step":
			return nil
		case key.Name == "args":
			args = kv.Value
		}
	}
	for _, word := range words(args) {
		switch word {
		case "update-ref", "worktree", "push", "fetch", "switch", "reset", "commit-tree", "commit", "rebase", "merge", "symbolic-ref", "branch", "init":
			reads := word == "worktree" && mentionsText(args, "list") || word == "symbolic-ref" && (mentionsText(args, "-q") || mentionsText(args, "--quiet"))
			if !reads {
				return []string{"git " + word}
			}
		}
	}
	return nil
}

// words gives the first word of a list of arguments.
func words(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.CompositeLit:
		if len(e.Elts) > 0 {
			return []string{literal(e.Elts[0])}
		}
	case *ast.CallExpr:
		if len(e.Args) > 0 {
			if first := words(e.Args[0]); len(first) > 0 {
				return first
			}
			return []string{literal(e.Args[0])}
		}
	}
	return nil
}

func literal(e ast.Expr) string {
	b, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	text, _ := strconv.Unquote(b.Value) // no text is no word
	return text
}

func mentions(e ast.Expr, name string) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return true
	})
	return found
}

func mentionsText(e ast.Expr, text string) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		b, ok := n.(*ast.BasicLit)
		found = found || ok && literal(b) == text
		return true
	})
	return found
}
