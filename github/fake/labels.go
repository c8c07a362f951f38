package fake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

func listIssueLabels(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	return listed(c, i.labels, c.render.label)
}

// labelNames reads one of the shapes in which labels may be given.
func (c *call) labelNames() []string {
	var in struct {
		Labels []string `json:"labels"`
	}
	if json.Unmarshal(c.body, &in) == nil {
		return in.Labels
	}
	var list []string
	_ = json.Unmarshal(c.body, &list) // neither: no labels
	return list
}

func addLabels(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	w.put(i, c.labelNames())
	return ok(c.render.labelList(i.labels))
}

func setLabels(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	i.labels = nil
	w.put(i, c.labelNames())
	return ok(c.render.labelList(i.labels))
}

func removeLabel(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	if !i.has(c.params["name"]) {
		return refuse(http.StatusNotFound, "Label does not exist")
	}
	i.labels = slices.DeleteFunc(slices.Clone(i.labels), func(l *label) bool { return strings.EqualFold(l.name, c.params["name"]) })
	w.note(i, event{name: "unlabeled", label: c.params["name"]})
	return ok(c.render.labelList(i.labels))
}

func listLabels(w *world, c *call) reply { return listed(c, w.labels, c.render.label) }

func (w *world) labelNamed(name string) *label {
	for _, l := range w.labels {
		if strings.EqualFold(l.name, name) {
			return l
		}
	}
	return nil
}

func getLabel(w *world, c *call) reply {
	if l := w.labelNamed(c.params["name"]); l != nil {
		return ok(c.render.label(l))
	}
	return notFound()
}

func createLabel(w *world, c *call) reply {
	var in struct {
		Name string `json:"name"`
	}
	if no, fine := c.decode(&in); !fine {
		return no
	}
	switch {
	case in.Name == "":
		return invalid("Label", "name", "missing_field", "")
	case w.labelNamed(in.Name) != nil:
		return invalid("Label", "name", "already_exists", "")
	}
	return created(c.render.label(w.label(in.Name)))
}

func listMilestones(w *world, c *call) reply {
	return listed(c, w.milestones, func(m *milestone) object {
		o, _ := c.render.milestone(m).(object) // there is one
		return o
	})
}
