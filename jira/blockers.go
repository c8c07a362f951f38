package jira

import (
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// issueLink is a link as one of its two issues shows it: the other one is the
// inward issue where this one is "blocked by" it.
type issueLink struct {
	Type    linkType   `json:"type"`
	Inward  *reference `json:"inwardIssue"`
	Outward *reference `json:"outwardIssue"`
}

type linkType struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Inward  string `json:"inward"`
	Outward string `json:"outward"`
}

// blocks says that a type of links tells what waits for what.
func (t linkType) blocks() bool {
	return strings.EqualFold(t.Name, "Blocks") || strings.EqualFold(t.Inward, "is blocked by")
}

// blockers lists the open issues that block one: by links, or, where Jira has no
// links for that, by what fm noted when it made the issue.
func blockers(i *issue) []fm.IssueID {
	var ids []fm.IssueID
	add := func(key string) {
		if id := fm.IssueID(key); keyPattern().MatchString(key) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, l := range i.Fields.Links {
		if l.Type.blocks() && l.Inward != nil && !l.Inward.Fields.Status.done() {
			add(l.Inward.Key)
		}
	}
	for _, key := range markerOf(i).Deps {
		add(key)
	}
	return ids
}

// blockedBy says that there is a link, also one to an issue that is done.
func (i *issue) blockedBy(key string) bool {
	return slices.ContainsFunc(i.Fields.Links, func(l issueLink) bool {
		return l.Type.blocks() && l.Inward != nil && l.Inward.Key == key
	})
}
