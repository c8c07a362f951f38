package main

import (
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/founder-mode/fm"
)

// names are the workers, tasks and issues of the project, read from its files as
// they are: without git, locks or the ledger.
func (t *typed) names(v *kong.Value) []offer {
	project, ok := nearby(t.dir)
	if !ok {
		return nil
	}
	supervisor := offer{"supervisor", "the process that looks after the workers"}
	switch v.Name {
	case "worker":
		if asking := t.asking(project); t.node.Name == "answer" && len(asking) > 0 {
			return asking
		}
		all := t.workers(project)
		switch t.node.Name {
		case "attach":
			all = append(all, supervisor)
		case "answer", "send":
			all = append(all, t.tasks(project)...)
		}
		return all
	case "name":
		return slices.Concat(t.workers(project), []offer{supervisor}, t.tasks(project))
	case "task", "tasks":
		return t.tasks(project)
	case "issues":
		return t.issues(project)
	}
	return nil
}

// nearby finds the project of a folder as git would, without asking it.
func nearby(dir string) (fm.Project, bool) {
	for {
		project := fm.Project{Root: dir}
		if info, err := os.Stat(project.Dir()); err == nil && info.IsDir() {
			return project, true
		}
		if text, err := os.ReadFile(filepath.Join(dir, ".git")); err == nil { // a worktree elsewhere
			main, _, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(string(text)), "gitdir: "), "/.git/worktrees/")
			if ok && filepath.IsAbs(main) && main != dir {
				dir = main
				continue
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return fm.Project{}, false
		}
		dir = up
	}
}

// workers are those that the supervisor saw last.
func (t *typed) workers(project fm.Project) []offer {
	s, err := (&house{app: t.app, project: project}).lastStatus()
	if err != nil {
		return nil
	}
	var all []offer
	for _, w := range s.Workers {
		all = append(all, offer{w.Worker.String(), strings.TrimSpace(w.Text + " " + w.Title)})
	}
	return all
}

// asking are the workers that waited for a person when the supervisor saw them
// last, and their tasks.
func (t *typed) asking(project fm.Project) []offer {
	s, err := (&house{app: t.app, project: project}).lastStatus()
	if err != nil {
		return nil
	}
	var waiting []string
	for _, w := range s.Workers {
		if w.State == string(fm.Waiting) {
			waiting = append(waiting, w.Worker.String(), string(w.Task))
		}
	}
	all := append(t.workers(project), t.tasks(project)...)
	return slices.DeleteFunc(all, func(o offer) bool { return !slices.Contains(waiting, o.text) })
}

const (
	mostRead = 16 << 20 // bytes of a queue
	mostTold = 200      // words that are explained: nobody reads more
)

// tasks are those in queue.txt that the command can do something with.
func (t *typed) tasks(project fm.Project) []offer {
	f, err := os.Open(project.Queue())
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // only read from
	text, err := io.ReadAll(io.LimitReader(f, mostRead))
	if err != nil {
		return nil
	}
	var all []offer
	for line := range strings.Lines(string(text)) {
		cols := strings.SplitN(strings.TrimSpace(line), "|", 7)
		if len(cols) < 6 || strings.HasPrefix(line, "#") || !strings.HasPrefix(cols[2], t.last) {
			continue
		}
		id, err := fm.ParseTaskID(strings.TrimSpace(cols[2]))
		if status := fm.Status(strings.TrimSpace(cols[3])); err == nil && concerns(t.node.Name, status) {
			about := string(status)
			if len(all) < mostTold {
				about = strings.TrimSpace(about + " " + title(cols[6:]))
			}
			all = append(all, offer{string(id), about})
		}
	}
	return all
}

// title finds the title among the fields of a line of the queue.
func title(fields []string) string {
	for _, rest := range fields {
		for field := range strings.SplitSeq(rest, "|") {
			if value, ok := strings.CutPrefix(field, "t="); ok {
				if plain, err := url.PathUnescape(value); err == nil {
					return plain
				}
				return value
			}
		}
	}
	return ""
}

// concerns says whether a command can do anything with a task.
func concerns(verb string, status fm.Status) bool {
	over := status == fm.Merged || status == fm.Cancelled
	switch verb {
	case "retry":
		return status != fm.Working && status != fm.Completed && status != fm.Merged
	case "answer", "send":
		return status == fm.Working
	case "priority", "hold", "cancel":
		return !over
	}
	return true
}

// issues are those in files; a list such as 12,13 is continued.
func (t *typed) issues(project fm.Project) []offer {
	entries, err := os.ReadDir(project.Issues())
	if err != nil {
		return nil
	}
	before := t.last[:strings.LastIndex(t.last, ",")+1]
	var all []offer
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".md")
		number, about, _ := strings.Cut(name, "-")
		if strings.Trim(number, "0123456789") != "" { // PROJ-7-some-title
			var n string
			n, about, _ = strings.Cut(about, "-")
			number += "-" + or(n, "?") // which is no id
		}
		id, err := fm.ParseIssueID(strings.TrimLeft(number, "0"))
		if ok && err == nil && !slices.Contains(strings.Split(before, ","), string(id)) {
			all = append(all, offer{before + string(id), strings.ReplaceAll(about, "-", " ")})
		}
	}
	return all
}
