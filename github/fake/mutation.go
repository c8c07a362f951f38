package fake

import "strings"

// mutation has the mutations that the REST API does not.
func (e *execution) mutation() object {
	return object{
		"__typename":                    "Mutation",
		"enablePullRequestAutoMerge":    e.onPull("EnablePullRequestAutoMergePayload", e.arm),
		"disablePullRequestAutoMerge":   e.onPull("DisablePullRequestAutoMergePayload", e.disarm),
		"markPullRequestReadyForReview": e.onPull("MarkPullRequestReadyForReviewPayload", e.ready),
		"convertPullRequestToDraft":     e.onPull("ConvertPullRequestToDraftPayload", e.toDraft),
		"enqueuePullRequest":            e.onPull("EnqueuePullRequestPayload", e.enqueue),
		"addSubIssue":                   resolver(e.addSubIssue),
	}
}

// onPull is a mutation of one pull request.
func (e *execution) onPull(payload string, do func(*item, object) *gqlError) resolver {
	return func(args object) (any, *gqlError) {
		input, _ := args["input"].(object) // the schema demands it
		if err := e.mayWrite(); err != nil {
			return nil, err
		}
		for _, i := range e.items {
			if i.pull == nil || node("PR", i.pull.id) != input["pullRequestId"] {
				continue
			}
			e.refresh(i)
			if err := do(i, input); err != nil {
				return nil, err
			}
			return object{
				"__typename": payload, "clientMutationId": input["clientMutationId"], "pullRequest": e.pullRequest(i),
				"mergeQueueEntry": object{"__typename": "MergeQueueEntry", "id": node("MQE", i.pull.id), "state": "QUEUED"},
			}, nil
		}
		return nil, &gqlError{"NOT_FOUND", "Could not resolve to a node with the global id of '" + text(input["pullRequestId"]) + "'"}
	}
}

func (e *execution) mayWrite() *gqlError {
	switch {
	case e.settings.Archived:
		return &gqlError{"FORBIDDEN", "Repository was archived so is read-only."}
	case e.settings.ReadOnly:
		return &gqlError{"FORBIDDEN", notYours}
	}
	return nil
}

func unprocessable(why string) *gqlError { return &gqlError{"UNPROCESSABLE", why} }

// arm has a pull request merged as soon as it may. GitHub refuses what could be
// merged at once: that is in clean, or in unstable, status.
func (e *execution) arm(i *item, input object) *gqlError {
	method := strings.ToLower(text(input["mergeMethod"]))
	if method == "" {
		method = "merge"
	}
	allowed := map[string]bool{"merge": e.settings.MergeCommit, "squash": e.settings.Squash, "rebase": e.settings.Rebase}
	switch oid := text(input["expectedHeadOid"]); {
	case !e.settings.AutoMerge:
		return unprocessable("Pull request Auto merge is not allowed for this repository")
	case !i.open():
		return unprocessable("Pull request Pull request is closed")
	case i.pull.draft:
		return unprocessable("Pull request Pull request is in draft status")
	case !allowed[method]:
		return unprocessable("Pull request Merge method " + method + " merging is not allowed on this repository")
	case oid != "" && oid != i.pull.sha:
		return unprocessable("Pull request Head sha didn't match expected head oid")
	}
	switch state := e.mergeState(i); state {
	case stateClean, stateUnstable:
		return unprocessable("Pull request Pull request is in " + state + " status")
	}
	i.pull.armed = method
	e.note(i, event{name: "auto_merge_enabled"})
	return nil
}

func (e *execution) enqueue(i *item, input object) *gqlError {
	switch oid := text(input["expectedHeadOid"]); {
	case !e.settings.Queue:
		return unprocessable("Pull request Merge queue is not enabled for this branch")
	case i.pull.queued:
		return unprocessable("Pull request Pull request is already in the queue")
	case !i.open(), i.pull.draft, e.whyBlocked(i) != "", e.inConflict(i), oid != "" && oid != i.pull.sha:
		return unprocessable("Pull request Pull request is not mergeable")
	}
	i.pull.queued = true
	e.note(i, event{name: "added_to_merge_queue"})
	return nil
}

func (e *execution) disarm(i *item, _ object) *gqlError {
	if i.pull.armed == "" {
		return unprocessable("Pull request Can't disable auto-merge for this pull request.")
	}
	i.pull.armed = ""
	e.note(i, event{name: "auto_merge_disabled"})
	return nil
}

func (e *execution) ready(i *item, _ object) *gqlError {
	switch {
	case !i.open():
		return unprocessable("Pull request is closed")
	case i.pull.draft:
		i.pull.draft = false
		e.note(i, event{name: "ready_for_review"})
	}
	return nil
}

// toDraft takes the arming along.
func (e *execution) toDraft(i *item, _ object) *gqlError {
	switch {
	case !i.open():
		return unprocessable("Pull request is closed")
	case !i.pull.draft:
		i.pull.draft, i.pull.armed = true, ""
		e.note(i, event{name: "convert_to_draft"})
	}
	return nil
}

func (e *execution) addSubIssue(args object) (any, *gqlError) {
	input, _ := args["input"].(object) // the schema demands it
	if err := e.mayWrite(); err != nil {
		return nil, err
	}
	var parent, child *item
	for _, i := range e.items {
		switch node("I", i.id) {
		case input["issueId"]:
			parent = i
		case input["subIssueId"]:
			child = i
		}
	}
	replace, _ := input["replaceParent"].(bool)
	switch {
	case parent == nil || child == nil:
		return nil, &gqlError{"NOT_FOUND", "Could not resolve to a node with the global id of the issue"}
	case child.parent != nil && (!replace || child.parent == parent):
		return nil, unprocessable("Issue may not contain duplicate sub-issues and Sub issue may only have one parent")
	}
	e.unlink(child)
	e.link(parent, child)
	return object{"__typename": "AddSubIssuePayload", "clientMutationId": nil, "issue": e.gqlIssue(parent), "subIssue": e.gqlIssue(child)}, nil
}
