package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/founder-mode/fm"
)

// kept is an issue as it was when it was last read.
type kept struct {
	Repo  string   `json:"repo"`
	Issue fm.Issue `json:"issue"`
}

func (g *GitHub) keptFile(id fm.IssueID) string {
	return filepath.Join(g.dir, "issues", string(id)+".json")
}

// mostKept bounds the issues that are kept: beyond it, those that were read
// longest ago go.
const mostKept = 2000

// keepBrief keeps an issue that was read without its comments, and so with
// those that were read before.
func (g *GitHub) keepBrief(i fm.Issue) {
	if before, ok := g.keptIssue(i.ID); ok {
		i.Comments = before.Comments
	}
	g.keep(i)
}

// keep writes an issue down for [LastKnown]. What cannot be written is not
// kept, which costs nothing as long as the network is there.
func (g *GitHub) keep(i fm.Issue) {
	text, err := json.Marshal(kept{g.repo.String(), i})
	file, now := g.keptFile(i.ID), g.now()
	before, readErr := os.ReadFile(file)
	if err != nil || readErr == nil && bytes.Equal(before, text) {
		_ = os.Chtimes(file, now, now) // it only orders what is thrown away
		return
	}
	if os.MkdirAll(filepath.Dir(file), 0o700) != nil {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".new")
	if err != nil {
		return
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close(), os.Chtimes(f.Name(), now, now)); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // nobody reads it
		return
	}
	if readErr != nil && g.added.Add(1)%50 == 1 { // the first of each process, and now and then
		prune(filepath.Dir(file), g.mostKept)
	}
}

// prune leaves the newest files of a folder.
func prune(dir string, most int) {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) <= most {
		return
	}
	type file struct {
		name string
		at   time.Time
	}
	var files []file
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			files = append(files, file{e.Name(), info.ModTime()})
		}
	}
	slices.SortFunc(files, func(a, b file) int { return b.at.Compare(a.at) })
	for _, old := range files[min(most, len(files)):] {
		_ = os.Remove(filepath.Join(dir, old.name)) // the next one tries again
	}
}

// lastKnown gives the issue as it was, where GitHub could not be asked. What
// it refused, or said to be gone, is so.
func (g *GitHub) lastKnown(ctx context.Context, id fm.IssueID, why error) (fm.Issue, bool) {
	if g.fresh != LastKnown || classified(why) || errors.Is(ctx.Err(), context.Canceled) {
		return fm.Issue{}, false
	}
	return g.keptIssue(id)
}

func (g *GitHub) keptIssue(id fm.IssueID) (fm.Issue, bool) {
	text, err := os.ReadFile(g.keptFile(id))
	if err != nil {
		return fm.Issue{}, false
	}
	var k kept
	if json.Unmarshal(text, &k) != nil || k.Repo != g.repo.String() || k.Issue.ID != id {
		return fm.Issue{}, false
	}
	return k.Issue, true
}
