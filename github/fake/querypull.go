package fake

import (
	"slices"
	"strconv"
)

func (e *execution) pullRequest(i *item) object {
	e.refresh(i)
	p := i.pull
	// GraphQL tells drafts by isDraft alone.
	status := e.mergeState(i)
	if status == stateDraft {
		status = stateClean
	}
	o := object{
		"__typename": "PullRequest", "id": node("PR", p.id), "fullDatabaseId": strconv.FormatInt(p.id, 10), "number": i.number,
		"title": i.title, "body": i.body, "url": e.web("/pull/%d", i.number), "state": capitals(i.pullState()), "isDraft": p.draft,
		"merged": !p.merged.IsZero(), "mergedAt": stamp(p.merged), "closed": !i.open(), "closedAt": stamp(i.closed),
		"createdAt": stamp(i.created), "updatedAt": stamp(i.updated), "author": e.actor(i.author), "authorAssociation": i.association,
		"headRefName": p.head, "headRefOid": p.sha, "baseRefName": p.base, "baseRefOid": e.baseSHA(p), "isCrossRepository": false, "isInMergeQueue": p.queued,
		"mergeable": e.mergeable(i), "mergeStateStatus": capitals(status), "reviewDecision": nullable(e.decision(i)),
		"labels": e.gqlLabels(i), "comments": e.gqlComments(i), "autoMergeRequest": nil, "mergeCommit": nil,
		"latestOpinionatedReviews": resolver(func(args object) (any, *gqlError) { return e.reviewList(i, i.opinions())(args) }),
		"latestReviews":            e.reviewList(i, i.pull.reviews), "reviews": e.reviewList(i, i.pull.reviews),
		"reviewThreads": e.threads(i), "statusCheckRollup": resolver(func(object) (any, *gqlError) { return e.rollupOf(i) }),
		"commits": connection("PullRequestCommit", []object{{"__typename": "PullRequestCommit", "commit": e.commit(i)}}),
	}
	if p.armed != "" {
		o["autoMergeRequest"] = object{"__typename": "AutoMergeRequest", "mergeMethod": capitals(p.armed), "enabledAt": stamp(i.updated), "enabledBy": e.actor(e.login)}
	}
	if p.mergeCommit != "" {
		o["mergeCommit"] = object{"__typename": "Commit", "oid": p.mergeCommit}
	}
	if p.unsettled > 0 {
		p.unsettled--
	}
	return o
}

func (e *execution) commit(i *item) object {
	return object{
		"__typename": "Commit", "oid": i.pull.sha,
		"statusCheckRollup": resolver(func(object) (any, *gqlError) { return e.rollupOf(i) }),
	}
}

// rollupOf sums up the checks of the head, for those who may read them.
func (e *execution) rollupOf(i *item) (any, *gqlError) {
	if e.settings.ChecksHidden {
		return nil, &gqlError{"FORBIDDEN", notYours}
	}
	sha := i.pull.sha
	state := e.rollup(sha)
	if state == "" {
		return nil, nil
	}
	var all []object
	for _, k := range e.latest(sha) {
		all = append(all, e.gqlCheck(k))
	}
	for _, s := range e.latestStatuses(sha) {
		all = append(all, object{
			"__typename": "StatusContext", "id": node("SC", s.id), "context": s.context, "state": capitals(s.state),
			"description": "", "targetUrl": nil, "createdAt": stamp(s.created), "isRequired": e.required(s.context),
		})
	}
	return object{"__typename": "StatusCheckRollup", "state": state, "contexts": connection("StatusCheckRollupContext", all)}, nil
}

func (e *execution) required(name string) resolver {
	return func(object) (any, *gqlError) { return slices.Contains(e.settings.Required, name), nil }
}

func (e *execution) gqlCheck(k *check) object {
	suite := object{"__typename": "CheckSuite", "workflowRun": nil, "app": object{"__typename": "App", "slug": k.app()}}
	if k.run != nil {
		suite["workflowRun"] = object{
			"__typename": "WorkflowRun", "databaseId": k.run.id, "url": e.web("/actions/runs/%d", k.run.id), "event": "pull_request",
			"workflow": object{"__typename": "Workflow", "name": workflowName},
		}
	}
	conclusion := any(nil)
	if k.conclusion != "" {
		conclusion = capitals(k.conclusion)
	}
	return object{
		"__typename": "CheckRun", "id": node("CR", k.id), "databaseId": k.id, "name": k.name,
		"status": capitals(k.status()), "conclusion": conclusion, "detailsUrl": e.details(k), "url": e.web("/runs/%d", k.id),
		"startedAt": stamp(k.started), "completedAt": stamp(k.completed),
		"isRequired": e.required(k.name), "checkSuite": suite,
	}
}

func (e *execution) reviewList(i *item, list []*review) resolver {
	return func(args object) (any, *gqlError) {
		states, _ := args["states"].([]any)
		if one, is := args["states"].(string); is {
			states = []any{one}
		}
		var all []object
		for _, r := range list {
			if len(states) > 0 && !contains(states, r.state) {
				continue
			}
			all = append(all, object{
				"__typename": "PullRequestReview", "id": node("PRR", r.id), "fullDatabaseId": strconv.FormatInt(r.id, 10), "databaseId": r.id,
				"author": e.actor(r.author), "authorAssociation": r.association(), "state": r.state, "body": r.body,
				"submittedAt": stamp(r.submitted), "commit": object{"__typename": "Commit", "oid": r.sha},
				"url": e.web("/pull/%d#pullrequestreview-%d", i.number, r.id), "comments": e.reviewComments(i, r),
			})
		}
		return connection("PullRequestReview", all)(args)
	}
}

func contains(all []any, s string) bool {
	for _, each := range all {
		if each == s {
			return true
		}
	}
	return false
}

func (e *execution) reviewComments(i *item, r *review) resolver {
	var all []object
	for _, t := range i.pull.threads {
		if t.review == r {
			all = append(all, e.threadComment(i, t))
		}
	}
	return connection("PullRequestReviewComment", all)
}

func (e *execution) threads(i *item) resolver {
	var all []object
	for _, t := range i.pull.threads {
		all = append(all, object{
			"__typename": "PullRequestReviewThread", "id": node("PRRT", t.id), "isResolved": t.resolved, "isOutdated": t.sha != i.pull.sha,
			"path": t.path, "line": t.line, "comments": connection("PullRequestReviewComment", []object{e.threadComment(i, t)}),
		})
	}
	return connection("PullRequestReviewThread", all)
}

func (e *execution) threadComment(i *item, t *thread) object {
	return object{
		"__typename": "PullRequestReviewComment", "id": node("PRRC", t.id), "fullDatabaseId": strconv.FormatInt(t.id, 10), "databaseId": t.id,
		"body": t.body, "path": t.path, "line": t.line, "author": e.actor(t.review.author), "authorAssociation": t.review.association(),
		"outdated": t.sha != i.pull.sha, "diffHunk": t.hunk(), "createdAt": stamp(t.created), "url": e.web("/pull/%d#discussion_r%d", i.number, t.id),
		"pullRequestReview": object{"__typename": "PullRequestReview", "id": node("PRR", t.review.id), "fullDatabaseId": strconv.FormatInt(t.review.id, 10), "state": t.review.state},
	}
}
