package fake

import (
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// document is a GraphQL request.
type document struct {
	Query     string         `json:"query"`
	Variables map[string]any `json:"variables"`
	Name      string         `json:"operationName"`

	parsed *ast.QueryDocument
	op     *ast.OperationDefinition
	fault  string // why it cannot be run
}

func parseDocument(body []byte) *document {
	d := &document{}
	if err := json.Unmarshal(body, d); err != nil {
		d.fault = "Problems parsing JSON"
		return d
	}
	parsed, err := parser.ParseQuery(&ast.Source{Input: d.Query})
	if err != nil {
		d.fault = err.Error()
		return d
	}
	d.parsed = parsed
	for _, op := range parsed.Operations {
		if d.Name == "" || op.Name == d.Name {
			d.op = op
			return d
		}
	}
	d.fault = "No operation named " + d.Name
	return d
}

func (d *document) mutates() bool { return d.op != nil && d.op.Operation == ast.Mutation }

// operation names the request in the log: "query Look", "mutation
// enablePullRequestAutoMerge".
func (d *document) operation() string {
	if !d.mutates() {
		if d.op == nil || d.op.Name == "" {
			return "query"
		}
		return "query " + d.op.Name
	}
	for _, s := range d.op.SelectionSet {
		if f, is := s.(*ast.Field); is {
			return "mutation " + f.Name
		}
	}
	return "mutation"
}
