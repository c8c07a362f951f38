package jira

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/founder-mode/fm"
)

// Check says whether fm can work here: there is a Jira at the address that takes
// the token, with the project of the settings, in which the account may do what
// fm fix does. The error says what to do, and wraps [fm.ErrGone] or
// [fm.ErrRefused] unless it is transient. Which transitions there are shows only
// at an issue.
func (j *Jira) Check(ctx context.Context) error {
	if _, err := j.described(ctx); err != nil {
		return fmt.Errorf("ask Jira: %w", err)
	}
	if _, err := j.myself(ctx); err != nil {
		return fmt.Errorf("log in to Jira: %w", err)
	}
	project := strings.ToUpper(j.o.Config.Project)
	if project == "" {
		return nil
	}
	var about struct {
		Key string `json:"key"`
	}
	err := j.get(ctx, &about, "project/%", project)
	switch {
	case status(err) == 404:
		return fmt.Errorf("project %s: not there, or %s may not see it: check jira.project: %w", project, j.account(), fm.ErrGone)
	case err != nil:
		return fmt.Errorf("project %s: %w", project, err)
	case keyPattern().MatchString(about.Key+"-1") && about.Key != project:
		return fmt.Errorf("project %s is %s now: set jira.project to that: %w", project, about.Key, fm.ErrRefused)
	}
	return j.permitted(ctx, project, j.needs())
}

// CheckSubtasks says whether fm can make subtasks in the project of the settings,
// as fm work does. Without a project it says nothing.
func (j *Jira) CheckSubtasks(ctx context.Context) error {
	project := strings.ToUpper(j.o.Config.Project)
	if project == "" {
		return nil
	}
	if err := j.permitted(ctx, project, []string{"CREATE_ISSUES"}); err != nil {
		return err
	}
	_, err := j.metaOf(ctx, &issue{Key: project + "-1"})
	return err
}

// needs are the permissions without which fm cannot do what the settings say.
func (j *Jira) needs() []string {
	needed := []string{"BROWSE_PROJECTS", "ADD_COMMENTS"}
	if j.o.Config.Done != none || j.o.Config.InProgress != none {
		needed = append(needed, "TRANSITION_ISSUES")
	}
	return needed
}

// permitted refuses a project in which the account lacks a permission. A Jira
// that does not tell is taken for one that permits all.
func (j *Jira) permitted(ctx context.Context, project string, needed []string) error {
	var mine struct {
		Permissions map[string]struct {
			Name string `json:"name"`
			Have bool   `json:"havePermission"`
		} `json:"permissions"`
	}
	what, err := j.described(ctx)
	if err != nil {
		return err
	}
	ask := url.Values{"projectKey": {project}}
	if what.cloud() { // a Data Center tells all
		ask.Set("permissions", strings.Join(needed, ","))
	}
	if err := j.get(ctx, &mine, "mypermissions?"+ask.Encode()); err != nil {
		if classified(err) {
			return nil
		}
		return fmt.Errorf("project %s: %w", project, err)
	}
	var missing []string
	for _, key := range needed {
		if p, told := mine.Permissions[key]; told && !p.Have {
			missing = append(missing, fmt.Sprintf("%q", fm.Line(p.Name, 60)))
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s lacks permissions in project %s: ask its administrator for %s: %w", j.account(), project, strings.Join(missing, ", "), fm.ErrRefused)
	}
	return nil
}
