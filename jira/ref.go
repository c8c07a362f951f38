package jira

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/founder-mode/fm"
)

var (
	projectPattern = fm.Pattern(`^[A-Za-z][A-Za-z0-9_]{1,40}$`)
	keyPattern     = fm.Pattern(`^[A-Z][A-Z0-9_]{1,40}-[1-9][0-9]{0,17}$`)
	digits         = fm.Pattern(`^[1-9][0-9]{0,17}$`)
)

// ParseRef reads how people name an issue: PROJ-123 in any case, the address of
// an issue of this site, and 123 where the settings name the project. The error
// says what is wanted.
func (j *Jira) ParseRef(word string) (fm.IssueID, error) {
	key := strings.TrimPrefix(word, "#")
	if strings.Contains(word, "://") {
		found, err := j.keyOfAddress(word)
		if err != nil {
			return "", err
		}
		key = found
	}
	if project := j.o.Config.Project; project != "" && digits().MatchString(key) {
		key = project + "-" + key
	}
	id, err := keyOf(fm.IssueID(key))
	if err != nil {
		return "", fmt.Errorf("issue %q: want %s", fm.Line(word, 100), j.forms())
	}
	return fm.IssueID(id), nil
}

// forms are the ways to name an issue.
func (j *Jira) forms() string {
	if project := strings.ToUpper(j.o.Config.Project); project != "" {
		return fmt.Sprintf("%s-123, 123 or %s/browse/%s-123", project, j.Site(), project)
	}
	return fmt.Sprintf("PROJ-123 or %s/browse/PROJ-123 (123 alone where jira.project is set)", j.Site())
}

// keyOfAddress reads SITE/browse/PROJ-123, with whatever follows.
func (j *Jira) keyOfAddress(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("issue %q: want %s", fm.Line(address, 150), j.forms())
	}
	if !strings.EqualFold(u.Host, j.site.Host) {
		return "", fmt.Errorf("issue %q: it is not on %s: set jira.url to its site", fm.Line(address, 150), j.Site())
	}
	rest, found := strings.CutPrefix(u.Path, j.site.Path+"/browse/")
	if !found {
		return "", fmt.Errorf("issue %q: want %s", fm.Line(address, 150), j.forms())
	}
	key, _, _ := strings.Cut(rest, "/")
	return key, nil
}

// keyOf reads an id as the key of an issue; [fm.ErrGone] for what cannot be one.
func keyOf(id fm.IssueID) (string, error) {
	key := strings.ToUpper(string(id))
	if !keyPattern().MatchString(key) || len(key) > fm.MaxID {
		return "", fmt.Errorf("issue %q: issues in Jira have keys such as PROJ-123: %w", fm.Line(string(id), 100), fm.ErrGone)
	}
	return key, nil
}

func keysOf(ids []fm.IssueID) ([]string, error) {
	var keys []string
	for _, id := range ids {
		key, err := keyOf(id)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func projectOf(key string) string {
	project, _, _ := strings.Cut(key, "-")
	return project
}
