package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

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

// keep writes an issue down for [LastKnown]. What cannot be written is not
// kept, which costs nothing as long as the network is there.
func (g *GitHub) keep(i fm.Issue) {
	text, err := json.Marshal(kept{g.repo.String(), i})
	file := g.keptFile(i.ID)
	if before, readErr := os.ReadFile(file); err != nil || readErr == nil && bytes.Equal(before, text) {
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
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // nobody reads it
	}
}

// lastKnown gives the issue as it was, where GitHub could not be asked. What
// it refused, or said to be gone, is so.
func (g *GitHub) lastKnown(ctx context.Context, id fm.IssueID, why error) (fm.Issue, bool) {
	if g.fresh != LastKnown || classified(why) || errors.Is(ctx.Err(), context.Canceled) {
		return fm.Issue{}, false
	}
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
