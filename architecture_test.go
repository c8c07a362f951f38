package fm_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/founder-mode/fm"

// house is what may import what, or what does: by package, as ARCHITECTURE.md
// writes their names.
type house map[string]*room

// room is one package.
type room struct {
	inside  []string // packages of the house; "all" in the table for any
	outside []string // third party: names in the table, import paths in the code
	execs   bool     // it imports os/exec
}

// starters are the packages that may start processes.
var starters = []string{"tmux", "git", "claude", "claude/scripted", "process"}

// The table in ARCHITECTURE.md is the design, and the imports are what became
// of it.
func TestArchitecture(t *testing.T) {
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	table, built := parseTable(string(text)), house{}
	for _, system := range []string{"linux", "darwin"} {
		list(t, system, built)
	}
	for _, fault := range table.faults(built) {
		t.Error(fault)
	}
}

func TestArchitectureIsHeldBothWays(t *testing.T) {
	table := parseTable(`
| package | one sentence | imports of the house | third party |
|---|---|---|---|
| ` + "`cmd/fm`" + ` | Wires. | all | kong |
| ` + "`tmux`" + ` | Runs tmux. | fm | gotmux, x/sys |
| ` + "`fm`" + ` | Words. | – | – |

| other | table | of | strings |
`)
	sound := func() house {
		return house{
			"cmd/fm": {inside: []string{"fm", "tmux"}, outside: []string{"github.com/alecthomas/kong"}},
			"tmux":   {outside: []string{"github.com/GianlucaP106/gotmux/gotmux", "golang.org/x/sys/unix"}, execs: true},
			"fm":     {},
		}
	}
	if got := table.faults(sound()); len(got) > 0 {
		t.Fatalf("a sound house has faults: %q", got)
	}
	for want, alter := range map[string]func(house){
		"tmux imports cmd/fm":                   func(h house) { h["tmux"].inside = []string{"cmd/fm"} },
		"fm imports golang.org/x/sys/unix":      func(h house) { h["fm"].outside = []string{"golang.org/x/sys/unix"} },
		"tmux no longer imports x/sys":          func(h house) { h["tmux"].outside = h["tmux"].outside[:1] },
		"fm starts processes":                   func(h house) { h["fm"].execs = true },
		"package util has no row":               func(h house) { h["util"] = &room{} },
		"the row tmux has no package":           func(h house) { delete(h, "tmux") },
		"cmd/fm imports github.com/x/kong-more": func(h house) { h["cmd/fm"].outside = append(h["cmd/fm"].outside, "github.com/x/kong-more") },
	} {
		h := sound()
		alter(h)
		if got := table.faults(h); len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("faults %q, want one that begins with %q", got, want)
		}
	}
}

// parseTable reads the rows whose first column is a name in backquotes.
func parseTable(text string) house {
	h := house{}
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		name := strings.TrimSpace(cells[0])
		if len(cells) != 4 || len(name) < 3 || name[0] != '`' {
			continue
		}
		h[strings.Trim(name, "`")] = &room{inside: words(cells[2]), outside: words(cells[3])}
	}
	return h
}

func words(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ' ' || r == '–' })
}

// list adds what the packages import, tests aside, on one operating system.
func list(t *testing.T, system string, h house) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		name := inside(p.ImportPath)
		if h[name] == nil {
			h[name] = &room{}
		}
		for _, imported := range p.Imports {
			h[name].add(imported)
		}
	}
}

func (r *room) add(imported string) {
	first, _, _ := strings.Cut(imported, "/")
	switch {
	case imported == "os/exec":
		r.execs = true
	case imported == module, strings.HasPrefix(imported, module+"/"):
		r.inside = append(r.inside, inside(imported))
	case strings.Contains(first, "."): // the standard library has no domain
		r.outside = append(r.outside, imported)
	}
}

// inside gives a package of ours the name that the table gives it.
func inside(importPath string) string {
	if importPath == module {
		return path.Base(module)
	}
	return strings.TrimPrefix(importPath, module+"/")
}

// faults says where the packages and the table differ, in order.
func (h house) faults(built house) []string {
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if built[name] == nil {
			say("the row %s has no package", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(built)) {
		row, is := h[name], built[name]
		if row == nil {
			say("package %s has no row in ARCHITECTURE.md", name)
			continue
		}
		if is.execs && !slices.Contains(starters, name) {
			say("%s starts processes; only %v may", name, starters)
		}
		for _, imported := range is.inside {
			if !slices.Contains(row.inside, imported) && !slices.Contains(row.inside, "all") {
				say("%s imports %s, which is a change of the design: alter the table first", name, imported)
			}
		}
		row.compareOutside(name, is, say)
	}
	slices.Sort(all)
	return slices.Compact(all) // the same on two systems
}

func (r *room) compareOutside(name string, is *room, say func(string, ...any)) {
	used := map[string]bool{}
	for _, imported := range is.outside {
		i := slices.IndexFunc(r.outside, func(n string) bool { return names(n, imported) })
		if i < 0 {
			say("%s imports %s, whose home is elsewhere or nowhere: see the table", name, imported)
			continue
		}
		used[r.outside[i]] = true
	}
	for _, n := range r.outside {
		if !used[n] {
			say("%s no longer imports %s", name, n)
		}
	}
}

// names says whether a short name of the table, such as x/sys, stands for an
// import path.
func names(short, importPath string) bool {
	return strings.Contains("/"+importPath+"/", "/"+short+"/")
}
