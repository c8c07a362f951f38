package fake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (w *world) serverInfo(*call) reply {
	return ok(object{"baseUrl": "https://jira.invalid", "deploymentType": string(w.opts.Kind), "version": "10.3.0", "versionNumbers": []int{10, 3, 0}, "serverTitle": "Jira"})
}

func (w *world) myself(*call) reply {
	me := w.user(w.me)
	me["emailAddress"] = w.opts.Email
	return ok(me)
}

// mypermissions wants to be asked for some in the Cloud; a Data Center tells all.
func (w *world) mypermissions(c *call) reply {
	names := listOf(c.query["permissions"])
	if w.opts.Kind == DataCenter {
		names = []string{"BROWSE_PROJECTS", "ADD_COMMENTS", "CREATE_ISSUES", "TRANSITION_ISSUES", "LINK_ISSUES"}
	}
	if len(names) == 0 || names[0] == "" {
		return refuse(http.StatusBadRequest, "The 'permissions' query parameter is required.")
	}
	if key := c.query.Get("projectKey"); key != "" && !slices.Contains(w.settings.Projects, key) {
		return refuse(http.StatusNotFound, "No project could be found with key '"+key+"'.")
	}
	all := object{}
	for i, name := range names {
		all[name] = object{
			"id": strconv.Itoa(i), "key": name, "name": strings.ToLower(strings.ReplaceAll(name, "_", " ")), "type": "PROJECT",
			"description": "", "havePermission": !slices.Contains(w.settings.Denied, name),
		}
	}
	return ok(object{"permissions": all})
}

func (w *world) allFields(*call) reply {
	list := []object{{"id": "summary", "name": "Summary", "custom": false, "schema": object{"type": "string", "system": "summary"}}}
	for _, f := range w.settings.Custom {
		list = append(list, object{"id": f.ID, "name": f.Name, "custom": true, "schema": object{"type": "string", "custom": f.Custom}})
	}
	return ok(list)
}

func (w *world) allStatuses(*call) reply {
	list := []object{}
	for _, s := range w.settings.Statuses {
		list = append(list, w.status(s))
	}
	return ok(list)
}

func (w *world) linkTypes(*call) reply {
	if w.settings.NoLinks {
		return refuse(http.StatusNotFound, "Issue linking is currently disabled.")
	}
	list := []object{}
	for _, t := range w.settings.LinkTypes {
		list = append(list, w.linkType(t))
	}
	return ok(object{"issueLinkTypes": list})
}

func (w *world) project(c *call) reply {
	key := c.params["projectIdOrKey"]
	if !slices.Contains(w.settings.Projects, key) {
		return refuse(http.StatusNotFound, "No project could be found with key '"+key+"'.")
	}
	list := []object{}
	for _, t := range w.settings.Types {
		list = append(list, w.kind(t))
	}
	return ok(object{"self": w.self("project/10000"), "id": "10000", "key": key, "name": key, "issueTypes": list})
}

// page is a part of a list, by the name that the kind of Jira has for it.
func (w *world) page(c *call, name string, all []object) reply {
	from, most := number(c.query.Get("startAt"), 0), min(number(c.query.Get("maxResults"), 50), w.settings.Page)
	part := append([]object{}, all[min(from, len(all)):min(from+most, len(all))]...)
	o := object{"startAt": from, "maxResults": most, "total": len(all), name: part}
	if w.opts.Kind == DataCenter {
		delete(o, name)
		o["values"], o["isLast"] = part, from+len(part) >= len(all)
	}
	return ok(o)
}

func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return n
	}
	return otherwise
}

func (w *world) createTypes(c *call) reply {
	if !slices.Contains(w.settings.Projects, c.params["projectIdOrKey"]) {
		return notFound()
	}
	list := []object{}
	for _, t := range w.settings.Types {
		list = append(list, w.kind(t))
	}
	return w.page(c, "issueTypes", list)
}

func (w *world) createFields(c *call) reply {
	t, found := w.settings.typeOf(c.params["issueTypeId"])
	if !found || !slices.Contains(w.settings.Projects, c.params["projectIdOrKey"]) {
		return notFound()
	}
	list := []object{}
	for _, f := range w.screen(t) {
		o := object{"fieldId": f.ID, "key": f.ID, "name": f.Name, "required": f.Required, "hasDefaultValue": f.Default, "operations": []string{"set"}, "schema": object{"type": "string"}}
		if f.ID == "priority" {
			values := []object{}
			for _, name := range w.settings.Priorities {
				values = append(values, w.priority(name))
			}
			o["allowedValues"] = values
		}
		list = append(list, o)
	}
	return w.page(c, "fields", list)
}

// screen are the fields that can be set when an issue is made.
func (w *world) screen(t Type) []Field {
	usual := []Field{
		{ID: "project", Name: "Project", Required: true},
		{ID: "issuetype", Name: "Issue Type", Required: true},
		{ID: "summary", Name: "Summary", Required: true},
		{ID: "description", Name: "Description"},
		{ID: "labels", Name: "Labels"},
		{ID: "priority", Name: "Priority", Default: true},
		{ID: "reporter", Name: "Reporter", Required: true},
	}
	if t.Subtask {
		usual = append(usual, Field{ID: "parent", Name: "Parent", Required: true})
	}
	usual = slices.DeleteFunc(usual, func(f Field) bool { return slices.Contains(w.settings.Off, f.ID) })
	return append(usual, w.settings.Create...)
}
