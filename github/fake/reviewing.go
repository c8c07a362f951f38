package fake

import (
	"fmt"
	"net/http"
	"slices"
)

func (r *review) association() string {
	if r.stranger {
		return "NONE"
	}
	return "MEMBER"
}

func (t *thread) hunk() string { return "@@ -1 +1 @@\n-old\n+new" }

func (r renderer) review(i *item, v *review) object {
	url := fmt.Sprintf("%s/pulls/%d", r.repoURL(), i.number)
	web := r.web("/pull/%d#pullrequestreview-%d", i.number, v.id)
	return object{
		"id": v.id, "node_id": node("PRR", v.id), "user": r.user(v.author), "body": v.body, "state": v.state, "commit_id": v.sha,
		"html_url": web, "pull_request_url": url, "author_association": v.association(), "submitted_at": stamp(v.submitted),
		"_links": object{"html": object{"href": web}, "pull_request": object{"href": url}},
	}
}

func (r renderer) thread(i *item, t *thread) object {
	pull := fmt.Sprintf("%s/pulls/%d", r.repoURL(), i.number)
	url := fmt.Sprintf("%s/pulls/comments/%d", r.repoURL(), t.id)
	web := r.web("/pull/%d#discussion_r%d", i.number, t.id)
	return object{
		"id": t.id, "node_id": node("PRRC", t.id), "url": url, "html_url": web, "pull_request_url": pull, "pull_request_review_id": t.review.id,
		"body": t.body, "diff_hunk": t.hunk(), "path": t.path, "position": 1, "original_position": 1, "line": t.line, "original_line": t.line,
		"side": "RIGHT", "commit_id": t.sha, "original_commit_id": t.sha, "user": r.user(t.review.author),
		"author_association": t.review.association(), "created_at": stamp(t.created), "updated_at": stamp(t.created),
		"_links": object{"self": object{"href": url}, "html": object{"href": web}, "pull_request": object{"href": pull}},
	}
}

func listReviews(w *world, c *call) reply {
	i := w.pullOf(c)
	if i == nil {
		return notFound()
	}
	return listed(c, i.pull.reviews, func(v *review) object { return c.render.review(i, v) })
}

func listReviewComments(w *world, c *call) reply {
	i := w.pullOf(c)
	if i == nil {
		return notFound()
	}
	all := i.pull.threads
	if id := c.id("review_id"); id != 0 {
		if !slices.ContainsFunc(i.pull.reviews, func(v *review) bool { return v.id == id }) {
			return notFound()
		}
		all = slices.DeleteFunc(slices.Clone(all), func(t *thread) bool { return t.review.id != id })
	}
	return listed(c, all, func(t *thread) object { return c.render.thread(i, t) })
}

func getPermission(w *world, c *call) reply {
	login, permission := c.params["username"], "write"
	if slices.Contains(w.settings.Strangers, login) || w.outsider(login) {
		permission = "read"
	}
	user := c.render.user(login)
	user["role_name"] = permission
	return reply{status: http.StatusOK, body: object{"permission": permission, "role_name": permission, "user": user}}
}

// outsider says that a person said something here as one who does not belong.
func (w *world) outsider(login string) bool {
	for _, i := range w.items {
		for _, c := range i.comments {
			if c.author == login && !slices.Contains([]string{"OWNER", "MEMBER", "COLLABORATOR"}, c.association) {
				return true
			}
		}
	}
	return false
}
