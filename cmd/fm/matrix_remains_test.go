package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/founder-mode/fm/queue"
)

// remains is what is there when a kind of work is over. Whether or not fm was
// killed on the way, it is the same.
type remains struct {
	Wrong  []string // what the witnesses saw
	Lives  []string // of agents: task and attempt
	Tasks  []string
	Ledger []string // claims, completions, merges and closings by task
	Issues []string
	Pulls  []string
	Main   []string // the commits of the remote's main branch, by subject
	Refs   []string // of the remote and the project
	Trees  []string // worktrees
	Remark []string // the lines of the queue that are none of fm's
	Files  []string // of the project, but for what is in git
}

// remains looks at what is there.
func (th *theater) remains() remains {
	th.Helper()
	o := remains{
		Wrong: linesOf(th.read("wrong")),
		Main:  sorted(linesOf(serial.ReplaceAllString(strings.Join(th.gitLines("remote.git", "log", "--format=%s", "main"), "\n"), "#N"))),
		Trees: th.trees(),
		Files: th.files(),
	}
	for _, line := range linesOf(th.read("lives")) {
		words := strings.Fields(line)
		o.Lives = append(o.Lives, words[0]+"."+words[1])
	}
	slices.Sort(o.Lives)
	for _, line := range linesOf(th.read("app/.founder-mode/queue.txt")) {
		if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "# fm queue") {
			o.Remark = append(o.Remark, line)
		}
	}
	for _, t := range th.tasks() {
		o.Tasks = append(o.Tasks, fmt.Sprintf("%s of %q: %s %s, attempt %d, %d failures, pull request %t, worker %q, %s, note %q",
			t.ID, t.Parent, t.Priority, t.Status, t.Attempt, t.Failures, t.Pull != "", t.Worker.String(), t.Title, t.Note))
		for _, op := range []queue.Op{queue.OpClaim, queue.OpComplete, queue.OpMerge, queue.OpFail} {
			o.Ledger = append(o.Ledger, fmt.Sprintf("%s %s %d", t.ID, op, th.count(t.ID, op)))
		}
	}
	o.Issues, o.Pulls = th.tracked()
	o.Refs = append(refs(th.gitLines("remote.git", "for-each-ref", "--format=%(refname)"), "remote "),
		refs(th.gitLines("app", "for-each-ref", "--format=%(refname)"), "")...)
	return o
}

func (th *theater) gitLines(dir string, args ...string) []string {
	th.Helper()
	cmd := exec.CommandContext(th.Context(), "git", args...)
	cmd.Dir, cmd.Env = filepath.Join(th.dir, dir), th.environ
	out, err := cmd.CombinedOutput()
	if err != nil {
		th.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return linesOf(string(out))
}

func linesOf(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool { return l == "" })
}

func sorted(all []string) []string { slices.Sort(all); return all }

var serial = regexp.MustCompile(`#\d+|pull request \d+|[0-9a-f]{40}|127\.0\.0\.1:\d+`)

// tracked gives the issues and the pull requests where they live.
func (th *theater) tracked() (issues, pulls []string) {
	th.Helper()
	if th.hub != nil {
		for _, i := range th.hub.Issues() {
			var said []string
			for _, c := range i.Comments {
				said = append(said, serial.ReplaceAllString(c.Body, "#N"))
			}
			issues = append(issues, fmt.Sprintf("#%d closed %t, parent %d, %s, %v, said %q", i.Number, i.Closed, i.Parent, i.Title, i.Labels, sorted(said)))
		}
		for _, p := range th.hub.Pulls() {
			pulls = append(pulls, fmt.Sprintf("%s %s %s, %d comments", p.Head, p.State, p.Title, len(p.Comments)))
		}
		return issues, sorted(pulls)
	}
	if th.site != nil {
		for _, i := range th.site.Issues() {
			issues = append(issues, fmt.Sprintf("%s %s, parent %s, %s, %v, %d comments, %d links, moves %v", i.Key, i.Status, i.Parent, i.Summary, i.Labels, len(i.Comments), len(i.Remote), i.Moves))
		}
	} else {
		issues = th.texts(th.project.Issues())
	}
	return issues, unnumbered(th.texts(th.project.Pulls()))
}

var when = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)

// texts gives the files of the local tracker or forge, without times, numbers
// and commits.
func (th *theater) texts(dir string) (all []string) {
	th.Helper()
	paths, _ := filepath.Glob(filepath.Join(dir, "*.md")) // the pattern is good
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			th.Fatal(err)
		}
		all = append(all, serial.ReplaceAllString(when.ReplaceAllString(string(text), "TIME"), "#N"))
	}
	return all
}

// unnumbered takes the numbers away that depend on who was first.
func unnumbered(texts []string) []string {
	for i, text := range texts {
		texts[i] = ownID.ReplaceAllString(text, "id: N\n")
	}
	return sorted(texts)
}

var ownID = regexp.MustCompile(`(?m)^(?:id|number): \d+\n`)

func refs(names []string, prefix string) (all []string) {
	for _, name := range names {
		all = append(all, prefix+name)
	}
	return sorted(all)
}

func (th *theater) trees() (all []string) {
	th.Helper()
	for _, line := range th.gitLines("app", "worktree", "list", "--porcelain") {
		if path, ok := strings.CutPrefix(line, "worktree "); ok {
			all = append(all, strings.TrimPrefix(path, th.dir))
		}
	}
	return sorted(all)
}

// files lists what fm keeps, in the project and in git's folder, by name.
func (th *theater) files() (all []string) {
	th.Helper()
	for _, dir := range []string{"app", "app/.founder-mode", "app/.git", "app/.worktrees", "home"} {
		top := filepath.Join(th.dir, dir)
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			name, _ := filepath.Rel(th.dir, path)
			switch {
			case err != nil:
				return err
			case d.IsDir() && path != top && (dir == "app" || passing(name)):
				return filepath.SkipDir
			case !d.IsDir() && !passing(name):
				all = append(all, variable.ReplaceAllString(name, "N"))
			}
			return nil
		})
		if err != nil && dir != "app/.worktrees" {
			th.Fatal(err)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// variable are the parts of names that chance gives.
var variable = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|pulls/\d+|local\.\d+|queue\.\d+`)

// displaced is where it stands, also when its queue was put aside.
var displaced = regexp.MustCompile(`^app/\.founder-mode/([a-z]+\.\d+/)?tmp/queue\.`)

// draft is the name of a file until it is whole.
var draft = regexp.MustCompile(`/\.(new-|tmux-|claude\.json\.fm-)\d+$`)

// passing names what differs between two runs in which nothing happens.
func passing(name string) bool {
	if displaced.MatchString(name) {
		return true // a view that was displaced stays for who may still write to it
	}
	if draft.MatchString(name) {
		return true // half a file, which its writer was killed over, and nobody reads
	}
	for _, dir := range []string{"app/.git/objects", "app/.git/logs", "app/.git/refs"} {
		if name == dir || strings.HasPrefix(name, dir+"/") {
			return true
		}
	}
	switch strings.TrimPrefix(name, "app/.git/") {
	case "FETCH_HEAD", "ORIG_HEAD", "packed-refs", "index", "COMMIT_EDITMSG":
		return true
	}
	return false
}
