package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/overlap"
	"github.com/founder-mode/fm/queue"
)

// overlapAnswer is what to do when several issues change the same files.
type overlapAnswer string

const (
	unanswered overlapAnswer = ""
	proceed    overlapAnswer = "proceed"
	sequence   overlapAnswer = "sequence"
	abort      overlapAnswer = "abort"
)

// overlaps looks for files that several of the issues would change, and finds
// out what to do about them. It gives which issue is to wait for which. What is
// in the queue already, and not taken up anew, was asked about then.
func (f *fixing) overlaps(ctx context.Context, before queue.Snapshot) (map[fm.IssueID][]fm.IssueID, error) {
	if !f.look {
		return nil, nil
	}
	var fresh []fm.IssueID
	var asked []fm.Issue
	for _, issue := range f.issues {
		t, queued := before.Task(fm.TaskID(issue.ID))
		if queued && !given(t) {
			f.paths[issue.ID] = united(f.paths[issue.ID], t.Paths)
			continue
		}
		fresh, asked = append(fresh, issue.ID), append(asked, issue)
	}
	if f.predict && len(asked) > 0 {
		if err := f.predictions(ctx, asked); err != nil {
			return nil, err
		}
	}
	f.elsewhere(fresh, before)
	if f.shared = overlap.Find(fresh, f.paths); len(f.shared) == 0 {
		return nil, nil
	}
	fmt.Fprintf(f.stdout, "\nPotential file conflicts detected:\n\nFiles:\n%s\n", strings.Join(sharedLines(f.shared, maxShared, asIssues), "\n"))
	if f.terms.Main {
		return nil, nil // they are worked on one after the other anyway
	}
	answer, err := f.answer(ctx)
	if err != nil {
		return nil, err
	}
	switch answer {
	case abort:
		return nil, usage("aborted: nothing was started")
	case sequence:
		if f.terms.NoPull {
			return nil, errUnmergeable()
		}
		return overlap.Sequence(fresh, f.shared), nil
	case proceed, unanswered:
	}
	return nil, nil
}

// asIssues names issues.
func asIssues(ids []fm.IssueID) string {
	var words []string
	for _, id := range ids {
		words = append(words, string(id))
	}
	return "issues " + strings.Join(words, ", ")
}

// elsewhere tells of tasks in the queue that change the same files. They run
// already, so that there is nothing to ask.
func (f *fixing) elsewhere(fresh []fm.IssueID, before queue.Snapshot) {
	var lines []string
	for _, t := range before.Tasks {
		if t.Status.Over() {
			continue
		}
		for _, id := range fresh {
			if common := fm.Overlap(f.paths[id], t.Paths); len(common) > 0 {
				lines = append(lines, fmt.Sprintf("- %s: issue %s, and %s, which is %s", fm.Line(common[0], 200)+more(common[1:]), id, t.ID.Ref(), t.Status))
			}
		}
	}
	if len(lines) > 0 {
		fmt.Fprintf(f.stdout, "\nIn the queue already, with the same files:\n%s\n", strings.Join(lines, "\n"))
	}
}

func more(rest []string) string {
	if len(rest) == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", len(rest))
}

// answer is what to do: as the flag says, else as the user says.
func (f *fixing) answer(ctx context.Context) (overlapAnswer, error) {
	if f.onOverlap != unanswered {
		return f.onOverlap, nil
	}
	if rows, _ := size(f.stdout); rows == 0 || !isTerminal(f.stdin) {
		return abort, usage("some issues change the same files, and there is no terminal to ask on: give --on-overlap proceed, sequence or abort")
	}
	fmt.Fprintf(f.stdout, "\nOptions:\n%s\n", options)
	for range maxAsked {
		fmt.Fprint(f.stdout, "\nWhich one? [1/2/3] ")
		line, err := readLine(ctx, f.stdin)
		switch {
		case errors.Is(err, io.EOF):
			fmt.Fprintln(f.stdout)
			return abort, nil
		case err != nil:
			fmt.Fprintln(f.stdout, "\nNothing was started.")
			return abort, err
		}
		if answer, ok := parseAnswer(line); ok {
			return answer, nil
		}
		fmt.Fprint(f.stdout, "Please answer with 1, 2 or 3.")
	}
	return abort, nil
}

const options = `1. Proceed anyway - I'll resolve conflicts after
2. Run sequentially - Fix those one at a time, and the others beside them
3. Abort - Let me regroup`

// maxAsked is how often nonsense is asked about.
const maxAsked = 3

// parseAnswer reads what a person may answer.
func parseAnswer(line string) (overlapAnswer, bool) {
	switch strings.Trim(strings.ToLower(strings.TrimSpace(line)), ".") {
	case "1", "proceed", "proceed anyway":
		return proceed, true
	case "2", "sequence", "sequential", "sequentially", "run sequentially":
		return sequence, true
	case "3", "abort":
		return abort, true
	}
	return unanswered, false
}

// predictors bounds the predictions that are made at the same time.
const predictors = 4

// predictions asks Claude which files issues will change, each once: it costs
// money. What cannot be predicted is done without.
func (f *fixing) predictions(ctx context.Context, issues []fm.Issue) error {
	agent, err := f.agent()
	if err != nil {
		return mendable(err)
	}
	fmt.Fprintln(f.stdout, "\n🔮 Predicting which files change...")
	asking := f.busy("asking Claude about %s", fm.Count(len(issues), "issue"))
	defer asking.done()
	var mu sync.Mutex // of paths
	var wg sync.WaitGroup
	slots := make(chan struct{}, predictors)
	for _, issue := range issues {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			files, err := agent.Predict(ctx, issue)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				asking.aside(func() {
					fmt.Fprintf(f.stdout, "! %s: Could not be predicted, so its text alone counts%s\n", issue.ID.Ref(), because(fm.Reason(err)))
				})
				return
			}
			asking.aside(func() { fmt.Fprintf(f.stdout, "✓ %s: %s\n", issue.ID.Ref(), fm.Count(len(files), "file")) })
			f.paths[issue.ID] = united(f.paths[issue.ID], files)
		})
	}
	wg.Wait()
	return ctx.Err()
}

// united gives the paths of both, sorted.
func united(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
