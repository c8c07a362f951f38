package github

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

var shortRef = fm.Pattern(`^(?:(.+)#|#)?(\d+)$`)

// ParseRef reads how people name an issue: "123", "#123", "owner/repo#123", or
// the address of an issue or a pull request. The repository is the zero Repo
// where the word names none, and has no host where the word names none; use
// [Repo.Same]. That a number is a pull request's shows when it is read.
func ParseRef(word string) (Repo, fm.IssueID, error) {
	wrong := fmt.Errorf("issue %q: want 123, OWNER/REPO#123 or an address", word)
	if strings.Contains(word, "://") {
		return refOfAddress(word, wrong)
	}
	m := shortRef().FindStringSubmatch(word)
	if m == nil {
		return Repo{}, "", wrong
	}
	if m[1] == "" {
		return ref(Repo{}, m[2], wrong)
	}
	repo, err := ParseRepo(m[1])
	if err != nil {
		return Repo{}, "", wrong
	}
	if strings.Count(m[1], "/") == 1 {
		repo.Host = "" // the project's
	}
	return ref(repo, m[2], wrong)
}

func ref(repo Repo, digits string, wrong error) (Repo, fm.IssueID, error) {
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n < 1 {
		return Repo{}, "", wrong
	}
	return repo, issueID(int(n)), nil
}

// refOfAddress reads https://HOST/OWNER/REPO/issues/123, with whatever follows.
func refOfAddress(address string, wrong error) (Repo, fm.IssueID, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return Repo{}, "", wrong
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 4 || parts[2] != "issues" && parts[2] != "pull" {
		return Repo{}, "", wrong
	}
	repo, ok := newRepo(u.Host, parts[0], parts[1])
	if !ok {
		return Repo{}, "", wrong
	}
	return ref(repo, parts[3], wrong)
}
