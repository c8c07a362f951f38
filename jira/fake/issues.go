package fake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

func (w *world) issue(c *call) reply {
	i := w.find(c.params["issueIdOrKey"])
	if i == nil {
		return notFound()
	}
	o := w.bean(i, listOf(c.query["fields"]), listOf(c.query["properties"]))
	if c.query.Get("expand") == "changelog" {
		list := w.histories(i)
		o["changelog"] = object{"startAt": 0, "maxResults": len(list), "total": len(list), "histories": list}
	}
	return ok(o)
}

func (w *world) histories(i *item) []object {
	list := []object{}
	for _, h := range i.changes {
		list = append(list, object{"id": h.id, "author": w.user(h.author), "created": stamp(h.created), "items": []object{
			{"field": "status", "fieldtype": "jira", "from": h.from.ID, "fromString": h.from.Name, "to": h.to.ID, "toString": h.to.Name},
		}})
	}
	return list
}

func (w *world) changelog(c *call) reply {
	i := w.find(c.params["issueIdOrKey"])
	if i == nil {
		return notFound()
	}
	all := w.histories(i)
	from, most := number(c.query.Get("startAt"), 0), min(number(c.query.Get("maxResults"), 100), w.settings.Page)
	part := all[min(from, len(all)):min(from+most, len(all))]
	return ok(object{"self": w.self("changelog"), "startAt": from, "maxResults": most, "total": len(all), "isLast": from+len(part) >= len(all), "values": part})
}

// draft is an issue that somebody wants made.
type draft struct {
	Fields     map[string]json.RawMessage `json:"fields"`
	Properties []struct {
		Key   string `json:"key"`
		Value any    `json:"value"`
	} `json:"properties"`
}

type ref struct {
	ID   string `json:"id"`
	Key  string `json:"key"`
	Name string `json:"name"`
}

func (r ref) any() string { return r.ID + r.Key + r.Name }

// of reads a field of a draft.
func of[T any](d *draft, field string) T {
	var value T
	_ = json.Unmarshal(d.Fields[field], &value) // the zero one is what Jira takes it for
	return value
}

func (w *world) create(c *call) reply {
	var d draft
	if json.Unmarshal(c.body, &d) != nil {
		return refuse(http.StatusBadRequest, "Can not deserialize the request.")
	}
	t, found := w.settings.typeOf(of[ref](&d, "issuetype").any())
	if !found {
		return invalid("issuetype", "Specify an issue type")
	}
	screen := w.screen(t)
	for id := range d.Fields {
		if !slices.ContainsFunc(screen, func(f Field) bool { return f.ID == id }) {
			return invalid(id, "Field '"+id+"' cannot be set. It is not on the appropriate screen, or unknown.")
		}
	}
	for _, f := range screen {
		if f.Required && !f.Default && f.ID != "reporter" && d.Fields[f.ID] == nil {
			return invalid(f.ID, f.Name+" is required.")
		}
	}
	if text := w.tooMuch(&d); text != nil {
		return *text
	}
	parent := w.find(of[ref](&d, "parent").any())
	switch {
	case t.Subtask && parent == nil:
		return invalid("parent", "Issue type is a sub-task but parent issue key or id not specified.")
	case t.Subtask && (parent.kind.Subtask || parent.kind.Level > 0):
		return invalid("parentId", "Given parent issue does not belong to the appropriate hierarchy.")
	case !slices.Contains(w.settings.Projects, of[ref](&d, "project").any()):
		return invalid("project", "valid project is required")
	case slices.Contains(w.settings.Denied, "CREATE_ISSUES"):
		return refuse(http.StatusForbidden, "You do not have permission to create issues in this project.")
	}
	i := &item{
		kind: t, status: w.settings.Statuses[0], summary: strings.TrimSpace(of[string](&d, "summary")), description: of[string](&d, "description"),
		labels: of[[]string](&d, "labels"), priority: "Medium", parent: parent, creator: w.me, properties: map[string]any{},
	}
	if id := of[ref](&d, "priority").any(); id != "" {
		i.priority = strings.TrimPrefix(id, "p")
	}
	for _, p := range d.Properties {
		i.properties[p.Key] = p.Value
	}
	w.add(of[ref](&d, "project").any(), i)
	return reply{status: http.StatusCreated, body: object{"id": i.id, "key": i.key, "self": w.self("issue/" + i.id)}}
}

// tooMuch refuses texts that Jira would not keep.
func (w *world) tooMuch(d *draft) *reply {
	var r reply
	summary := of[string](d, "summary")
	switch {
	case strings.TrimSpace(summary) == "":
		r = invalid("summary", "You must specify a summary of the issue.")
	case strings.ContainsAny(summary, "\r\n"):
		r = invalid("summary", "The summary is invalid because it contains newline characters.")
	case utf8.RuneCountInString(summary) > 255:
		r = invalid("summary", "Summary can't exceed 255 characters.")
	case utf8.RuneCountInString(of[string](d, "description")) > 32767:
		r = invalid("description", "The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
	case slices.ContainsFunc(of[[]string](d, "labels"), func(l string) bool { return strings.ContainsAny(l, " \t\n") }):
		r = invalid("labels", "The label can't contain spaces.")
	default:
		return nil
	}
	return &r
}
