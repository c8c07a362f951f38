package fake

import (
	"strings"
	"time"
)

func listComments(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	all := i.comments
	if since, err := time.Parse(time.RFC3339, c.query.Get("since")); err == nil {
		for len(all) > 0 && all[0].created.Before(since) {
			all = all[1:]
		}
	}
	return listed(c, all, func(each *comment) object { return c.render.comment(i, each) })
}

func createComment(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	var in struct {
		Body string `json:"body"`
	}
	if no, fine := c.decode(&in); !fine {
		return no
	}
	if strings.TrimSpace(in.Body) == "" {
		return invalid("IssueComment", "data", "unprocessable", "Body cannot be blank")
	}
	return created(c.render.comment(i, w.say(i, comment{author: w.login, association: "MEMBER", body: in.Body})))
}

func patchComment(w *world, c *call) reply {
	var in struct {
		Body string `json:"body"`
	}
	if no, fine := c.decode(&in); !fine {
		return no
	}
	for _, i := range w.items {
		for _, each := range i.comments {
			if each.id == c.id("comment_id") {
				each.body = in.Body
				return ok(c.render.comment(i, each))
			}
		}
	}
	return notFound()
}

func listEvents(w *world, c *call) reply {
	i, no, found := w.issueOf(c)
	if !found {
		return no
	}
	return listed(c, i.events, c.render.event)
}
