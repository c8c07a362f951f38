package fake

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// call is one request on its way through an operation.
type call struct {
	request *http.Request
	path    string // escaped, from the slash on
	query   url.Values
	body    []byte
	route   *operation // nil when the fake has none for it
	params  map[string]string
	graphQL *document // of a GraphQL request
	render  renderer
	budgets map[string]*Budget
	logs    string // base of the addresses of logs
}

// find looks up the operation.
func (c *call) find(all []operation) {
	if c.path == "/graphql" {
		c.graphQL = parseDocument(c.body)
		return
	}
	for i := range all {
		if params, ok := all[i].match(c.request.Method, c.path); ok {
			c.route, c.params = &all[i], params
			return
		}
	}
}

func (c *call) operation() string {
	switch {
	case c.graphQL != nil:
		return c.graphQL.operation()
	case c.route == nil:
		return ""
	case c.route.path == inRepo:
		return c.route.method + " repo"
	}
	return c.route.method + " " + strings.TrimPrefix(strings.TrimPrefix(c.route.path, inRepo), "/")
}

func (c *call) write() bool {
	if c.graphQL != nil {
		return c.graphQL.mutates()
	}
	return isWrite(c.request.Method)
}

func (c *call) bucket() string {
	switch {
	case c.graphQL != nil:
		return "graphql"
	case strings.HasPrefix(c.path, "/search/"):
		return "search"
	}
	return "core"
}

// run runs the operation. The lock is held.
func (s *Server) run(c *call) reply {
	set := s.world.settings
	switch {
	case c.graphQL != nil:
		return s.runGraphQL(c)
	case slices.Contains(set.Denied, c.operation()):
		return forbidden()
	case c.route == nil:
		s.violate("%s %s: the fake has no such operation", c.request.Method, c.path)
		return notFound()
	case c.route.absent != nil && c.route.absent(set):
		return notFound()
	}
	if _, scoped := c.params["owner"]; scoped {
		if !strings.EqualFold(c.params["owner"]+"/"+c.params["repo"], s.opts.Repo) {
			return notFound()
		}
		if c.write() && set.Archived {
			return refuse(http.StatusForbidden, "Repository was archived so is read-only.")
		}
		if c.write() && set.ReadOnly {
			return forbidden()
		}
	}
	return c.route.run(s.world, c)
}

// decode reads the body; GitHub answers 400 to what is no JSON.
func (c *call) decode(into any) (reply, bool) {
	if len(c.body) == 0 {
		return reply{}, true
	}
	if err := json.Unmarshal(c.body, into); err != nil {
		if wrong := new(json.UnmarshalTypeError); errors.As(err, &wrong) {
			return refuse(http.StatusUnprocessableEntity, "Invalid request.\n\n"+err.Error()), false
		}
		return refuse(http.StatusBadRequest, "Problems parsing JSON"), false
	}
	return reply{}, true
}

// number reads a parameter of the path.
func (c *call) number(name string) int {
	n, err := strconv.Atoi(c.params[name])
	if err != nil {
		return 0 // nothing has it
	}
	return n
}

func (c *call) id(name string) int64 {
	n, err := strconv.ParseInt(c.params[name], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// page cuts a list as asked, and says in a Link header where it goes on.
func page[T any](c *call, all []T) ([]T, http.Header) {
	size := clamp(c.query.Get("per_page"), 30, 100)
	at := clamp(c.query.Get("page"), 1, 1<<30)
	last := max(1, (len(all)+size-1)/size)
	var links []string
	link := func(page int, rel string) {
		q := maps.Clone(c.query)
		q.Set("page", strconv.Itoa(page))
		links = append(links, fmt.Sprintf(`<%s%s?%s>; rel="%s"`, c.render.base, c.path, q.Encode(), rel))
	}
	if at > 1 {
		link(at-1, "prev")
		link(1, "first")
	}
	if at < last {
		link(at+1, "next")
		link(last, "last")
	}
	header := http.Header{}
	if len(links) > 0 {
		header.Set("Link", strings.Join(links, ", "))
	}
	from := min(len(all), (at-1)*size)
	return all[from:min(len(all), from+size)], header
}

func clamp(text string, instead, most int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return instead
	}
	return min(n, most)
}

// listed answers with a page of what render makes of each.
func listed[T any](c *call, all []T, render func(T) object) reply {
	part, header := page(c, all)
	list := make([]any, 0, len(part))
	for _, each := range part {
		list = append(list, render(each))
	}
	return reply{status: http.StatusOK, header: header, body: list}
}

func pathEscape(s string) string { return url.PathEscape(s) }
