package fake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Published is what GitHub publishes about its API: the description of the REST
// operations that the fake has, and the GraphQL schema. It is not changed any
// more, and any number of servers may share it; nil holds nothing against
// anything.
type Published struct {
	rest  *openapi3.T  // nil: no description was given
	graph *ast.Schema  // nil: no schema was
	rules *rules.Rules // of GraphQL
}

// toGet says how to come by the files.
const toGet = "run scripts/test, or export FM_TEST_GITHUB=$(scripts/github-description)"

// Files gives the paths of GitHub's description and schema, in the folder that
// FM_TEST_GITHUB names. The error says how to come by it.
func Files() (description, schema string, err error) {
	dir := os.Getenv("FM_TEST_GITHUB")
	if dir == "" {
		return "", "", fmt.Errorf("find GitHub's description: FM_TEST_GITHUB is not set: %s", toGet)
	}
	description, schema = filepath.Join(dir, "api.github.com.json"), filepath.Join(dir, "schema.graphql")
	for _, file := range []string{description, schema} {
		if _, err := os.Stat(file); err != nil {
			return "", "", fmt.Errorf("find GitHub's description: %w: %s", err, toGet)
		}
	}
	return description, schema, nil
}

// ReadPublished reads both files; one whose path is "" is left out. It takes
// about half a second.
func ReadPublished(description, schema string) (*Published, error) {
	p := &Published{rules: rules.NewDefaultRules()}
	if description != "" {
		whole, err := os.ReadFile(description)
		if err != nil {
			return nil, fmt.Errorf("read GitHub's description: %w", err)
		}
		part, err := prune(whole, operations())
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", description, err)
		}
		if p.rest, err = openapi3.NewLoader().LoadFromData(part); err != nil {
			return nil, fmt.Errorf("read %s: %w", description, err)
		}
	}
	if schema != "" {
		var err error
		if p.graph, err = readSchema(schema); err != nil {
			return nil, fmt.Errorf("read GitHub's schema: %w", err)
		}
	}
	return p, nil
}

func readSchema(path string) (*ast.Schema, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: path, Input: string(text)})
	if err != nil {
		return nil, err
	}
	for _, d := range doc.Definitions { // GitHub has published a field twice
		seen := map[string]bool{}
		d.Fields = slices.DeleteFunc(d.Fields, func(f *ast.FieldDefinition) bool {
			twice := seen[f.Name]
			seen[f.Name] = true
			return twice
		})
	}
	return validator.ValidateSchemaDocument(doc)
}

// checkRequest holds a request against what is published.
func (p *Published) checkRequest(c *call, violate func(string, ...any)) {
	switch {
	case p == nil:
	case c.graphQL != nil && p.graph != nil:
		p.checkQuery(c.graphQL, violate)
	case c.route != nil && p.rest != nil:
		input := p.input(c)
		if err := openapi3filter.ValidateRequest(c.request.Context(), input); err != nil {
			violate("%s: request: %s", c.operation(), brief(err))
		}
		p.checkNames(c, input.Route.Operation, violate)
	}
}

func (p *Published) checkQuery(d *document, violate func(string, ...any)) {
	if d.parsed == nil || d.op == nil {
		return // said elsewhere
	}
	for _, err := range validator.ValidateWithRules(p.graph, d.parsed, p.rules) {
		violate("graphql: request: %v", err)
	}
	if _, err := validator.VariableValues(p.graph, d.op, d.Variables); err != nil {
		violate("graphql: variables: %v", err)
	}
}

// checkNames finds parameters and properties that GitHub would not look at. The
// description allows them, and they are mistakes.
func (p *Published) checkNames(c *call, op *openapi3.Operation, violate func(string, ...any)) {
	for name := range c.query {
		if op.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			violate("%s: request: no parameter %s", c.operation(), name)
		}
	}
	var given map[string]json.RawMessage
	if json.Unmarshal(c.body, &given) != nil || op.RequestBody == nil {
		return
	}
	schema := op.RequestBody.Value.Content.Get("application/json").Schema.Value
	if len(schema.OneOf)+len(schema.AnyOf) > 0 {
		return
	}
	for name := range given {
		if schema.Properties[name] == nil {
			violate("%s: request: no property %s", c.operation(), name)
		}
	}
}

// checkResponse holds an answer against what is published. What GraphQL answers
// is looked at where it is made.
func (p *Published) checkResponse(c *call, r reply, violate func(string, ...any)) {
	if p == nil || p.rest == nil || c.route == nil {
		return
	}
	header := mergeHeader(r.header, http.Header{"Content-Type": {"application/json; charset=utf-8"}})
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: p.input(c), Status: r.status, Header: header, Body: io.NopCloser(bytes.NewReader(r.text())), Options: options(),
	}
	if err := openapi3filter.ValidateResponse(c.request.Context(), input); err != nil {
		violate("%s: response %d: %s", c.operation(), r.status, brief(err))
	}
}

func options() *openapi3filter.Options {
	return &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true, RejectWhenRequestBodyNotSpecified: true,
	}
}

func (p *Published) input(c *call) *openapi3filter.RequestValidationInput {
	item := p.rest.Paths.Value(c.route.path)
	request := *c.request
	request.Body = io.NopCloser(bytes.NewReader(c.body))
	return &openapi3filter.RequestValidationInput{
		Request: &request, PathParams: c.params, QueryParams: c.query, Options: options(),
		Route: &routers.Route{Spec: p.rest, Path: c.route.path, PathItem: item, Method: c.route.method, Operation: item.GetOperation(c.route.method)},
	}
}

// brief leaves out the schema and the value that come with an error.
func brief(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\nSchema:")
	return strings.Join(strings.Fields(text), " ")
}
