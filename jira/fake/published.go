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
)

// Published is what Atlassian has published about the API: of the Cloud a whole
// description, of a Data Center the operations and their parameters. It is not
// changed any more, and any number of servers may share it; nil holds nothing
// against anything.
type Published struct {
	cloud  *openapi3.T
	center map[string][]string // names of the parameters, by operation
}

// toGet says how to come by the files.
const toGet = "run scripts/test, or export FM_TEST_JIRA=$(scripts/jira-description)"

// Files gives the folder that FM_TEST_JIRA names. The error says how to come by
// it.
func Files() (dir string, err error) {
	dir = os.Getenv("FM_TEST_JIRA")
	if dir == "" {
		return "", fmt.Errorf("find Jira's description: FM_TEST_JIRA is not set: %s", toGet)
	}
	for _, name := range []string{cloudFile, centerFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return "", fmt.Errorf("find Jira's description: %w: %s", err, toGet)
		}
	}
	return dir, nil
}

const (
	cloudFile  = "jira-cloud.json"
	centerFile = "jira-server.json"
)

// ReadPublished reads the files in a folder.
func ReadPublished(dir string) (*Published, error) {
	p := &Published{center: map[string][]string{}}
	var err error
	if p.cloud, err = openapi3.NewLoader().LoadFromFile(filepath.Join(dir, cloudFile)); err != nil {
		return nil, fmt.Errorf("read Jira's description: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(dir, centerFile))
	if err != nil {
		return nil, fmt.Errorf("read Jira's description: %w", err)
	}
	if err := json.Unmarshal(text, &p.center); err != nil {
		return nil, fmt.Errorf("read Jira's description: %w", err)
	}
	for _, r := range operations() {
		if r.newer {
			continue
		}
		if item := p.cloud.Paths.Value(api + r.path); r.only != DataCenter && (item == nil || item.GetOperation(r.method) == nil) {
			return nil, fmt.Errorf("read Jira's description: the Cloud has no operation %s %s", r.method, r.path)
		}
		if _, there := p.center[r.method+" "+r.path]; r.only != Cloud && !there {
			return nil, fmt.Errorf("read Jira's description: a Data Center has no operation %s %s", r.method, r.path)
		}
	}
	return p, nil
}

// checkRequest holds a request against what is published.
func (p *Published) checkRequest(kind Kind, c *call, violate func(string, ...any)) {
	switch {
	case p == nil || c.route.newer:
	case kind == DataCenter:
		for name := range c.query {
			if name != "expand" && !slices.Contains(p.center[c.operation()], name) { // all of them take that one
				violate("%s: request: no parameter %s", c.operation(), name)
			}
		}
	default:
		input := p.input(c)
		if err := openapi3filter.ValidateRequest(c.request.Context(), input); err != nil {
			violate("%s: request: %s", c.operation(), brief(err))
		}
		p.checkNames(c, input.Route.Operation, violate)
	}
}

// checkNames finds parameters and properties that Jira would not look at. The
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
	for name := range given {
		if schema.Properties[name] == nil {
			violate("%s: request: no property %s", c.operation(), name)
		}
	}
}

// checkResponse holds an answer of the Cloud against what is published.
func (p *Published) checkResponse(kind Kind, c *call, r reply, violate func(string, ...any)) {
	if p == nil || kind == DataCenter || c.route.newer {
		return
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: p.input(c), Status: r.status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(r.text())), Options: options(),
	}
	if op := input.RequestValidationInput.Route.Operation; op.Responses.Status(r.status) == nil {
		violate("%s: no response %d is described", c.operation(), r.status)
		return
	}
	if err := openapi3filter.ValidateResponse(c.request.Context(), input); err != nil {
		violate("%s: response %d: %s", c.operation(), r.status, brief(err))
	}
}

func options() *openapi3filter.Options {
	return &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true}
}

func (p *Published) input(c *call) *openapi3filter.RequestValidationInput {
	item := p.cloud.Paths.Value(api + c.route.path)
	request := *c.request
	request.Body = io.NopCloser(bytes.NewReader(c.body))
	return &openapi3filter.RequestValidationInput{
		Request: &request, PathParams: c.params, QueryParams: c.query, Options: options(),
		Route: &routers.Route{Spec: p.cloud, Path: api + c.route.path, PathItem: item, Method: c.route.method, Operation: item.GetOperation(c.route.method)},
	}
}

// brief leaves out the schema and the value that come with an error.
func brief(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\nSchema:")
	return strings.Join(strings.Fields(text), " ")
}
