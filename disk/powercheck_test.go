package disk

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/local"
	"github.com/founder-mode/fm/queue"
)

// told is all that was told to be durable, and must be there after a cut.
type told struct {
	count  int
	tasks  map[string]ack
	claims map[string]int // how often each was given
	others map[string]map[string]ack
}

func newTold() *told {
	return &told{tasks: map[string]ack{}, claims: map[string]int{}, others: map[string]map[string]ack{}}
}

// hear takes in what a process said, and gives what it complained of.
func (t *told) hear(said []ack) (trouble string) {
	for _, a := range said {
		switch a.Kind {
		case "error":
			trouble = a.Text
			continue
		case "claim":
			t.claims[fmt.Sprint(a.ID, " ", a.Attempt)]++
			fallthrough
		case "task":
			t.tasks[a.ID] = a
		default:
			if t.others[a.Kind] == nil {
				t.others[a.Kind] = map[string]ack{}
			}
			t.others[a.Kind][a.ID] = a
		}
		t.count++
	}
	return trouble
}

// check says what is not as it was told.
func (t *told) check(ctx context.Context, dir string) []string {
	var broken []string
	for run, n := range t.claims {
		if n > 1 {
			broken = append(broken, fmt.Sprintf("claim %s was given %d times", run, n))
		}
	}
	broken = append(broken, empty(dir)...)
	broken = append(broken, t.queue(ctx, filepath.Join(dir, "queue"))...)
	broken = append(broken, t.issues(ctx, filepath.Join(dir, "issues"))...)
	broken = append(broken, t.pulls(ctx, filepath.Join(dir, "pulls"))...)
	return append(broken, t.commits(ctx, filepath.Join(dir, "remote.git"))...)
}

// empty lists the files without content that have some when they are whole.
func empty(dir string) []string {
	var found []string
	for _, part := range []string{"queue", "issues", "pulls", "remote.git/refs", "remote.git/objects"} {
		_ = filepath.WalkDir(filepath.Join(dir, part), func(name string, d fs.DirEntry, err error) error {
			passing := strings.Contains(name, "lock") || strings.Contains(name, "/.fm-new") || strings.Contains(name, "/queue/tmp/") || strings.Contains(name, "tmp_")
			if err == nil && !d.IsDir() && !passing && sizeOf(name) == 0 {
				found = append(found, "empty: "+strings.TrimPrefix(name, dir))
			}
			return nil // a part that is not there is missed by others
		})
	}
	return found
}

func sizeOf(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return -1
	}
	return info.Size()
}

func (t *told) queue(ctx context.Context, dir string) (broken []string) {
	q, err := openPower(ctx, dir)
	if err != nil {
		return []string{err.Error()}
	}
	s, err := q.Refresh(ctx, time.Now())
	if err != nil {
		return []string{err.Error()}
	}
	lost := 0
	for id, want := range t.tasks {
		got, ok := s.Task(fm.TaskID(id))
		if !ok || got.Revision < want.Revision || got.Attempt < want.Attempt || got.Spent.Cost < want.Cost {
			lost++
			broken = append(broken[:min(len(broken), 3)], fmt.Sprintf("task %s is %s, revision %d, attempt %d: was told %+v", id, got.Status, got.Revision, got.Attempt, want))
		}
	}
	if tasks, days := sums(s); tasks != days {
		broken = append(broken, fmt.Sprintf("tasks have spent %v, and days %v", tasks, days))
	}
	for _, p := range append(s.Problems, s.Standing...) {
		if !strings.Contains(p.What, "old copy of the line") {
			broken = append(broken, "problem: "+p.What+" "+p.Line)
		}
	}
	if counts := queue.Counts(s.Tasks); counts[fm.Cancelled] > 0 {
		broken = append(broken, fmt.Sprint(counts[fm.Cancelled], " tasks are cancelled"))
	}
	if lost > 0 {
		broken = append(broken, fmt.Sprintf("%d tasks are not as they were told", lost))
	}
	return broken
}

func (t *told) issues(ctx context.Context, dir string) (broken []string) {
	all, err := local.NewTracker(dir).List(ctx)
	if err != nil {
		broken = append(broken, err.Error())
	}
	is := map[string]fm.Issue{}
	for _, issue := range all {
		is[string(issue.ID)] = issue
		if issue.Title == "" || !strings.Contains(issue.Body, "Body.") {
			broken = append(broken, fmt.Sprintf("half an issue: %+v", issue))
		}
	}
	for id, want := range t.others["issue"] {
		if got, ok := is[id]; !ok || got.Title != want.Text {
			broken = append(broken, "issue "+id+" is lost")
		}
	}
	for id := range t.others["closed"] {
		if !is[id].Closed {
			broken = append(broken, "issue "+id+" is open again")
		}
	}
	return broken
}

// nobody is a repository that is not asked.
type nobody struct{}

func (nobody) Head(context.Context, string) (string, error) { return "", fm.ErrGone }

func (nobody) MergeBranch(context.Context, string, string, string, string) (string, error) {
	return "", fmt.Errorf("not now")
}

func (t *told) pulls(ctx context.Context, dir string) (broken []string) {
	if len(t.others["pull"]) == 0 {
		return nil
	}
	all, err := local.NewForge(dir, nobody{}).Look(ctx, slices.Sorted(maps.Keys(t.others["pull"])))
	if err != nil {
		return []string{err.Error()}
	}
	for _, p := range all {
		if p.Head != t.others["pull"][p.Number].Text {
			broken = append(broken, "pull request "+p.Number+" is lost")
		}
		if _, ok := t.others["merged"][p.Number]; ok && p.State != fm.PullMerged {
			broken = append(broken, "pull request "+p.Number+" is "+string(p.State)+" again")
		}
	}
	return broken
}

// commits asks git for what was pushed and merged.
func (t *told) commits(ctx context.Context, remote string) (broken []string) {
	ask := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", append([]string{"--git-dir=" + remote}, args...)...)
		cmd.Env, cmd.WaitDelay = gitEnv(), time.Second
		out, err := cmd.CombinedOutput()
		return strings.TrimSpace(string(out)), err
	}
	if _, err := os.Stat(remote); err != nil {
		return nil
	}
	for branch, want := range t.others["pushed"] {
		if got, err := ask("rev-parse", "--verify", "refs/heads/"+branch); err != nil || got != want.Text {
			broken = append(broken[:min(len(broken), 3)], fmt.Sprintf("branch %s is %.80q: was told %s", branch, got, want.Text))
		}
	}
	for number, want := range t.others["merged"] {
		if _, err := ask("merge-base", "--is-ancestor", want.Text, "refs/heads/main"); err != nil {
			broken = append(broken[:min(len(broken), 6)], fmt.Sprintf("pull request %s was told to be merged, and main has not its commit", number))
		}
	}
	if len(t.others["pushed"]) > 0 {
		if out, err := ask("rev-list", "--objects", "--quiet", "--all"); err != nil {
			broken = append(broken, fmt.Sprintf("the remote repository is damaged: %.160s", out))
		}
	}
	return broken
}
