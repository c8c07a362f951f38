package fake

import (
	"slices"
	"strings"
	"time"
)

// stamp is how Jira writes a time.
func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05.000-0700") }

func (w *world) self(path string) string { return "https://jira.invalid" + api + path }

func (w *world) user(u user) object {
	o := object{"self": w.self("user?name=" + u.name), "displayName": u.display, "active": true, "timeZone": "Etc/UTC"}
	if w.opts.Kind == Cloud {
		o["accountId"], o["accountType"] = "557058:"+u.name, "atlassian"
	} else {
		o["name"], o["key"] = u.name, "JIRAUSER-"+u.name
	}
	return o
}

func (w *world) status(s Status) object {
	return object{
		"self": w.self("status/" + s.ID), "id": s.ID, "name": s.Name, "description": "", "iconUrl": w.self("icon"),
		"statusCategory": object{"self": w.self("statuscategory/" + s.Category), "id": map[string]int{"new": 2, "indeterminate": 4, "done": 3}[s.Category], "key": s.Category, "name": s.Category, "colorName": "blue-gray"},
	}
}

func (w *world) kind(t Type) object {
	o := object{"self": w.self("issuetype/" + t.ID), "id": t.ID, "name": t.Name, "description": "", "iconUrl": w.self("icon"), "subtask": t.Subtask}
	if w.opts.Kind == Cloud {
		o["hierarchyLevel"] = t.Level
	}
	return o
}

func (w *world) priority(name string) object {
	return object{"self": w.self("priority/" + name), "id": "p" + name, "name": name, "iconUrl": w.self("icon")}
}

// brief is an issue as another one shows it.
func (w *world) brief(i *item) object {
	fields := object{"summary": i.summary, "status": w.status(i.status), "issuetype": w.kind(i.kind)}
	if i.priority != "" {
		fields["priority"] = w.priority(i.priority)
	}
	return object{"id": i.id, "key": i.key, "self": w.self("issue/" + i.id), "fields": fields}
}

// fields are all fields of an issue.
func (w *world) fields(i *item) object {
	f := object{
		"summary": i.summary, "description": nil, "status": w.status(i.status), "issuetype": w.kind(i.kind),
		"project": object{"key": project(i.key), "id": "10000"}, "labels": append([]string{}, i.labels...),
		"creator": w.user(i.creator), "reporter": w.user(i.creator), "created": stamp(i.created), "priority": nil, "resolution": nil,
	}
	if i.description != "" {
		f["description"] = i.description
	}
	if i.priority != "" {
		f["priority"] = w.priority(i.priority)
	}
	if i.resolution != "" {
		f["resolution"] = object{"name": i.resolution}
	}
	if i.parent != nil && (i.kind.Subtask || w.opts.Kind == Cloud) {
		f["parent"] = w.brief(i.parent)
	}
	subtasks, links := []object{}, []object{}
	for _, s := range w.subtasks(i) {
		subtasks = append(subtasks, w.brief(s))
	}
	for _, l := range i.links {
		t := w.settings.LinkTypes[slices.IndexFunc(w.settings.LinkTypes, func(t LinkType) bool { return t.Name == "Blocks" })]
		o := object{"id": l.id, "self": w.self("issueLink/" + l.id), "type": w.linkType(t)}
		if l.outward == i {
			o["inwardIssue"] = w.brief(l.inward)
		} else {
			o["outwardIssue"] = w.brief(l.outward)
		}
		links = append(links, o)
	}
	f["subtasks"], f["issuelinks"] = subtasks, links
	comments := w.comments(i, 0, w.settings.Page)
	f["comment"] = object{"comments": comments, "maxResults": len(comments), "total": len(i.comments), "startAt": 0}
	for _, c := range w.settings.Custom {
		f[c.ID] = i.custom[c.ID]
	}
	return f
}

func (w *world) linkType(t LinkType) object {
	return object{"id": t.ID, "name": t.Name, "inward": t.Inward, "outward": t.Outward, "self": w.self("issueLinkType/" + t.ID)}
}

func (w *world) comments(i *item, from, most int) []object {
	list := []object{}
	for _, c := range i.comments[min(from, len(i.comments)):min(from+most, len(i.comments))] {
		list = append(list, w.said(c))
	}
	return list
}

func (w *world) said(c *comment) object {
	return object{"id": c.id, "self": w.self("comment/" + c.id), "author": w.user(c.author), "updateAuthor": w.user(c.author), "body": c.body, "created": stamp(c.created), "updated": stamp(c.created)}
}

// bean is an issue with some of its fields and properties.
func (w *world) bean(i *item, fields, properties []string) object {
	all, some := w.fields(i), object{}
	for _, name := range fields {
		switch value, found := all[name]; {
		case name == "*all" || name == "*navigable":
			some = all
		case found:
			some[name] = value
		}
	}
	o := object{"id": i.id, "key": i.key, "self": w.self("issue/" + i.id), "expand": "", "fields": some}
	if len(properties) > 0 {
		found := object{}
		for _, key := range properties {
			if value, there := i.properties[key]; there {
				found[key] = value
			}
		}
		o["properties"] = found
	}
	return o
}

// listOf reads a parameter that is a list.
func listOf(words []string) []string {
	var all []string
	for _, word := range words {
		all = append(all, strings.Split(word, ",")...)
	}
	return all
}
