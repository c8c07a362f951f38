package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/failpoint"
)

// plans keeps splits in .founder-mode/plans until their subissues exist.
type plans struct{ project fm.Project }

func (p plans) path(id fm.IssueID) string { return p.project.File("plans", string(id)+".json") }

// Load fits intake.Plans.
func (p plans) Load(id fm.IssueID) (fm.Split, error) {
	text, err := os.ReadFile(p.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return fm.Split{}, fm.ErrGone
	}
	if err != nil {
		return fm.Split{}, err
	}
	var s fm.Split
	if err := json.Unmarshal(text, &s); err != nil || len(s.Subissues) == 0 {
		return fm.Split{}, usage("%s: not a plan; remove it to have the issue split again", p.path(id))
	}
	return s, nil
}

// Save fits intake.Plans.
func (p plans) Save(id fm.IssueID, s fm.Split) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	defer failpoint.Step("plan.write")()
	return disk.WriteFile(p.path(id), append(text, '\n'), 0o600)
}
