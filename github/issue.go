package github

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	gh "github.com/google/go-github/v60/github"

	"github.com/founder-mode/fm"
)

// issue is GitHub's, with what go-github does not know of. What an older
// server does not tell is nil.
type issue struct {
	gh.Issue

	ParentURL    *string       `json:"parent_issue_url"`
	SubIssues    *subIssues    `json:"sub_issues_summary"`
	Dependencies *dependencies `json:"issue_dependencies_summary"`
}

type subIssues struct {
	Total     int `json:"total"`
	Completed int `json:"completed"`
}

type dependencies struct {
	BlockedBy int `json:"blocked_by"` // open ones
	Total     int `json:"total_blocked_by"`
}

// read reads one issue. One that was transferred is gone; a pull request is
// refused.
func (g *GitHub) read(ctx context.Context, n int) (*issue, error) {
	var i issue
	if _, err := g.do(ctx, http.MethodGet, g.path("issues/%d", n), nil, &i); err != nil {
		return nil, g.explain(err)
	}
	if i.IsPullRequest() {
		return nil, fmt.Errorf("it is a pull request: name an issue: %w", fm.ErrRefused)
	}
	if i.GetNumber() == n && g.owns(&i) {
		return &i, nil
	}
	if i.GetNumber() == n { // where the repository was renamed, this is as it should be
		about, err := g.repository(ctx)
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(repoOfURL(i.GetRepositoryURL()), about.GetFullName()) {
			return &i, nil
		}
	}
	return nil, fmt.Errorf("it was transferred to %s#%d: name it there: %w", fm.Line(repoOfURL(i.GetRepositoryURL()), 100), i.GetNumber(), fm.ErrGone)
}

// owns says whether an issue is of this repository.
func (g *GitHub) owns(i *issue) bool {
	return strings.EqualFold(repoOfURL(i.GetRepositoryURL()), g.repo.Full())
}

// repoOfURL gives the end of https://api.github.com/repos/OWNER/NAME.
func repoOfURL(address string) string {
	dir, name := path.Split(address)
	return path.Base(dir) + "/" + name
}

// marker reads fm's marker in an issue that fm made.
func (i *issue) marker() (marker, bool) {
	if !i.labelled(made) {
		return marker{}, false
	}
	return readMarker(i.GetBody())
}

func (i *issue) labelled(name string) bool {
	return slices.ContainsFunc(i.Labels, func(l *gh.Label) bool { return strings.EqualFold(l.GetName(), name) })
}

// issue gives what the issue itself says, in words of package fm.
func (g *GitHub) issue(i *issue) fm.Issue {
	found := fm.Issue{
		ID:     issueID(i.GetNumber()),
		Title:  fm.Line(i.GetTitle(), 0),
		Body:   fm.Plain(i.GetBody()),
		Closed: i.GetState() == "closed",
		URL:    fm.Line(i.GetHTMLURL(), 0),
	}
	for _, l := range i.Labels {
		found.Labels = append(found.Labels, fm.Line(l.GetName(), 100))
	}
	found.Priority = priorityOf(found.Labels)
	if m, ok := i.marker(); ok && strings.EqualFold(m.repo, g.repo.Full()) {
		found.Parent, found.DependsOn = issueID(m.parent), issueIDs(m.deps)
	}
	if n, ok := g.parentOf(i); ok {
		found.Parent = issueID(n)
	}
	return found
}

// parentOf reads the address of the parent, .../repos/OWNER/NAME/issues/12. One
// in another repository is no issue of ours.
func (g *GitHub) parentOf(i *issue) (int, bool) {
	if i.ParentURL == nil {
		return 0, false
	}
	rest, digits := path.Split(*i.ParentURL)
	repo, ok := strings.CutSuffix(rest, "/issues/")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && strings.EqualFold(repoOfURL(repo), g.repo.Full())
}

// blockers adds the open issues that block an issue. What GitHub says counts;
// where its API has no dependencies, the marker that fm left does. Blockers in
// other repositories have no id here, and are named as being elsewhere.
func (g *GitHub) blockers(ctx context.Context, i *issue, found *fm.Issue) error {
	if g.lacks(dependenciesAPI) {
		return nil
	}
	if i.Dependencies != nil && i.Dependencies.BlockedBy == 0 {
		found.DependsOn = nil
		return nil
	}
	list, err := all[*issue](ctx, g, g.path("issues/%d/dependencies/blocked_by", i.GetNumber()))
	if status(err) == http.StatusNotFound { // the issue itself is there
		g.lack(dependenciesAPI)
		return nil
	}
	if err != nil {
		return fmt.Errorf("read what blocks it: %w", g.explain(err))
	}
	found.DependsOn = nil
	for _, b := range list {
		switch {
		case b.GetState() == "closed":
		case g.owns(b):
			found.DependsOn = append(found.DependsOn, issueID(b.GetNumber()))
		default:
			found.Elsewhere = append(found.Elsewhere, b.fullName())
		}
	}
	return nil
}

// foreign adds the open sub-issues that are in other repositories.
func (g *GitHub) foreign(ctx context.Context, i *issue, found *fm.Issue) error {
	if i.SubIssues == nil || i.SubIssues.Total == i.SubIssues.Completed {
		return nil
	}
	f := &family{parent: i, known: map[int]*issue{}}
	if err := g.native(ctx, f); err != nil {
		return fmt.Errorf("read its subissues: %w", err)
	}
	for _, name := range f.foreign {
		if !slices.Contains(found.Elsewhere, name) {
			found.Elsewhere = append(found.Elsewhere, name)
		}
	}
	return nil
}

// fullName is what people call an issue of another repository.
func (i *issue) fullName() string {
	return fmt.Sprintf("%s#%d", fm.Line(repoOfURL(i.GetRepositoryURL()), 150), i.GetNumber())
}

// The parts of the API that a server may not have.
const (
	dependenciesAPI = "dependencies"
	subIssuesAPI    = "sub-issues"
)

func (g *GitHub) lacks(api string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.lacking[api]
}

func (g *GitHub) lack(api string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lacking[api] = true
}
