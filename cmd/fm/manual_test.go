package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const commandsPage = "../../docs/commands.md"

// docs/commands.md is the grammar in another form. Caught: a flag that was added
// without -update.
func TestThePageOfCommandsIsTheGrammar(t *testing.T) {
	var page bytes.Buffer
	page.WriteString("# Commands\n\nThis page is made from the grammar in `cmd/fm`: `go test ./cmd/fm -run ThePageOfCommands -update`. In a terminal: `fm help`, `fm man | man -l -`.\n")
	writeManual(markdown{&page}, grammar(t).Model)
	if *update {
		if err := os.WriteFile(commandsPage, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(commandsPage)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(page.String(), string(have)); d != "" {
		t.Errorf("the grammar is -, the page is + (go test ./cmd/fm -run ThePageOfCommands -update):\n%s", d)
	}
	for _, node := range shown(grammar(t).Model.Node) {
		if !strings.Contains(page.String(), "\n### "+spoken(node)+"\n") {
			t.Errorf("%s is not on the page", spoken(node))
		}
		for _, f := range node.Flags {
			if !f.Hidden && !strings.Contains(page.String(), "--"+f.Name) {
				t.Errorf("%s --%s is not on the page", spoken(node), f.Name)
			}
		}
	}
}

// Caught: a line of a text that begins with a dot, which is a request then, and a
// backslash that is an escape.
func TestTheManualPageIsPlainText(t *testing.T) {
	for text, want := range map[string]string{
		".founder-mode/x": `\&.founder\-mode/x`,
		"a\n'b":           "a\n\\&'b",
		`\fB`:             `\efB`,
		`say "x"`:         `say \(dqx\(dq`,
		"→":               `\[u2192]`,
	} {
		if got := inRoff(text); got != want {
			t.Errorf("inRoff(%q) = %q, want %q", text, got, want)
		}
	}
	var page bytes.Buffer
	writeMan(&page, grammar(t).Model, build{Version: "1.2", Date: "2026-11-20T10:00:00Z"})
	requests := regexp.MustCompile(`^(TH|SH|SS|TP|PP|RS 2|RE|nf|fi|nh|ad l)\b`)
	for line := range strings.Lines(page.String()) {
		if request, ok := strings.CutPrefix(line, "."); ok && !requests.MatchString(request) {
			t.Errorf("not a request that is known: %s", line)
		}
	}
	for _, want := range []string{".SH EXIT STATUS\n", ".SH ENVIRONMENT\n", ".SH FILES\n", ".SS \"fm queue retry TASKS...\"\n"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("lacks %q", want)
		}
	}
	if groff, err := exec.LookPath("groff"); err == nil { // where there is one, it has nothing to complain of
		cmd := exec.CommandContext(t.Context(), groff, "-man", "-ww", "-z", "-Tutf8")
		cmd.Stdin = &page
		if said, err := cmd.CombinedOutput(); err != nil || len(said) > 0 {
			t.Errorf("groff: %v\n%s", err, said)
		}
	}
}

// The manual knows the exit codes that there are. Caught: one that was added to
// exit.go alone.
func TestEveryExitCodeIsInTheManual(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "exit.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	constants := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "exit") && len(spec.Values) == 1 {
			constants[spec.Values[0].(*ast.BasicLit).Value] = true
		}
		return true
	})
	var page bytes.Buffer
	writeMan(&page, grammar(t).Model, build{})
	for value := range constants {
		if !strings.Contains(page.String(), ".TP\n\\fB"+value+"\\fR\n") {
			t.Errorf("exit code %s is not in the manual", value)
		}
	}
	if len(constants) != len(exitCodes()) {
		t.Errorf("%d constants, %d in the manual", len(constants), len(exitCodes()))
	}
}

// Every variable that the code asks for is in the manual, or is one by which fm
// talks to itself.
func TestEveryVariableIsInTheManual(t *testing.T) {
	told := ""
	for _, v := range environment() {
		told += " " + strings.ReplaceAll(v.name, ",", "") + " "
	}
	asked := regexp.MustCompile(`[gG]etenv\("([A-Z_]+)"\)`)
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch name := d.Name(); {
		case d.IsDir() && (strings.HasPrefix(name, ".") && path != "../.." || name == "testdata" || name == "scripted" || name == "probe" || name == "fake"):
			return fs.SkipDir
		case d.IsDir(), filepath.Ext(name) != ".go", strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range asked.FindAllStringSubmatch(string(text), -1) {
			if name := m[1]; !strings.HasPrefix(name, "FM_") && !strings.Contains(told, " "+name+" ") {
				t.Errorf("%s asks for %s, of which the manual says nothing", path, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
