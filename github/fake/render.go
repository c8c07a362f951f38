package fake

import (
	"fmt"
	"strings"
	"time"
)

// object is a JSON object to be.
type object = map[string]any

func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Format(time.RFC3339)
}

// addresses fills in the addresses that GitHub's objects are full of: name_url
// is base/name.
func addresses(o object, base, names string) object {
	for name := range strings.FieldsSeq(names) {
		o[name+"_url"] = base + "/" + name
	}
	return o
}

func node(kind string, id int64) string { return fmt.Sprintf("%s_%d", kind, id) }

// webHost is where people see what the API tells of. Nobody listens there.
const webHost = "https://github.example"

func (w *world) web(format string, args ...any) string {
	return webHost + "/" + w.owner + "/" + w.name + fmt.Sprintf(format, args...)
}

// renderer turns the world into GitHub's JSON.
type renderer struct {
	*world
	base string // of the API, without a slash at the end
}

func (r renderer) repoURL() string { return r.base + "/repos/" + r.owner + "/" + r.name }

func (r renderer) user(login string) object {
	return addresses(object{
		"login": login, "id": 1000 + len(login), "node_id": "U_" + login, "type": "User", "site_admin": false,
		"url": r.base + "/users/" + login, "html_url": webHost + "/" + login, "gravatar_id": "",
	}, r.base+"/users/"+login, "avatar events followers following gists organizations received_events repos starred subscriptions")
}

// userOrNull is for what nobody did.
func (r renderer) userOrNull(login string) any {
	if login == "" {
		return nil
	}
	return r.user(login)
}

func (r renderer) repo() object {
	set := r.settings
	open := 0
	for _, i := range r.items {
		if i.open() {
			open++
		}
	}
	o := addresses(object{
		"id": int64(firstID + 0x1000_0000), "node_id": "R_1", "name": r.name, "full_name": r.owner + "/" + r.name,
		"owner": r.user(r.owner), "private": true, "fork": set.Fork, "description": nil, "homepage": nil, "language": nil,
		"html_url": r.web(""), "url": r.repoURL(), "clone_url": r.web(".git"), "git_url": r.web(".git"), "ssh_url": r.web(".git"), "svn_url": r.web(""),
		"mirror_url": nil, "license": nil, "default_branch": DefaultBranch, "archived": set.Archived, "disabled": false,
		"has_issues": !set.IssuesDisabled, "has_projects": false, "has_wiki": false, "has_pages": false, "has_discussions": false, "has_downloads": false,
		"forks": 0, "forks_count": 0, "open_issues": open, "open_issues_count": open, "size": 1,
		"stargazers_count": 0, "watchers": 0, "watchers_count": 0, "network_count": 0, "subscribers_count": 0,
		"pushed_at": stamp(r.now()), "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z",
		"allow_auto_merge": set.AutoMerge, "allow_squash_merge": set.Squash, "allow_merge_commit": set.MergeCommit,
		"allow_rebase_merge": set.Rebase, "delete_branch_on_merge": set.DeleteBranch,
		"permissions": object{"admin": false, "maintain": false, "push": !set.ReadOnly, "triage": !set.ReadOnly, "pull": true},
	}, r.repoURL(), "archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees")
	// A listing of pull requests changes only when one of them does.
	o["pushed_at"], o["open_issues"], o["open_issues_count"] = "2020-01-01T00:00:00Z", open, open
	return o
}

