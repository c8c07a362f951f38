package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/queue"
)

// watchView reads queue.txt as often as it can: it is there, whole, and no line of
// it is half written.
func (s *soak) watchView(ctx context.Context) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	var last os.FileInfo
	for {
		info, err := os.Stat(s.project.Queue())
		if err == nil && last != nil && os.SameFile(info, last) && info.ModTime().Equal(last.ModTime()) && info.Size() == last.Size() {
			err = nil
		} else if last = info; err == nil {
			s.wholeView()
		}
		if err != nil {
			s.broken("", "queue.txt: %v", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *soak) wholeView() {
	text, err := os.ReadFile(s.project.Queue())
	s.add("reads of queue.txt", 1)
	switch {
	case err != nil:
		s.broken("", "read queue.txt: %v", err)
		return
	case !strings.HasPrefix(string(text), "# fm queue v1") || !strings.HasSuffix(string(text), "\n"):
		s.broken("", "queue.txt is half written: %q … %q", text[:min(40, len(text))], text[max(0, len(text)-80):])
		return
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(text), "\n"), "\n") {
		if line != "" && line[0] != '#' && strings.Count(line, "|") < 5 || strings.HasPrefix(line, "#!bad") {
			s.broken("", "queue.txt has the line %q", line)
		}
	}
}

// settle lets everything that was begun come to an end.
func (s *soak) settle() {
	s.Helper()
	s.mu.Lock()
	s.phases = append(s.phases, phaseMark{"the end", time.Now()})
	s.mu.Unlock()
	s.must("resume")
	for _, l := range s.lines() {
		if l.status == "hold" {
			s.must("queue", "retry", string(l.id))
		}
	}
	ctx, cancel := context.WithCancel(s.Context())
	var answering sync.WaitGroup
	answering.Go(func() { s.answers(ctx) })
	defer func() { cancel(); answering.Wait() }()
	want := len(s.expected())
	over := []string{string(fm.Merged), string(fm.Failed), string(fm.Blocked), string(fm.Cancelled)}
	s.until("everything to be over", 8*time.Minute, func() (any, bool) {
		lines := s.lines()
		open := slices.DeleteFunc(slices.Clone(lines), func(l viewLine) bool {
			return slices.Contains(over, l.status) && !strings.Contains(l.text, "|ph=")
		})
		return fmt.Sprintf("%d tasks of %d, open: %v", len(lines), want, open), len(lines) >= want && len(open) == 0
	})
}

// expected gives all tasks that were ever handed over, from the issues.
func (s *soak) expected() map[fm.TaskID]fm.Issue {
	s.Helper()
	all, err := s.tracker.List(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	tasks := map[fm.TaskID]fm.Issue{}
	for _, issue := range all {
		if !s.bundles[issue.ID] {
			tasks[fm.TaskID(issue.ID)] = issue
		}
	}
	return tasks
}

// verdict looks at all that is left, once everything is over.
func (s *soak) verdict() {
	s.Helper()
	tasks, expected := map[fm.TaskID]fm.Task{}, s.expected()
	for _, t := range s.tasks() {
		tasks[t.ID] = t
		if _, ok := expected[t.ID]; !ok {
			s.broken(t.ID, "a task that nobody handed over: %+v", t)
		}
	}
	merges, pulls := s.merges(), s.pullsByTask()
	for _, id := range slices.Sorted(maps.Keys(expected)) {
		t, ok := tasks[id]
		if !ok {
			s.broken(id, "is lost: %q is not in the queue", expected[id].Title)
			continue
		}
		s.add("tasks "+string(t.Status), 1)
		s.endedWell(t)
		want := 0
		if t.Status == fm.Merged {
			want = 1
		}
		if merges[id] != want && (want == 1 || !s.off[id]) {
			s.broken(id, "is %s, and %d merges bring its file to main", t.Status, merges[id])
		}
		if pulls[id] != 1 && (want == 1 || pulls[id] > 1) {
			s.broken(id, "is %s, and has %d pull requests", t.Status, pulls[id])
		}
		s.lived(t)
	}
	s.families(expected, tasks)
	s.words()
	s.flat()
}

// endedWell: what is not merged was called off, or something was done to it.
func (s *soak) endedWell(t fm.Task) {
	switch {
	case t.Status == fm.Merged:
	case t.Status == fm.Cancelled && s.off[t.ID]:
	case (t.Status == fm.Failed || t.Status == fm.Blocked) && t.Note != "" && s.touched[t.ID] > 0:
	default:
		s.broken(t.ID, "ends as %s after %d attempts, and nothing was done to it: %s", t.Status, t.Attempt, t.Note)
	}
}

// lived checks a task's part of the ledger, and the lives of its agents.
func (s *soak) lived(t fm.Task) {
	claims, merged := map[int]int{}, 0
	before := 0
	for _, e := range s.history(t.ID) {
		switch e.Op { //nolint:exhaustive // the others may come as often as they like
		case queue.OpClaim:
			if claims[e.Task.Attempt]++; claims[e.Task.Attempt] > 1 {
				s.broken(t.ID, "attempt %d was claimed twice", e.Task.Attempt)
			}
		case queue.OpMerge:
			merged++
		case queue.OpFail:
			s.paid(fm.Run{Task: t.ID, Attempt: e.Task.Attempt}, e.Why)
		}
		if e.Task.Attempt < before {
			s.broken(t.ID, "its attempt falls from %d to %d", before, e.Task.Attempt)
		}
		before = e.Task.Attempt
	}
	if merged > 1 {
		s.broken(t.ID, "was merged %d times", merged)
	}
	for attempt := range t.Attempt + 1 {
		lives := s.lives[fm.Run{Task: t.ID, Attempt: attempt}]
		for i, l := range lives {
			s.counts["agents"]++
			if i == len(lives)-1 {
				continue
			}
			why := s.excused(s.Context(), l)
			if why == "" && s.shaken[t.ID] {
				why = "a person, or the death of a hook or a git of its own"
			}
			s.counts["agents that were begun again: "+why]++
			if why == "" {
				s.broken(t.ID, "the agent of attempt %d, process %d, was well from %s to %s, and process %d took its place", attempt, l.pid,
					l.first.Format("15:04:05.0"), l.last.Format("15:04:05.0"), lives[i+1].pid)
			}
		}
	}
}

// paid looks whether a failure was anybody's.
func (s *soak) paid(run fm.Run, why string) {
	s.counts["attempts that failed"]++
	switch kind := s.kindOf(s.Context(), run.Task); {
	case s.shaken[run.Task], run.Attempt == 1 && slices.Contains([]string{"doubtful", "crashing", "hanging"}, kind):
		return
	}
	for _, l := range s.lives[run] {
		if s.excused(s.Context(), l) != "" {
			return
		}
	}
	s.broken(run.Task, "attempt %d failed (%s), and nothing was done to it", run.Attempt, why)
}

// merges counts, for each task, the merges that bring its file to main.
func (s *soak) merges() map[fm.TaskID]int {
	s.Helper()
	cmd := exec.CommandContext(s.Context(), "git", "-C", filepath.Join(s.dir, "remote.git"), "log", "--first-parent", "-m", "--name-only", "--format=", "main", "--", "work")
	cmd.Env = s.environ
	out, err := cmd.Output()
	if err != nil {
		s.Fatal(err)
	}
	merges := map[fm.TaskID]int{}
	for name := range strings.Lines(string(out)) {
		id, file := strings.CutSuffix(strings.TrimSpace(strings.TrimPrefix(name, "work/")), ".txt")
		if file && !strings.Contains(id, "-") { // those with a dash are the parts of what is committed in parts
			merges[fm.TaskID(id)]++
		}
	}
	return merges
}

// pullsByTask counts the pull requests, by task.
func (s *soak) pullsByTask() map[fm.TaskID]int {
	files, _ := filepath.Glob(filepath.Join(s.project.Pulls(), "*.md")) // the pattern is good
	pulls := map[fm.TaskID]int{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			s.Error(err)
		}
		for line := range strings.Lines(string(text)) {
			if id, ok := strings.CutPrefix(strings.TrimSpace(line), "task: "); ok {
				pulls[fm.TaskID(strings.Trim(id, `"'`))]++
				break
			}
		}
	}
	return pulls
}

// families: each bundle was split once, and is closed if all of it was merged.
func (s *soak) families(expected map[fm.TaskID]fm.Issue, tasks map[fm.TaskID]fm.Task) {
	s.Helper()
	for parent := range s.bundles {
		parts, merged := 0, 0
		for id, issue := range expected {
			if issue.Parent != parent {
				continue
			}
			parts++
			if tasks[id].Status == fm.Merged {
				merged++
			}
		}
		if parts != 3 {
			s.broken(fm.TaskID(parent), "issue %s was split into %d parts", parent, parts)
		}
		all := merged == parts
		s.until("parent "+string(parent)+" to be closed, if that is due", time.Minute, func() (any, bool) {
			issue, err := s.tracker.Issue(s.Context(), parent)
			if err == nil && issue.Closed && !all {
				s.broken(fm.TaskID(parent), "issue %s was closed, with %d parts of %d merged", parent, merged, parts)
				return nil, true
			}
			return fmt.Sprint(issue.Closed, err), err == nil && issue.Closed == all
		})
	}
}

// words: comments have survived, and no agent was told what visitors typed for
// themselves.
func (s *soak) words() {
	s.Helper()
	view, err := os.ReadFile(s.project.Queue())
	if err != nil {
		s.Fatal(err)
	}
	for _, remark := range s.remarks {
		if n := strings.Count(string(view), remark+"\n"); n != 1 {
			s.broken("", "the comment %q stands in queue.txt %d times", remark, n)
		}
	}
	_ = filepath.WalkDir(filepath.Join(s.dir, "agent"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for _, said := range s.said {
			if err == nil && strings.Contains(string(text), said) {
				s.broken("", "what a visitor only typed was sent: %q, in %s", said, path)
			}
		}
		return nil
	})
}
