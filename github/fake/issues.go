package fake

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// issueOf finds the issue, or pull request, of the path.
func (w *world) issueOf(c *call) (*item, reply, bool) {
	i := w.items[c.number("issue_number")]
	switch {
	case i == nil:
		return nil, notFound(), false
	case w.settings.IssuesDisabled && i.pull == nil:
		return nil, refuse(http.StatusGone, "Issues are disabled for this repo"), false
	}
	return i, reply{}, true
}

func getIssue(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	return ok(c.render.issue(i))
}

func listIssues(w *world, c *call) reply {
	if w.settings.IssuesDisabled {
		return refuse(http.StatusGone, "Issues are disabled for this repo")
	}
	var found []*item
	for _, i := range w.sorted() {
		if i.wanted(c) {
			found = append(found, i)
		}
	}
	sortItems(c, found)
	return listed(c, found, c.render.issue)
}

func (i *item) wanted(c *call) bool {
	switch state := c.query.Get("state"); {
	case state == "all":
	case state == "closed" && i.open(), state != "closed" && !i.open():
		return false
	}
	for name := range strings.SplitSeq(c.query.Get("labels"), ",") {
		if name != "" && !i.has(name) {
			return false
		}
	}
	if since, err := time.Parse(time.RFC3339, c.query.Get("since")); err == nil && i.updated.Before(since) {
		return false
	}
	switch number := c.query.Get("milestone"); number {
	case "":
		return true
	case "none":
		return i.milestone == nil
	case "*":
		return i.milestone != nil
	default:
		return i.milestone != nil && strconv.Itoa(i.milestone.number) == number
	}
}

func (i *item) has(name string) bool {
	return slices.ContainsFunc(i.labels, func(l *label) bool { return strings.EqualFold(l.name, name) })
}

// sortItems orders as asked: the newest first, if nothing is.
func sortItems(c *call, all []*item) {
	slices.SortStableFunc(all, func(a, b *item) int {
		by := a.created.Compare(b.created)
		if c.query.Get("sort") == "updated" {
			by = a.updated.Compare(b.updated)
		}
		if by == 0 {
			by = a.number - b.number
		}
		if c.query.Get("direction") == "asc" {
			return by
		}
		return -by
	})
}

func createIssue(w *world, c *call) reply {
	var in struct {
		Title     *string  `json:"title"`
		Body      string   `json:"body"`
		Labels    []string `json:"labels"`
		Milestone int      `json:"milestone"`
	}
	if no, fine := c.decode(&in); !fine {
		return no
	}
	switch {
	case w.settings.IssuesDisabled:
		return refuse(http.StatusGone, "Issues has been disabled in this repository.")
	case in.Title == nil || strings.TrimSpace(*in.Title) == "":
		return invalid("Issue", "title", "missing_field", "")
	case len(*in.Title) > 256:
		return invalid("Issue", "title", "custom", "title is too long (maximum is 256 characters)")
	case len(in.Body) > 65536:
		return invalid("Issue", "body", "custom", "body is too long (maximum is 65536 characters)")
	}
	i := w.add(&item{title: *in.Title, body: in.Body, author: w.login, association: "MEMBER"})
	if in.Milestone > 0 {
		if in.Milestone > len(w.milestones) {
			delete(w.items, i.number)
			return invalid("Issue", "milestone", "invalid", "")
		}
		i.milestone = w.milestones[in.Milestone-1]
	}
	w.put(i, in.Labels)
	return created(c.render.issue(i))
}

// created answers 201 with the address of what was made.
func created(body object) reply {
	r := reply{status: http.StatusCreated, body: body}
	if url, is := body["url"].(string); is {
		r.header = http.Header{"Location": {url}}
	}
	return r
}

func patchIssue(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	var in struct {
		Title       *string   `json:"title"`
		Body        *string   `json:"body"`
		State       *string   `json:"state"`
		StateReason *string   `json:"state_reason"`
		Labels      *[]string `json:"labels"`
	}
	if no, fine := c.decode(&in); !fine {
		return no
	}
	set(&i.title, in.Title)
	set(&i.body, in.Body)
	i.updated = w.now()
	if in.Labels != nil {
		i.labels = nil
		w.put(i, *in.Labels)
	}
	if in.State != nil {
		reason := "completed"
		set(&reason, in.StateReason)
		switch *in.State {
		case "closed":
			w.close(i, w.login, reason, "")
		case "open":
			w.reopen(i, w.login)
		default:
			return invalid("Issue", "state", "invalid", "")
		}
	}
	return ok(c.render.issue(i))
}

func set(to, from *string) {
	if from != nil {
		*to = *from
	}
}
