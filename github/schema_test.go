package github

import (
	"os"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/founder-mode/fm/github/fake"
)

// GitHub takes every query and mutation of ours as far as its published schema
// can tell. Caught: a field that only REST has (head { sha }), an enum passed as
// String.
func TestDocumentsFitGitHubsSchema(t *testing.T) {
	schema := publishedSchema(t)
	for name, document := range map[string]string{
		"look": lookQuery([]int{1, 2147483647}), "reviews": reviewQuery,
		"ready": readyMutation, "draft": draftMutation, "arm": armMutation, "enqueue": enqueueMutation,
	} {
		if _, errs := gqlparser.LoadQueryWithRules(schema, document, nil); len(errs) > 0 {
			t.Errorf("%s: %v", name, errs)
		}
	}
}

func publishedSchema(t *testing.T) *ast.Schema {
	t.Helper()
	_, path, err := fake.Files()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: path, Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range doc.Definitions { // GitHub has published a field twice
		var names []string
		d.Fields = slices.DeleteFunc(d.Fields, func(f *ast.FieldDefinition) bool {
			twice := slices.Contains(names, f.Name)
			names = append(names, f.Name)
			return twice
		})
	}
	schema, err := validator.ValidateSchemaDocument(doc)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
