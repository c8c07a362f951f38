package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github"
)

// checkToken says whose token it is and what is known of its rights. Where the
// issues cannot be reached at all, the check of these says why.
func (v *visit) checkToken(ctx context.Context) []finding {
	p, err := v.whereabouts(ctx)
	if err != nil {
		return unknown("not known", err)
	}
	var all []finding
	if p.source == jiraSource {
		all = append(all, v.jiraToken(ctx)...)
	}
	if p.repo != "" {
		all = append(all, v.hubToken(ctx, p)...)
	}
	if len(all) == 0 {
		all = []finding{{level: aside, found: "none is needed: issues and pull requests are files"}}
	}
	return all
}

// jiraToken tells whose it is. What the account may do in the project is asked
// with the issues.
func (v *visit) jiraToken(ctx context.Context) []finding {
	o, err := v.office(ctx)
	if err != nil {
		return unknown("not known", err)
	}
	who, err := o.who(ctx)
	if err != nil {
		return unknown("not known", err)
	}
	return well("in Jira, of %s", who)
}

func (v *visit) hubToken(ctx context.Context, p place) []finding {
	repo, hub, k, err := v.hub(p.repo)
	if err != nil {
		return unknown("not known", err)
	}
	got, err := k.take(time.Now())
	if err != nil {
		return unknown("not known", err)
	}
	grant, err := hub.Grant(ctx)
	if err != nil {
		return unknown("not known", err)
	}
	return v.granted(repo, got, grant)
}

// soonEnds is how long before its end a token is spoken of.
const soonEnds = 7 * 24 * time.Hour

// granted says what a token lacks, or may lack.
func (v *visit) granted(repo github.Repo, got key, t github.Grant) []finding {
	var all []finding
	add := func(l level, format string, args ...any) {
		all = append(all, finding{level: l, found: fmt.Sprintf(format, args...), fix: anew(repo.Host, got)})
	}
	whose := kindOf(got.token, t)
	if t.Login != "" {
		whose += " of " + t.Login
	}
	for _, what := range t.Lacking {
		add(wrong, "%s lacks %s for %s", whose, what, repo)
	}
	if workflows, _ := filepath.Glob(filepath.Join(v.project.Root, ".github", "workflows", "*")); len(workflows) > 0 && !t.Workflow() {
		add(warning, "%s lacks the scope workflow: a branch in which an agent changed .github/workflows cannot be pushed", whose)
	}
	if left := t.Expires.Sub(v.now()); !t.Expires.IsZero() && left < soonEnds {
		add(warning, "%s ends on %s, in %s", whose, t.Expires.Local().Format("2006-01-02 15:04"), fm.Span(max(left, 0)))
	}
	if len(all) == 0 {
		return well("%s%s", whose, rights(t))
	}
	return all
}

// rights words what is known of a token that lacks nothing.
func rights(t github.Grant) string {
	text := ""
	if t.Told {
		text = ", scopes " + strings.Join(t.Scopes, ", ")
	} else if len(t.Doubtful) > 0 {
		text = "; whether it may write " + strings.Join(t.Doubtful, ", ") + " GitHub does not tell before the first write"
	}
	if !t.Expires.IsZero() {
		text += "; ends on " + t.Expires.Local().Format("2006-01-02")
	}
	return text
}

// kindOf goes by what GitHub tells, and by the prefix, which is no secret.
// https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
func kindOf(token secret, t github.Grant) string {
	switch text := string(token); {
	case strings.HasPrefix(text, "github_pat_"):
		return "a fine-grained token"
	case strings.HasPrefix(text, "gho_"):
		return "a token of gh auth login"
	case strings.HasPrefix(text, "ghs_"), strings.HasPrefix(text, "ghu_"):
		return "a token of an app"
	case t.Told:
		return "a classic token"
	}
	return "a token"
}

// anew is the command that gets a token with all rights. One in the environment
// goes before gh's.
func anew(host string, got key) string {
	const scopes = "repo,workflow"
	switch got.source {
	case fromGh:
		return "gh auth refresh --hostname " + host + " --scopes " + scopes
	case "GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN":
		return "unset " + got.source + " && gh auth login --hostname " + host + " --scopes " + scopes
	}
	return "gh auth login --hostname " + host + " --scopes " + scopes
}
