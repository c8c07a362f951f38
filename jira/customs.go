package jira

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/founder-mode/fm"
)

// customPrefix begins the id of a field that Jira did not come with.
const customPrefix = "customfield_"

// customs are the fields that fm looks for by what they are called.
type customs struct {
	criteria []string // named "Acceptance Criteria": projects may have one each
	epicLink string   // how a Data Center ties an issue to its epic; "" for none
}

func (c *customs) all() []string { return c.criteria }

// customs asks for the fields once. Who may not ask has none.
func (j *Jira) customs(ctx context.Context) (*customs, error) {
	j.mu.Lock()
	known := j.custom
	j.mu.Unlock()
	if known != nil {
		return known, nil
	}
	var fields []struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Schema struct {
			Custom string `json:"custom"`
		} `json:"schema"`
	}
	err := j.get(ctx, &fields, "field")
	if err != nil && status(err) != 403 && status(err) != 404 {
		return nil, err
	}
	c := &customs{}
	for _, f := range fields {
		switch {
		case !customPattern().MatchString(f.ID):
		case f.Schema.Custom == "com.pyxis.greenhopper.jira:gh-epic-link":
			c.epicLink = f.ID
		case strings.EqualFold(strings.TrimSpace(f.Name), "Acceptance Criteria"):
			c.criteria = append(c.criteria, f.ID)
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.custom = c
	return c, nil
}

var (
	customPattern   = fm.Pattern(`^customfield_\d{1,12}$`)
	criteriaHeading = fm.Pattern(`(?im)^(?:#{1,6}[ \t]*|\*\*)acceptance criteria\b`)
)

// appended puts what stands in a field of its own behind a text that does not
// tell it already.
func (c *customs) appended(n notation, body string, f *fields) string {
	if criteriaHeading().MatchString(body) {
		return body
	}
	for _, id := range c.criteria {
		var text string
		if json.Unmarshal(f.custom[id], &text) != nil {
			continue // the field of an app, which is no text
		}
		if text = n.markdown(text); text != "" {
			return strings.TrimSpace(body + "\n\n## Acceptance Criteria\n\n" + text)
		}
	}
	return body
}