func (r renderer) issue(i *item) object {
	url := fmt.Sprintf("%s/issues/%d", r.repoURL(), i.number)
	o := addresses(object{
		"id": i.id, "node_id": node("I", i.id), "number": i.number, "title": i.title, "body": i.body, "state": i.state(),
		"state_reason": nullable(i.reason), "locked": false, "assignee": nil, "assignees": []any{}, "user": r.user(i.author),
		"author_association": i.association, "labels": r.labelList(i.labels), "milestone": r.milestone(i.milestone),
		"comments": len(i.comments), "created_at": stamp(i.created), "updated_at": stamp(i.updated), "closed_at": stamp(i.closed),
		"closed_by": r.userOrNull(i.closedBy), "url": url, "repository_url": r.repoURL(), "html_url": r.web("/issues/%d", i.number),
		"labels_url": url + "/labels{/name}",
	}, url, "comments events timeline")
	if i.pull != nil {
		web := r.web("/pull/%d", i.number)
		o["html_url"] = web
		o["draft"] = i.pull.draft
		o["pull_request"] = object{
			"url": fmt.Sprintf("%s/pulls/%d", r.repoURL(), i.number), "html_url": web, "diff_url": web + ".diff", "patch_url": web + ".patch",
			"merged_at": stamp(i.pull.merged),
		}
		return o
	}
	if i.parent != nil {
		o["parent_issue_url"] = fmt.Sprintf("%s/issues/%d", r.repoURL(), i.parent.number)
	}
	done := 0
	for _, child := range i.children {
		if !child.open() {
			done++
		}
	}
	percent := 0
	if len(i.children) > 0 {
		percent = done * 100 / len(i.children)
	}
	if !r.settings.NoSubIssues {
		o["sub_issues_summary"] = object{"total": len(i.children), "completed": done, "percent_completed": percent}
	}
	if !r.settings.NoDependencies {
		o["issue_dependencies_summary"] = r.dependencies(i)
	}
	return o
}

func (r renderer) dependencies(i *item) object {
	openly, blocking, openlyBlocking := 0, 0, 0
	for _, b := range i.blockedBy {
		if b.open() {
			openly++
		}
	}
	for _, other := range r.items {
		for _, b := range other.blockedBy {
			if b == i {
				blocking++
				if other.open() {
					openlyBlocking++
				}
			}
		}
	}
	return object{"blocked_by": openly, "total_blocked_by": len(i.blockedBy), "blocking": openlyBlocking, "total_blocking": blocking}
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (r renderer) label(l *label) object {
	return object{
		"id": l.id, "node_id": node("LA", l.id), "url": r.repoURL() + "/labels/" + pathEscape(l.name), "name": l.name,
		"description": "", "color": "ededed", "default": false,
	}
}

func (r renderer) labelList(all []*label) []any {
	list := []any{}
	for _, l := range all {
		list = append(list, r.label(l))
	}
	return list
}

func (r renderer) milestone(m *milestone) any {
	if m == nil {
		return nil
	}
	url := fmt.Sprintf("%s/milestones/%d", r.repoURL(), m.number)
	return object{
		"id": m.id, "node_id": node("MI", m.id), "number": m.number, "title": m.title, "description": nil, "state": "open",
		"creator": r.user(r.login), "open_issues": 0, "closed_issues": 0, "due_on": nil, "closed_at": nil,
		"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z",
		"url": url, "labels_url": url + "/labels", "html_url": r.web("/milestone/%d", m.number),
	}
}

func (r renderer) comment(i *item, c *comment) object {
	return object{
		"id": c.id, "node_id": node("IC", c.id), "body": c.body, "user": r.user(c.author), "author_association": c.association,
		"created_at": stamp(c.created), "updated_at": stamp(c.created),
		"url":       fmt.Sprintf("%s/issues/comments/%d", r.repoURL(), c.id),
		"issue_url": fmt.Sprintf("%s/issues/%d", r.repoURL(), i.number),
		"html_url":  r.web("/issues/%d#issuecomment-%d", i.number, c.id),
	}
}

func (r renderer) event(e *event) object {
	o := object{
		"id": e.id, "node_id": node("EV", e.id), "url": fmt.Sprintf("%s/issues/events/%d", r.repoURL(), e.id),
		"actor": r.user(e.actor), "event": e.name, "commit_id": nullable(e.commit), "commit_url": nil,
		"created_at": stamp(e.created), "performed_via_github_app": nil,
	}
	if e.commit != "" {
		o["commit_url"] = r.repoURL() + "/commits/" + e.commit
	}
	if e.label != "" {
		o["label"] = object{"name": e.label, "color": "ededed"}
	}
	return o
}
