package fake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (e *execution) query() object {
	return object{
		"__typename": "Query",
		"viewer":     object{"__typename": "User", "login": e.login},
		"rateLimit": object{
			"__typename": "RateLimit", "cost": 1, "limit": e.budget.Limit, "remaining": e.budget.Left - 1, "used": e.budget.Limit - e.budget.Left + 1,
			"resetAt": e.budget.Resets.UTC().Format(time.RFC3339), "nodeCount": 1,
		},
		"repository": resolver(func(args object) (any, *gqlError) {
			if name := text(args["owner"]) + "/" + text(args["name"]); !strings.EqualFold(name, e.owner+"/"+e.name) {
				return nil, &gqlError{"NOT_FOUND", fmt.Sprintf("Could not resolve to a Repository with the name '%s'.", name)}
			}
			return e.repository(), nil
		}),
		"node": resolver(func(args object) (any, *gqlError) { return e.node(text(args["id"])) }),
		"nodes": resolver(func(args object) (any, *gqlError) {
			var found []object
			ids, _ := args["ids"].([]any)
			for _, id := range ids {
				o, err := e.node(text(id))
				if err != nil {
					e.fail([]any{"nodes"}, err)
				}
				found = append(found, o)
			}
			return found, nil
		}),
	}
}

func (e *execution) node(id string) (object, *gqlError) {
	for _, i := range e.items {
		switch {
		case i.pull != nil && node("PR", i.pull.id) == id:
			return e.pullRequest(i), nil
		case i.pull == nil && node("I", i.id) == id:
			return e.gqlIssue(i), nil
		}
	}
	return nil, &gqlError{"NOT_FOUND", fmt.Sprintf("Could not resolve to a node with the global id of '%s'", id)}
}

func (e *execution) repository() object {
	set := e.settings
	permission := "WRITE"
	if set.ReadOnly {
		permission = "READ"
	}
	return object{
		"__typename": "Repository", "id": "R_1", "name": e.name, "nameWithOwner": e.owner + "/" + e.name, "url": e.web(""),
		"isArchived": set.Archived, "isFork": set.Fork, "hasIssuesEnabled": !set.IssuesDisabled, "viewerPermission": permission,
		"autoMergeAllowed": set.AutoMerge, "squashMergeAllowed": set.Squash, "mergeCommitAllowed": set.MergeCommit,
		"rebaseMergeAllowed": set.Rebase, "deleteBranchOnMerge": set.DeleteBranch,
		"defaultBranchRef": object{"__typename": "Ref", "name": DefaultBranch},
		"pullRequest": resolver(func(args object) (any, *gqlError) {
			i := e.items[number(args["number"])]
			if i == nil || i.pull == nil {
				return nil, &gqlError{"NOT_FOUND", fmt.Sprintf("Could not resolve to a PullRequest with the number of %d.", number(args["number"]))}
			}
			return e.pullRequest(i), nil
		}),
		"pullRequests": resolver(e.pullRequests),
		"issue": resolver(func(args object) (any, *gqlError) {
			i := e.items[number(args["number"])]
			if i == nil || i.pull != nil {
				return nil, &gqlError{"NOT_FOUND", fmt.Sprintf("Could not resolve to an Issue with the number of %d.", number(args["number"]))}
			}
			return e.gqlIssue(i), nil
		}),
	}
}

func (e *execution) pullRequests(args object) (any, *gqlError) {
	states, _ := args["states"].([]any)
	if one, is := args["states"].(string); is {
		states = []any{one}
	}
	var found []object
	for _, i := range e.sorted() {
		if i.pull == nil || args["headRefName"] != nil && args["headRefName"] != i.pull.head {
			continue
		}
		o := e.pullRequest(i)
		if len(states) == 0 || slices.Contains(states, o["state"]) {
			found = append(found, o)
		}
	}
	if order, is := args["orderBy"].(object); is && order["direction"] == "DESC" {
		slices.Reverse(found)
	}
	return connection("PullRequest", found)(args)
}

func (e *execution) actor(login string) any {
	if login == "" {
		return nil
	}
	return object{"__typename": "User", "login": login, "url": webHost + "/" + login}
}

func (e *execution) gqlLabels(i *item) resolver {
	var all []object
	for _, l := range i.labels {
		all = append(all, object{"__typename": "Label", "id": node("LA", l.id), "name": l.name})
	}
	return connection("Label", all)
}

func (e *execution) gqlComments(i *item) resolver {
	var all []object
	for _, c := range i.comments {
		all = append(all, object{
			"__typename": "IssueComment", "id": node("IC", c.id), "fullDatabaseId": strconv.FormatInt(c.id, 10), "author": e.actor(c.author),
			"authorAssociation": c.association, "body": c.body, "createdAt": stamp(c.created), "url": e.web("/issues/%d#issuecomment-%d", i.number, c.id),
		})
	}
	return connection("IssueComment", all)
}

func (e *execution) gqlIssue(i *item) object {
	reason := any(nil)
	if i.reason != "" {
		reason = capitals(i.reason)
	}
	o := object{
		"__typename": "Issue", "id": node("I", i.id), "fullDatabaseId": strconv.FormatInt(i.id, 10), "number": i.number,
		"title": i.title, "body": i.body, "state": capitals(i.state()), "stateReason": reason, "closed": !i.open(),
		"createdAt": stamp(i.created), "updatedAt": stamp(i.updated), "closedAt": stamp(i.closed), "author": e.actor(i.author),
		"authorAssociation": i.association, "url": e.web("/issues/%d", i.number), "labels": e.gqlLabels(i), "comments": e.gqlComments(i),
		"parent": resolver(func(object) (any, *gqlError) {
			if i.parent == nil {
				return nil, nil
			}
			return e.gqlIssue(i.parent), nil
		}),
		"subIssues": e.issues(i.children),
	}
	return o
}

// issues resolves late: parents and children name each other.
func (e *execution) issues(all []*item) resolver {
	return func(args object) (any, *gqlError) {
		var list []object
		for _, i := range all {
			list = append(list, e.gqlIssue(i))
		}
		return connection("Issue", list)(args)
	}
}
