// Package jira keeps issues in a Jira, Cloud or Data Center: each write is done
// once, whatever the network does, and what comes in and goes out as text is
// Markdown to the rest of fm.
//
// It speaks version 2 of Jira's REST API, which both kinds have, and whose texts
// are wiki markup. It never follows a redirect, keeps no cookie, shows the token
// to nobody but the site (and, for a Cloud site whose token wants it, Atlassian's
// gateway), and never changes a status but by a transition that the settings
// name. Code and pull requests are not its business.
//
// Start reading at [Open]; the port is [Tracker].
package jira

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/founder-mode/fm"
)

// Options say which Jira it is, and who asks.
type Options struct {
	// URL is the address of the site, with its context path if it has one.
	URL string
	// Email goes with an API token of the Cloud, or is the user name that goes
	// with a password of a Data Center. Without it the token is a personal access
	// token.
	Email string
	Token string
	// Config has its defaults filled in ([fm.Config.WithDefaults]).
	Config fm.JiraConfig
	// Base sends; nil is a transport of its own.
	Base http.RoundTripper
	// Patience is how long one call waits in all where Jira asks it to come
	// later. Longer waits are an error at once, which says until when.
	Patience time.Duration
	// Patient has errors be transient where somebody may mend the token, or the
	// site, while fm goes on: it is not taken, or a page answers in Jira's place.
	Patient bool
	// Waiting, if not nil, is called before a wait that a person would notice, by
	// the goroutine that waits.
	Waiting func(until time.Time, why string)
}

// Jira is one site, and one account there. Its methods may be called
// concurrently.
type Jira struct {
	o      Options
	site   *url.URL
	token  secret
	client *http.Client
	turns  turns
	texts  notation

	mu      sync.Mutex // guards what follows: what the site said
	gateway gateway
	about   *about
	me      *person
	custom  *customs
	blocks  *linkType
	metas   map[string]*meta  // by project
	marks   map[string]marker // of subtasks, by their ids
	remarks []string
}

// Open checks the options. It asks nothing of the network: see [Jira.Check].
func Open(o Options) (*Jira, error) {
	site, err := siteOf(o.URL)
	if err != nil {
		return nil, fmt.Errorf("jira: %w", err)
	}
	if o.Token == "" {
		return nil, errors.New("jira: no token: set JIRA_API_TOKEN, and JIRA_EMAIL for a token of the Cloud")
	}
	if strings.ContainsAny(o.Email+o.Token, "\r\n\x00") {
		return nil, errors.New("jira: JIRA_EMAIL and JIRA_API_TOKEN are one line each")
	}
	if o.Config.Project != "" && !projectPattern().MatchString(o.Config.Project) {
		return nil, fmt.Errorf("jira.project %q: want the key of a project, such as PROJ", o.Config.Project)
	}
	j := &Jira{
		o: o, site: site, token: secret(o.Token), client: clientOver(o.Base), texts: wikiMarkup(),
		metas: map[string]*meta{}, marks: map[string]marker{},
	}
	j.o.Token = "" // it has its own place
	return j, nil
}

// ParseSite gives the one spelling of a site's address, from any that people
// have for it. The error never repeats a password in it.
func ParseSite(address string) (string, error) {
	u, err := siteOf(address)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// siteOf reads the address of a site, and takes off what a browser may have
// added to it.
func siteOf(address string) (*url.URL, error) {
	if address == "" {
		return nil, errors.New("no address: set JIRA_URL or jira.url, such as https://example.atlassian.net")
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, fmt.Errorf("address %q: want one such as https://example.atlassian.net", withoutUser(address))
	}
	if u.User != nil {
		return nil, fmt.Errorf("address of %s: it must not name a user: set JIRA_EMAIL and JIRA_API_TOKEN", u.Host)
	}
	path := strings.TrimRight(u.Path, "/")
	for _, page := range []string{"/browse/", "/secure/", "/projects/", "/jira/software", "/jira/your-work", "/rest/"} {
		if i := strings.Index(path+"/", page); i >= 0 {
			path = path[:i]
		}
	}
	clean := &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: path}
	if inCloud(clean) {
		if u.Scheme != "https" {
			return nil, fmt.Errorf("address %q: want https://", address)
		}
		clean.Path = ""
	}
	return clean, nil
}

// withoutUser hides what stands before the host: it may be a password.
func withoutUser(address string) string {
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		return "…" + address[i:]
	}
	return address
}

// inCloud says that an address is one of Atlassian's own.
func inCloud(u *url.URL) bool {
	return strings.HasSuffix(u.Hostname(), ".atlassian.net") || strings.HasSuffix(u.Hostname(), ".jira.com")
}

// Site is the address of the Jira, without a slash at its end.
func (j *Jira) Site() string { return j.site.String() }

// Tracker returns the issues of the Jira.
func (j *Jira) Tracker() *Tracker { return &Tracker{j} }

// mostRemarks bounds what one process has to say.
const mostRemarks = 20

// Remarks lists what Jira does not have or refused that nothing fails for: one
// line each, each once, as they were met by this process. It asks nothing of the
// network.
func (j *Jira) Remarks() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.remarks)
}

func (j *Jira) remark(format string, args ...any) {
	line := fm.Line(fmt.Sprintf(format, args...), 300)
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.remarks) < mostRemarks && !slices.Contains(j.remarks, line) {
		j.remarks = append(j.remarks, line)
	}
}

// secret is a token that does not show itself.
type secret string

// String hides it.
func (secret) String() string { return "hidden" }

// GoString hides it.
func (secret) GoString() string { return "hidden" }

// LogValue hides it.
func (secret) LogValue() slog.Value { return slog.StringValue("hidden") }

// authorization is the header that shows the token to the site.
func (j *Jira) authorization() string {
	if j.o.Email == "" {
		return "Bearer " + string(j.token)
	}
	return "Basic " + j.basic()
}

func (j *Jira) basic() string {
	return base64.StdEncoding.EncodeToString([]byte(j.o.Email + ":" + string(j.token)))
}

// blank takes the token out of a text that came from the site.
func (j *Jira) blank(text string) string {
	return strings.NewReplacer(string(j.token), "…", j.basic(), "…").Replace(text)
}
