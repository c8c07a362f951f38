package fake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// query is a search, of either kind.
type query struct {
	JQL        string   `json:"jql"`
	Fields     []string `json:"fields"`
	Properties []string `json:"properties"`
	Most       int      `json:"maxResults"`
	From       int      `json:"startAt"`
	Token      string   `json:"nextPageToken"`
}

// found are the issues that a search knows of: not the newest.
func (w *world) found(c *call) (query, []*item, *reply) {
	var q query
	if json.Unmarshal(c.body, &q) != nil {
		r := refuse(http.StatusBadRequest, "Invalid request payload.")
		return q, nil, &r
	}
	terms, order, err := parseJQL(q.JQL)
	if err != nil {
		r := refuse(http.StatusBadRequest, err.Error())
		return q, nil, &r
	}
	if len(terms) == 0 {
		r := refuse(http.StatusBadRequest, "Unbounded JQL queries are not allowed here.")
		return q, nil, &r
	}
	var all []*item
	for _, i := range w.items {
		if i.hidden || w.now().Sub(i.created) < w.settings.Lag {
			continue
		}
		fits := true
		for _, t := range terms {
			one, problem := w.fits(i, t)
			if problem != "" {
				r := refuse(http.StatusBadRequest, problem)
				return q, nil, &r
			}
			fits = fits && one
		}
		if fits {
			all = append(all, i)
		}
	}
	if !order {
		slices.Reverse(all)
	}
	return q, all, nil
}

// fits says whether an issue is one that a term asks for.
func (w *world) fits(i *item, t term) (fits bool, problem string) {
	switch t.field + " " + t.operator {
	case "project =":
		if !slices.Contains(w.settings.Projects, t.value) {
			return false, "The value '" + t.value + "' does not exist for the field 'project'."
		}
		return project(i.key) == t.value, ""
	case "statusCategory !=":
		return !strings.EqualFold(i.status.Category, t.value), ""
	case "labels =":
		return slices.ContainsFunc(i.labels, func(l string) bool { return strings.EqualFold(l, t.value) }), ""
	case "issuetype =":
		if _, known := w.settings.typeOf(t.value); !known {
			return false, "The value '" + t.value + "' does not exist for the field 'issuetype'."
		}
		return strings.EqualFold(i.kind.Name, t.value), ""
	case "fixVersion =":
		if !slices.Contains(w.settings.Versions, t.value) {
			return false, "The value '" + t.value + "' does not exist for the field 'fixVersion'."
		}
		return slices.Contains(i.versions, t.value), ""
	case "parent =":
		return i.parent != nil && i.parent.key == t.value && (i.kind.Subtask || w.opts.Kind == Cloud), ""
	}
	if id, isCustom := strings.CutPrefix(t.field, "cf["); isCustom && t.operator == "=" {
		return i.custom["customfield_"+strings.TrimSuffix(id, "]")] == t.value, ""
	}
	return false, "Field '" + t.field + "' does not exist or you do not have permission to view it."
}

func (w *world) searchCloud(c *call) reply {
	q, all, refused := w.found(c)
	if refused != nil {
		return *refused
	}
	from, known := w.tokens[q.Token]
	if q.Token != "" && !known {
		return refuse(http.StatusBadRequest, "The provided next page token is invalid or expired.")
	}
	end := min(from+max(1, min(q.Most, w.settings.Page)), len(all))
	list := []object{}
	for _, i := range all[min(from, len(all)):end] {
		list = append(list, w.bean(i, q.Fields, q.Properties))
	}
	o := object{"issues": list, "isLast": end >= len(all)}
	if end < len(all) {
		token := "page-" + strconv.Itoa(end)
		w.tokens[token] = end
		o["nextPageToken"] = token
	}
	return ok(o)
}

func (w *world) searchCenter(c *call) reply {
	q, all, refused := w.found(c)
	if refused != nil {
		return *refused
	}
	end := min(q.From+max(1, min(q.Most, w.settings.Page)), len(all))
	list := []object{}
	for _, i := range all[min(q.From, len(all)):max(end, min(q.From, len(all)))] {
		list = append(list, w.bean(i, q.Fields, nil))
	}
	return ok(object{"expand": "names,schema", "startAt": q.From, "maxResults": q.Most, "total": len(all), "issues": list})
}
