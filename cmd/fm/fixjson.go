package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/intake"
	"github.com/founder-mode/fm/queue"
	"github.com/founder-mode/fm/supervisor"
)

// fixDocument is what --json prints. Its form is told in docs/fix.md.
type fixDocument struct {
	Version int              `json:"version"` // of this form: 1
	Issues  []fixIssue       `json:"issues"`
	Overlap []fixShared      `json:"overlap"`
	Summary map[standing]int `json:"summary"`
}

type fixIssue struct {
	ID       fm.IssueID `json:"id"`
	Title    string     `json:"title"`
	Type     string     `json:"type"`
	Scope    string     `json:"scope"`
	Status   standing   `json:"status"`
	Pull     string     `json:"pull,omitempty"`
	URL      string     `json:"url,omitempty"`
	Note     string     `json:"note,omitempty"`
	Branch   string     `json:"branch"`
	Worktree string     `json:"worktree,omitempty"` // as long as it is there
	Seconds  int        `json:"duration_seconds"`
	Attempts int        `json:"attempts"`
}

type fixShared struct {
	Path   string       `json:"path"`
	Issues []fm.IssueID `json:"issues"`
}

// print writes the document.
func (f *fixing) print(rows []fixRow) error {
	d := fixDocument{Version: 1, Issues: []fixIssue{}, Overlap: []fixShared{}, Summary: map[standing]int{}}
	for _, r := range rows {
		d.Issues = append(d.Issues, f.told(r))
		d.Summary[r.stands]++
	}
	for _, s := range f.shared {
		d.Overlap = append(d.Overlap, fixShared{Path: fm.Plain(s.Path), Issues: s.Issues})
	}
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f.document, "%s\n", text)
	return err
}

// told is a row as a script reads it.
func (f *fixing) told(r fixRow) fixIssue {
	x := fixIssue{
		ID: fm.IssueID(r.task.ID), Title: fm.Line(r.task.Title, 0), Status: r.stands, Pull: r.task.Pull, URL: f.urls[r.task.Pull], Note: r.note,
		Branch: r.task.Head(), Seconds: int(r.took.Seconds()), Attempts: r.task.Attempt,
	}
	for _, issue := range f.issues {
		if issue.ID == x.ID {
			x.Title, x.Type, x.Scope = fm.Line(issue.Title, 0), intake.Kind(issue), intake.Scope(issue, f.paths[issue.ID])
		}
	}
	if f.left(r.task) {
		x.Worktree = f.worktree(r.task)
	}
	return x
}

// rows looks once at the tasks.
func (f *fixing) rows(ctx context.Context, q *queue.Queue, snap queue.Snapshot, s supervisor.Status, ids []fm.TaskID) ([]fixRow, error) {
	past, err := f.pasts(ctx, q)
	if err != nil {
		return nil, err
	}
	return fixScene{snap: snap, status: s, past: past, manual: f.manual, now: time.Now()}.rows(ids), nil
}
