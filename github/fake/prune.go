package fake

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// pruned is a description without what nobody asks for: the whole of GitHub's
// takes seconds to resolve, and has paths that kin-openapi takes for the same.
type pruned struct {
	OpenAPI    string                                `json:"openapi"`
	Info       json.RawMessage                       `json:"info"`
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components map[string]map[string]json.RawMessage `json:"components"`
}

// reference is a pointer into the components.
var reference = regexp.MustCompile(`"\$ref":\s*"#/components/([^/"]+)/([^/"]+)"`)

// prune keeps some operations and what they refer to.
func prune(description []byte, keep []operation) ([]byte, error) {
	var whole pruned
	if err := json.Unmarshal(description, &whole); err != nil {
		return nil, err
	}
	part := pruned{OpenAPI: whole.OpenAPI, Info: whole.Info, Paths: map[string]map[string]json.RawMessage{}, Components: map[string]map[string]json.RawMessage{}}
	for _, o := range keep {
		method := strings.ToLower(o.method)
		text, there := whole.Paths[o.path][method]
		if !there {
			return nil, fmt.Errorf("no operation %s %s", o.method, o.path)
		}
		if part.Paths[o.path] == nil {
			part.Paths[o.path] = map[string]json.RawMessage{}
		}
		part.Paths[o.path][method] = text
		part.follow(&whole, text)
	}
	return json.Marshal(part)
}

// follow takes over what a text refers to, and what that refers to.
func (p *pruned) follow(whole *pruned, text []byte) {
	for _, m := range reference.FindAllSubmatch(text, -1) {
		kind, name := string(m[1]), string(m[2])
		if p.Components[kind] == nil {
			p.Components[kind] = map[string]json.RawMessage{}
		}
		if _, there := p.Components[kind][name]; there {
			continue
		}
		found := whole.Components[kind][name]
		p.Components[kind][name] = found
		p.follow(whole, found)
	}
}
