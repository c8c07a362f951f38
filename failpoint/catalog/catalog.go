// Package catalog reads the source of fm for what tests and documents must not
// forget: the names of all failpoints, and which tests show which fault. It
// never runs in fm itself. Start reading at [Read].
package catalog

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Point is a step with a name; see package failpoint.
type Point struct {
	Name string
	File string // relative to the root, with slashes
	Line int
}

// Test is a test that says which faults it shows.
type Test struct {
	Name    string
	Package string // its folder, relative to the root, "." for that itself
	Faults  []string
}

// Catalog is what the source holds.
type Catalog struct {
	Points []Point // by name
	Tests  []Test  // by package and name
}

// Read reads all Go files below root, without folders that begin with a dot and
// testdata. A name that stands at two places, or is no literal, is an error: a
// crash there could not be told from another.
func Read(root string) (Catalog, error) {
	r := reader{root: root, files: token.NewFileSet(), points: map[string]Point{}}
	if err := filepath.WalkDir(root, r.visit); err != nil {
		return Catalog{}, fmt.Errorf("read the source: %w", err)
	}
	c := Catalog{Tests: r.tests}
	for _, name := range slices.Sorted(maps.Keys(r.points)) {
		c.Points = append(c.Points, r.points[name])
	}
	slices.SortFunc(c.Tests, func(a, b Test) int { return strings.Compare(a.Package+"\x00"+a.Name, b.Package+"\x00"+b.Name) })
	return c, nil
}

type reader struct {
	root   string
	files  *token.FileSet
	points map[string]Point
	tests  []Test
}

func (r *reader) visit(path string, d fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case d.IsDir() && path != r.root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
		return filepath.SkipDir
	case d.IsDir() || filepath.Ext(path) != ".go":
		return nil
	}
	name, err := filepath.Rel(r.root, path)
	if err != nil {
		return err
	}
	name = filepath.ToSlash(name)
	parsed, err := parser.ParseFile(r.files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if strings.HasSuffix(name, "_test.go") {
		r.readTests(name, parsed)
		return nil
	}
	if strings.HasPrefix(name, "failpoint/") {
		return nil
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && err == nil {
			err = r.readCall(name, call)
		}
		return err == nil
	})
	return err
}

// readCall takes failpoint.Step("x") and failpoint.Name("x").
func (r *reader) readCall(file string, call *ast.CallExpr) error {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if from, ok := f.X.(*ast.Ident); !ok || from.Name != "failpoint" || len(call.Args) != 1 {
		return nil
	}
	line := r.files.Position(call.Pos()).Line
	literal, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		if f.Sel.Name == "Step" {
			return nil // of a Name, which is a literal elsewhere
		}
		return fmt.Errorf("%s:%d: the name of a failpoint is no literal", file, line)
	}
	name, err := strconv.Unquote(literal.Value)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", file, line, err)
	}
	if !wellNamed.MatchString(name) {
		return fmt.Errorf("%s:%d: failpoint %q: want a name such as git.push", file, line, name)
	}
	if other, taken := r.points[name]; taken {
		return fmt.Errorf("%s:%d: failpoint %s stands in %s:%d, too", file, line, name, other.File, other.Line)
	}
	r.points[name] = Point{Name: name, File: file, Line: line}
	return nil
}

var wellNamed = regexp.MustCompile(`^[a-z]+\.[a-z-]+$`)

var (
	faultLine = regexp.MustCompile(`(?m)^Fault: (.+)$`)
	faultName = regexp.MustCompile(`\bF[0-9]+\b`)
)

func (r *reader) readTests(file string, parsed *ast.File) {
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || f.Doc == nil {
			continue
		}
		var faults []string
		for _, line := range faultLine.FindAllStringSubmatch(f.Doc.Text(), -1) {
			faults = append(faults, faultName.FindAllString(line[1], -1)...)
		}
		if len(faults) > 0 {
			dir := "."
			if i := strings.LastIndexByte(file, '/'); i >= 0 {
				dir = file[:i]
			}
			r.tests = append(r.tests, Test{Name: f.Name.Name, Package: dir, Faults: faults})
		}
	}
}
