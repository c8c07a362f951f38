package jira

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// transition is a way out of the status that an issue has now.
type transition struct {
	ID     string                     `json:"id"`
	Name   string                     `json:"name"`
	To     issueStatus                `json:"to"`
	Fields map[string]transitionField `json:"fields"`
}

type transitionField struct {
	Name     string          `json:"name"`
	Required bool            `json:"required"`
	Default  bool            `json:"hasDefaultValue"`
	Allowed  json.RawMessage `json:"allowedValues"`
}

// Begin has an issue that nobody works on in progress, by the transition that the
// settings name. One that is in progress or done stays as it is.
func (t *Tracker) Begin(ctx context.Context, id fm.IssueID) error {
	if err := t.jira.begin(ctx, id); err != nil {
		return fmt.Errorf("begin issue %s: %w", shown(id), err)
	}
	return nil
}

func (j *Jira) begin(ctx context.Context, id fm.IssueID) error {
	key, err := keyOf(id)
	if err != nil {
		return err
	}
	wish := j.o.Config.InProgress
	if wish == none {
		return nil
	}
	release, err := j.turns.take(ctx, "status of "+key)
	if err != nil {
		return err
	}
	defer release()
	i, err := j.read(ctx, key)
	if err != nil || !i.Fields.Status.fresh() {
		return err
	}
	step, err := j.transition(ctx, i, "jira.in_progress", wish)
	if err != nil {
		return err
	}
	return j.perform(ctx, i, step, func(s issueStatus) bool { return !s.fresh() })
}

// transition picks the one of a name, else the one that leads to a status of that
// name.
func (j *Jira) transition(ctx context.Context, i *issue, setting, wish string) (*transition, error) {
	var offered struct {
		Transitions []transition `json:"transitions"`
	}
	if err := j.get(ctx, &offered, "issue/%/transitions?expand=transitions.fields", i.ID); err != nil {
		return nil, err
	}
	var names []string
	for _, t := range offered.Transitions {
		name := fm.Line(t.Name, 60)
		if !strings.EqualFold(t.Name, t.To.Name) {
			name += " (to " + fm.Line(t.To.Name, 60) + ")"
		}
		names = append(names, name)
	}
	var found []transition
	for _, name := range []func(transition) string{func(t transition) string { return t.Name }, func(t transition) string { return t.To.Name }} {
		for _, t := range offered.Transitions {
			if strings.EqualFold(strings.TrimSpace(name(t)), strings.TrimSpace(wish)) {
				found = append(found, t)
			}
		}
	}
	if len(found) == 0 {
		if len(names) == 0 {
			names = []string{"none to " + j.account()}
		}
		return nil, fmt.Errorf("%q is not offered in the status %q: %s is %s: set %s to one of these, or to %q: %w", wish, fm.Line(i.Fields.Status.Name, 60), "offered", strings.Join(names, ", "), setting, none, fm.ErrRefused)
	}
	for _, t := range found {
		if len(t.wanting()) == 0 {
			return &t, nil
		}
	}
	return nil, fmt.Errorf("transition %q wants fields that fm cannot fill in: %s: make them optional, or set %s to another of %s: %w", fm.Line(found[0].Name, 60), strings.Join(found[0].wanting(), ", "), setting, strings.Join(names, ", "), fm.ErrRefused)
}

// resolution is the field that tells how an issue was settled.
const resolution = "resolution"

// wanting names the fields that a transition needs and fm has nothing for.
func (t transition) wanting() []string {
	var names []string
	for _, id := range slices.Sorted(maps.Keys(t.Fields)) {
		f := t.Fields[id]
		if f.Required && !f.Default && (id != resolution || t.resolution() == nil) {
			names = append(names, fmt.Sprintf("%q", fm.Line(f.Name, 60)))
		}
	}
	return names
}

// resolution is Done, or the first that is allowed, where the transition needs
// one; nil for none.
func (t transition) resolution() *named {
	f := t.Fields[resolution]
	var all []named
	if !f.Required || json.Unmarshal(f.Allowed, &all) != nil || len(all) == 0 {
		return nil
	}
	if at := slices.IndexFunc(all, func(r named) bool { return strings.EqualFold(r.Name, "Done") }); at >= 0 {
		return &all[at]
	}
	return &all[0]
}

// perform makes a transition, once; reached tells by the status whether it was
// made.
func (j *Jira) perform(ctx context.Context, i *issue, t *transition, reached func(issueStatus) bool) error {
	body := map[string]any{"transition": map[string]string{"id": t.ID}}
	if r := t.resolution(); r != nil {
		body["fields"] = map[string]any{resolution: map[string]string{"name": r.Name}}
	}
	return j.once(ctx, func() error { return j.post(ctx, nil, body, "issue/%/transitions", i.ID) }, func() (bool, error) {
		now, err := j.read(ctx, i.ID)
		if err != nil {
			return false, err
		}
		s := now.Fields.Status
		return reached(s) || s.ID != i.Fields.Status.ID && s.ID == t.To.ID, nil
	})
}
