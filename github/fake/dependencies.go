package fake

import (
	"net/http"
	"slices"
)

func listBlockedBy(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	return listed(c, i.blockedBy, c.render.issue)
}

func addBlockedBy(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	var in struct {
		ID int64 `json:"issue_id"`
	}
	if no, fine := c.decode(&in); !fine {
		return no
	}
	by := w.byID(in.ID)
	switch {
	case by == nil || by.pull != nil:
		return notFound()
	case by == i, slices.Contains(i.blockedBy, by):
		return invalid("IssueDependency", "", "custom", "Issue dependency already exists or an issue cannot block itself")
	}
	w.block(i, by)
	return created(c.render.issue(i))
}

func (w *world) block(i, by *item) {
	i.blockedBy = append(i.blockedBy, by)
	w.note(i, event{name: "blocked_by_added", issue: by})
}

func removeBlockedBy(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	by := w.byID(c.id("issue_id"))
	if by == nil || !slices.Contains(i.blockedBy, by) {
		return refuse(http.StatusNotFound, "Not Found")
	}
	i.blockedBy = slices.DeleteFunc(slices.Clone(i.blockedBy), func(each *item) bool { return each == by })
	return ok(c.render.issue(i))
}
