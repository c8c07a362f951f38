package fake

import (
	"net/http"
	"slices"
)

// What GitHub allows: https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues
const (
	mostChildren = 100
	mostLevels   = 8
)

func listSubIssues(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	return listed(c, i.children, c.render.issue)
}

func getParent(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	if i.parent == nil {
		return notFound()
	}
	return ok(c.render.issue(i.parent))
}

func cannotAdd(why string) reply {
	return refuse(http.StatusUnprocessableEntity, "An error occurred while adding the sub-issue to the parent issue. "+why)
}

func addSubIssue(w *world, c *call) reply {
	parent, no, found := w.issueOf(c)
	if !found {
		return no
	}
	var in struct {
		ID      int64 `json:"sub_issue_id"`
		Replace bool  `json:"replace_parent"`
	}
	if no, fine := c.decode(&in); !fine {
		return no
	}
	child := w.byID(in.ID)
	switch {
	case child == nil || child.pull != nil || parent.pull != nil:
		return refuse(http.StatusNotFound, "The provided sub-issue does not exist")
	case child.parent != nil && (!in.Replace || child.parent == parent):
		return cannotAdd("Issue may not contain duplicate sub-issues and Sub issue may only have one parent")
	case len(parent.children) >= mostChildren: // closed ones count
		return cannotAdd("Parent cannot have more than 100 sub-issues")
	case child.above(parent):
		return cannotAdd("Sub issue may not create a circular dependency")
	case parent.level()+child.height() > mostLevels:
		return cannotAdd("Parent cannot have more than 8 layers of sub-issues")
	}
	w.unlink(child)
	w.link(parent, child)
	return created(c.render.issue(parent))
}

func (w *world) link(parent, child *item) {
	child.parent = parent
	parent.children = append(parent.children, child)
	w.note(parent, event{name: "sub_issue_added", issue: child})
	w.note(child, event{name: "parent_issue_added", issue: parent})
}

func (w *world) unlink(child *item) {
	if child.parent == nil {
		return
	}
	child.parent.children = slices.DeleteFunc(slices.Clone(child.parent.children), func(i *item) bool { return i == child })
	w.note(child.parent, event{name: "sub_issue_removed", issue: child})
	child.parent = nil
}

// above says whether i is other, or one of its ancestors.
func (i *item) above(other *item) bool {
	for ; other != nil; other = other.parent {
		if other == i {
			return true
		}
	}
	return false
}

// level counts from 1 for an issue without a parent.
func (i *item) level() int {
	n := 1
	for p := i.parent; p != nil; p = p.parent {
		n++
	}
	return n
}

// height is 1 for an issue without children.
func (i *item) height() int {
	most := 0
	for _, child := range i.children {
		most = max(most, child.height())
	}
	return most + 1
}

func removeSubIssue(w *world, c *call) reply {
	parent, no, found := w.issueOf(c)
	if !found {
		return no
	}
	var in struct {
		ID int64 `json:"sub_issue_id"`
	}
	if no, fine := c.decode(&in); !fine {
		return no
	}
	child := w.byID(in.ID)
	if child == nil || child.parent != parent {
		return refuse(http.StatusNotFound, "The provided sub-issue does not exist")
	}
	w.unlink(child)
	return ok(c.render.issue(parent))
}
