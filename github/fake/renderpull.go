package fake

import "fmt"

func (r renderer) pullSimple(i *item) object {
	p := i.pull
	url := fmt.Sprintf("%s/pulls/%d", r.repoURL(), i.number)
	issue := fmt.Sprintf("%s/issues/%d", r.repoURL(), i.number)
	web := r.web("/pull/%d", i.number)
	o := object{
		"id": p.id, "node_id": node("PR", p.id), "number": i.number, "title": i.title, "body": nullable(i.body), "state": i.state(),
		"locked": false, "draft": p.draft, "user": r.user(i.author), "author_association": i.association,
		"assignee": nil, "assignees": []any{}, "labels": r.labelList(i.labels), "milestone": r.milestone(i.milestone),
		"created_at": stamp(i.created), "updated_at": stamp(i.updated), "closed_at": stamp(i.closed), "merged_at": stamp(p.merged),
		"merge_commit_sha": nullable(p.mergeCommit), "auto_merge": r.autoMerge(p),
		"head": r.end(p.head, p.sha), "base": r.end(p.base, r.baseSHA(p)),
		"requested_teams": []any{}, "requested_reviewers": r.users(p.reviewers),
		"url": url, "html_url": web, "diff_url": web + ".diff", "patch_url": web + ".patch", "issue_url": issue,
		"commits_url": url + "/commits", "review_comments_url": url + "/comments", "review_comment_url": r.repoURL() + "/pulls/comments{/number}",
		"comments_url": issue + "/comments", "statuses_url": r.repoURL() + "/statuses/" + p.sha,
	}
	links := object{}
	for name, field := range map[string]string{
		"self": "url", "html": "html_url", "issue": "issue_url", "comments": "comments_url", "review_comments": "review_comments_url",
		"review_comment": "review_comment_url", "commits": "commits_url", "statuses": "statuses_url",
	} {
		links[name] = object{"href": o[field]}
	}
	o["_links"] = links
	return o
}

func (r renderer) users(logins []string) []any {
	list := []any{}
	for _, login := range logins {
		list = append(list, r.user(login))
	}
	return list
}

// end is one of the two branches.
func (r renderer) end(branch, sha string) object {
	return object{"label": r.owner + ":" + branch, "ref": branch, "sha": sha, "repo": r.repo(), "user": r.user(r.owner)}
}

func (r renderer) baseSHA(p *pull) string {
	sha, err := r.branch(p.base)
	if err != nil {
		return ""
	}
	return sha
}

func (r renderer) autoMerge(p *pull) any {
	if p.armed == "" {
		return nil
	}
	return object{"enabled_by": r.user(r.login), "merge_method": p.armed, "commit_title": "", "commit_message": ""}
}

func (r renderer) pullWhole(i *item) object {
	p := i.pull
	o := r.pullSimple(i)
	o["merged"] = !p.merged.IsZero()
	o["merged_by"] = r.userOrNull(p.mergedBy)
	o["mergeable"] = map[string]any{"MERGEABLE": true, "CONFLICTING": false, "UNKNOWN": nil}[r.mergeable(i)]
	o["mergeable_state"] = r.mergeState(i)
	o["rebaseable"] = nil
	o["comments"], o["review_comments"] = len(i.comments), len(p.threads)
	o["commits"], o["additions"], o["deletions"], o["changed_files"] = 1, 1, 0, 1
	o["maintainer_can_modify"] = false
	if p.unsettled > 0 {
		p.unsettled--
	}
	return o
}
