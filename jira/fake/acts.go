package fake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

func (w *world) allComments(c *call) reply {
	i := w.find(c.params["issueIdOrKey"])
	if i == nil {
		return notFound()
	}
	from, most := number(c.query.Get("startAt"), 0), min(number(c.query.Get("maxResults"), 50), w.settings.Page)
	return ok(object{"startAt": from, "maxResults": most, "total": len(i.comments), "comments": w.comments(i, from, most)})
}

func (w *world) comment(c *call) reply {
	i := w.find(c.params["issueIdOrKey"])
	var given struct {
		Body string `json:"body"`
	}
	switch {
	case i == nil:
		return notFound()
	case json.Unmarshal(c.body, &given) != nil || strings.TrimSpace(given.Body) == "":
		return invalid("comment", "Comment body can not be empty!")
	case utf8.RuneCountInString(given.Body) > 32767:
		return invalid("comment", "The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
	}
	said := w.say(i, w.me, given.Body)
	return reply{status: http.StatusCreated, body: w.said(said)}
}

func (w *world) say(i *item, author user, body string) *comment {
	said := &comment{id: w.newID(), author: author, body: body, created: w.now()}
	i.comments = append(i.comments, said)
	return said
}

func (w *world) transitions(c *call) reply {
	i := w.find(c.params["issueIdOrKey"])
	if i == nil {
		return notFound()
	}
	list := []object{}
	for _, t := range w.mine(i) {
		to, _ := w.settings.statusOf(t.To)
		o := object{"id": t.ID, "name": t.Name, "to": w.status(to), "hasScreen": len(t.Fields) > 0}
		if c.query.Get("expand") == "transitions.fields" {
			fields := object{}
			for _, f := range t.Fields {
				values := []object{}
				for _, name := range f.Allowed {
					values = append(values, object{"id": name, "name": name})
				}
				fields[f.ID] = object{"required": f.Required, "hasDefaultValue": f.Default, "name": f.Name, "key": f.ID, "operations": []string{"set"}, "schema": object{"type": "string"}, "allowedValues": values}
			}
			o["fields"] = fields
		}
		list = append(list, o)
	}
	return ok(object{"expand": "transitions", "transitions": list})
}

// mine are the transitions that the account may make.
func (w *world) mine(i *item) []Transition {
	if slices.Contains(w.settings.Denied, "TRANSITION_ISSUES") {
		return nil
	}
	return w.settings.offered(i.status)
}

func (w *world) transit(c *call) reply {
	i := w.find(c.params["issueIdOrKey"])
	var given struct {
		Transition ref            `json:"transition"`
		Fields     map[string]ref `json:"fields"`
	}
	if i == nil {
		return notFound()
	}
	if json.Unmarshal(c.body, &given) != nil {
		return refuse(http.StatusBadRequest, "Can not deserialize the request.")
	}
	all := w.mine(i)
	at := slices.IndexFunc(all, func(t Transition) bool { return t.ID == given.Transition.ID })
	if at < 0 {
		return refuse(http.StatusBadRequest, "It seems that you have tried to perform an illegal workflow operation.")
	}
	for id := range given.Fields {
		if !slices.ContainsFunc(all[at].Fields, func(f Field) bool { return f.ID == id }) {
			return invalid(id, "Field '"+id+"' cannot be set. It is not on the appropriate screen, or unknown.")
		}
	}
	for _, f := range all[at].Fields {
		value := given.Fields[f.ID].any()
		if f.Required && !f.Default && value == "" || value != "" && !slices.Contains(f.Allowed, value) {
			return invalid(f.ID, f.Name+" is required.")
		}
	}
	to, _ := w.settings.statusOf(all[at].To)
	i.resolution = given.Fields["resolution"].any()
	w.move(i, w.me, to)
	return reply{status: http.StatusNoContent}
}

// link keeps every link that it is told of, also one that is there already.
func (w *world) link(c *call) reply {
	var given struct {
		Type    ref `json:"type"`
		Inward  ref `json:"inwardIssue"`
		Outward ref `json:"outwardIssue"`
	}
	if json.Unmarshal(c.body, &given) != nil {
		return refuse(http.StatusBadRequest, "Can not deserialize the request.")
	}
	inward, outward := w.find(given.Inward.any()), w.find(given.Outward.any())
	known := slices.ContainsFunc(w.settings.LinkTypes, func(t LinkType) bool { return t.Name == given.Type.Name && t.Name == "Blocks" })
	switch {
	case w.settings.NoLinks, !known:
		return refuse(http.StatusNotFound, "No issue link type with name '"+given.Type.Name+"' found.")
	case inward == nil, outward == nil:
		return refuse(http.StatusNotFound, "Issue does not exist or you do not have permission to see it.")
	case slices.Contains(w.settings.Denied, "LINK_ISSUES"):
		return refuse(http.StatusUnauthorized, "No Link Issue Permission for issue.")
	}
	l := link{w.newID(), inward, outward}
	inward.links, outward.links = append(inward.links, l), append(outward.links, l)
	return reply{status: http.StatusCreated}
}

// remoteLink knows a link again by its globalId.
func (w *world) remoteLink(c *call) reply {
	i := w.find(c.params["issueIdOrKey"])
	var given struct {
		GlobalID string `json:"globalId"`
		Object   struct {
			URL   string `json:"url"`
			Title string `json:"title"`
		} `json:"object"`
	}
	switch {
	case i == nil:
		return notFound()
	case json.Unmarshal(c.body, &given) != nil, given.Object.URL == "", given.Object.Title == "":
		return invalid("title", "'title' is required.")
	case utf8.RuneCountInString(given.Object.Title) > 255 || len(given.GlobalID) > 255:
		return invalid("globalId", "'globalId' must be 255 characters or less.")
	}
	for _, r := range i.remote {
		if r.GlobalID == given.GlobalID && r.GlobalID != "" {
			r.URL, r.Title = given.Object.URL, given.Object.Title
			return ok(object{"id": 10000, "self": w.self("remotelink/10000")})
		}
	}
	i.remote = append(i.remote, &RemoteLink{given.GlobalID, given.Object.URL, given.Object.Title})
	return reply{status: http.StatusCreated, body: object{"id": 10000 + len(i.remote), "self": w.self("remotelink")}}
}
