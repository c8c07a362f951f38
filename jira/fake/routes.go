package fake

import (
	"net/http"
	"net/url"
	"strings"
)

// api is where the API stands.
const api = "/rest/api/2/"

// route is one operation.
type route struct {
	method string
	path   string // below the API, as Atlassian's description has it
	run    func(*world, *call) reply
	reads  bool // though it is a POST
	only   Kind // "" for both
	newer  bool // than the descriptions that are to be had
}

// operations is everything that the fake has.
func operations() []route {
	return []route{
		{method: http.MethodGet, path: "serverInfo", run: (*world).serverInfo},
		{method: http.MethodGet, path: "myself", run: (*world).myself},
		{method: http.MethodGet, path: "mypermissions", run: (*world).mypermissions},
		{method: http.MethodGet, path: "field", run: (*world).allFields},
		{method: http.MethodGet, path: "status", run: (*world).allStatuses},
		{method: http.MethodGet, path: "issueLinkType", run: (*world).linkTypes},
		{method: http.MethodPost, path: "issueLink", run: (*world).link},
		{method: http.MethodGet, path: "project/{projectIdOrKey}", run: (*world).project},
		{method: http.MethodGet, path: "issue/createmeta/{projectIdOrKey}/issuetypes", run: (*world).createTypes, newer: true},
		{method: http.MethodGet, path: "issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}", run: (*world).createFields, newer: true},
		{method: http.MethodPost, path: "issue", run: (*world).create},
		{method: http.MethodGet, path: "issue/{issueIdOrKey}", run: (*world).issue},
		{method: http.MethodGet, path: "issue/{issueIdOrKey}/changelog", run: (*world).changelog, only: Cloud},
		{method: http.MethodGet, path: "issue/{issueIdOrKey}/comment", run: (*world).allComments},
		{method: http.MethodPost, path: "issue/{issueIdOrKey}/comment", run: (*world).comment},
		{method: http.MethodGet, path: "issue/{issueIdOrKey}/transitions", run: (*world).transitions},
		{method: http.MethodPost, path: "issue/{issueIdOrKey}/transitions", run: (*world).transit},
		{method: http.MethodPost, path: "issue/{issueIdOrKey}/remotelink", run: (*world).remoteLink},
		{method: http.MethodPost, path: "search/jql", run: (*world).searchCloud, reads: true, only: Cloud, newer: true},
		{method: http.MethodPost, path: "search", run: (*world).searchCenter, reads: true, only: DataCenter},
	}
}

// find looks for the operation of a request. A word in the path that is spelt out
// goes before one that may be anything.
func (c *call) find() {
	below, found := strings.CutPrefix(c.path, api)
	if !found {
		return
	}
	parts := strings.Split(below, "/")
	for _, r := range operations() {
		if params, fits := r.match(c.request.Method, parts); fits && (c.route == nil || len(params) < len(c.params)) {
			c.route, c.params = &r, params
		}
	}
}

func (r *route) match(method string, parts []string) (map[string]string, bool) {
	words := strings.Split(r.path, "/")
	if r.method != method || len(words) != len(parts) {
		return nil, false
	}
	params := map[string]string{}
	for i, word := range words {
		if strings.HasPrefix(word, "{") {
			value, err := url.PathUnescape(parts[i])
			if err != nil {
				return nil, false
			}
			params[strings.Trim(word, "{}")] = value
		} else if word != parts[i] {
			return nil, false
		}
	}
	return params, true
}

func (c *call) operation() string {
	if c.route == nil {
		return ""
	}
	return c.route.method + " " + c.route.path
}

func (c *call) write() bool {
	return c.request.Method != http.MethodGet && (c.route == nil || !c.route.reads)
}
