package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/founder-mode/fm/github/transport"
)

// problem is one error that GitHub tells of in the answer to a GraphQL query,
// beside whatever data it has.
type problem struct {
	Type    string `json:"type"` // NOT_FOUND, FORBIDDEN, UNPROCESSABLE …; "" for an error in the query
	Path    []any  `json:"path"` // of the field that is null for it
	Message string `json:"message"`
}

// about says whether the problem is one of a field: about("p12",
// "statusCheckRollup").
func (p problem) about(path ...string) bool {
	if len(p.Path) < len(path) {
		return false
	}
	for i, want := range path {
		if fmt.Sprint(p.Path[i]) != want {
			return false
		}
	}
	return true
}

// graphql sends a query or a mutation and decodes the data into out, as far as
// there is any: GitHub answers 200 and a part where a token may not read the
// rest, and says so in the problems. The error is of the request as a whole.
func (g *GitHub) graphql(ctx context.Context, query string, vars map[string]any, out any) ([]problem, error) {
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []problem       `json:"errors"`
	}
	if !strings.HasPrefix(strings.TrimSpace(query), "mutation") {
		ctx = transport.Query(ctx)
	}
	body := map[string]any{"query": query}
	if len(vars) > 0 {
		body["variables"] = vars
	}
	if _, err := g.do(ctx, http.MethodPost, g.graphqlPath(), body, &answer); err != nil {
		return nil, err
	}
	if len(answer.Data) > 0 && string(answer.Data) != "null" && out != nil {
		if err := json.Unmarshal(answer.Data, out); err != nil {
			return answer.Errors, fmt.Errorf("read answer of GraphQL: %w", err)
		}
	}
	return answer.Errors, nil
}

// graphqlPath is relative to the API's base: Enterprise Server has GraphQL
// beside v3, the others have it below their root.
func (g *GitHub) graphqlPath() string {
	if strings.HasSuffix(g.client.BaseURL.Path, "/api/v3/") {
		return "../graphql"
	}
	return "graphql"
}
