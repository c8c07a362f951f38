package github

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/founder-mode/fm"
)

// Repo names a repository. The zero Repo is none.
type Repo struct {
	Host  string // github.com, octo.ghe.com, github.example.com
	Owner string
	Name  string
}

// dotcom is the host of whoever names none.
const dotcom = "github.com"

var (
	hostPattern  = fm.Pattern(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$`)
	ownerPattern = fm.Pattern(`^[A-Za-z0-9_](-?[A-Za-z0-9_])*-?$`)
	namePattern  = fm.Pattern(`^[A-Za-z0-9._-]{1,100}$`)
)

// ParseRepo accepts "owner/name" and "host/owner/name", as GH_REPO does, and
// an address.
func ParseRepo(text string) (Repo, error) {
	if strings.Contains(text, "://") || strings.Contains(text, "@") {
		if r, ok := RepoOfRemote(text); ok {
			return r, nil
		}
	}
	parts := strings.Split(text, "/")
	if len(parts) == 2 {
		parts = append([]string{dotcom}, parts...)
	}
	if len(parts) == 3 {
		if r, ok := newRepo(parts[0], parts[1], parts[2]); ok {
			return r, nil
		}
	}
	return Repo{}, fmt.Errorf("repository %q: want OWNER/NAME or HOST/OWNER/NAME", text)
}

// RepoOfRemote reads the URL of a git remote: https and ssh addresses and the
// short form of scp, with and without ".git". What it names may be on any
// host: whether that is GitHub's is for the caller to know.
func RepoOfRemote(remote string) (Repo, bool) {
	remote = strings.TrimSpace(remote)
	if !strings.Contains(remote, "://") { // [user@]host:owner/name
		host, path, ok := strings.Cut(remote, ":")
		if !ok || strings.Contains(host, "/") {
			return Repo{}, false
		}
		_, host, _ = cutUser(host)
		return repoAt(host, path)
	}
	u, err := url.Parse(remote)
	if err != nil {
		return Repo{}, false
	}
	switch u.Scheme {
	case "https", "http":
		return repoAt(u.Host, u.Path)
	case "ssh", "git", "git+ssh":
		return repoAt(u.Hostname(), u.Path) // the port is ssh's, not the API's
	}
	return Repo{}, false
}

func cutUser(host string) (user, rest string, found bool) {
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		return host[:i], host[i+1:], true
	}
	return "", host, false
}

func repoAt(host, path string) (Repo, bool) {
	owner, name, ok := strings.Cut(strings.Trim(path, "/"), "/")
	if !ok {
		return Repo{}, false
	}
	return newRepo(host, owner, strings.TrimSuffix(name, ".git"))
}

func newRepo(host, owner, name string) (Repo, bool) {
	host = strings.ToLower(host)
	switch {
	case host == "www."+dotcom, host == "ssh."+dotcom: // ssh over port 443
		host = dotcom
	case strings.HasPrefix(host, "ssh.") && strings.HasSuffix(host, ".ghe.com"):
		host = strings.TrimPrefix(host, "ssh.")
	}
	if !hostPattern().MatchString(host) || !ownerPattern().MatchString(owner) ||
		!namePattern().MatchString(name) || name == "." || name == ".." {
		return Repo{}, false
	}
	return Repo{Host: host, Owner: owner, Name: name}, true
}

// API gives the base address of the REST API, with a slash at its end.
// https://docs.github.com/en/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api
func (r Repo) API() string {
	switch {
	case r.Host == dotcom || r.Host == "":
		return "https://api.github.com/"
	case strings.HasSuffix(r.Host, ".ghe.com"):
		return "https://api." + r.Host + "/"
	}
	return "https://" + r.Host + "/api/v3/"
}

// Full gives "owner/name", which GitHub's texts use.
func (r Repo) Full() string { return r.Owner + "/" + r.Name }

// String gives what [ParseRepo] reads: without the host where that is
// github.com.
func (r Repo) String() string {
	switch {
	case r == Repo{}:
		return ""
	case r.Host == "" || r.Host == dotcom:
		return r.Full()
	}
	return r.Host + "/" + r.Full()
}

// Same says whether two names are of one repository. Names on GitHub ignore
// case; no host is any host.
func (r Repo) Same(other Repo) bool {
	return strings.EqualFold(r.Full(), other.Full()) &&
		(r.Host == "" || other.Host == "" || strings.EqualFold(r.Host, other.Host))
}
