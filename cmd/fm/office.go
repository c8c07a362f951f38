package main

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
	"github.com/founder-mode/fm/github"
	"github.com/founder-mode/fm/local"
	"github.com/founder-mode/fm/supervisor"
)

// tracker is where issues live, with what commands ask for beyond the
// supervisor.
type tracker interface {
	supervisor.Tracker
	// Search lists the open issues that a query finds.
	Search(ctx context.Context, q fm.Query) ([]fm.Issue, error)
	// Made lists the issues that fm made, whatever became of them.
	Made(ctx context.Context) ([]fm.Issue, error)
}

// forge is where pull requests live, with what commands ask for beyond the
// supervisor.
type forge interface {
	supervisor.Forge
	// All lists the pull requests of branches that begin with prefix, whatever
	// became of them.
	All(ctx context.Context, prefix string) ([]fm.PullRequest, error)
}

// office is where issues and pull requests live: in files, on GitHub, or the
// issues in Jira.
type office struct {
	place   place
	tracker tracker
	forge   func(*git.Repo) forge
	merge   supervisor.MergePolicy // unless the settings say another
	missing string                 // what to know of an issue that is not there

	check   func(context.Context) error           // what would fail later, in one line
	splits  func(context.Context) error           // what would fail later when subissues are made; nil for nothing
	parse   func(word string) (fm.IssueID, error) // what a user calls an issue
	quota   func() fm.Quota
	who     func(context.Context) (string, error) // the account that fm acts as; nil where that is the token's to say
	remarks func() []string                       // what was not taken, and work goes on without
	stale   func() bool                           // whether somebody left another token; nil where that is found out at each request
}

// office opens the place of the issues. It asks nothing of the network.
func (h *house) office(ctx context.Context) (*office, error) {
	p, err := h.whereabouts(ctx)
	if err != nil {
		return nil, err
	}
	switch p.source {
	case githubSource:
		return h.onGitHub(p)
	case jiraSource:
		return h.inJira(p)
	}
	return h.inFiles(p), nil
}

// inFiles is the office beside the repository, which needs no network.
func (h *house) inFiles(p place) *office {
	missing := fmt.Sprintf("an issue is a Markdown file in %s, such as 0012-title.md", h.project.Issues())
	if h.lacking != nil {
		missing += "; " + text(h.lacking)
	}
	return &office{
		place:   p,
		tracker: local.NewTracker(h.project.Issues()),
		forge:   func(r *git.Repo) forge { return local.NewForge(h.project.Pulls(), r) },
		merge:   supervisor.AutoMerge, // there is nobody else to merge
		missing: missing,
		check:   func(context.Context) error { return nil },
		parse:   parseLocal,
		quota:   func() fm.Quota { return fm.Quota{} },
		remarks: func() []string { return nil },
	}
}

// parseLocal reads the id of a local issue, and knows the name of one on GitHub
// when it sees one.
func parseLocal(word string) (fm.IssueID, error) {
	id, err := fm.ParseIssueID(word)
	if err == nil {
		return id, nil
	}
	if repo, _, parsed := github.ParseRef(word); parsed == nil && repo != (github.Repo{}) {
		return "", usage("%s is an issue on GitHub, and the issues here are files: fm work --source github %[1]s", fm.Line(word, 120))
	}
	return "", usage("%v", err)
}
