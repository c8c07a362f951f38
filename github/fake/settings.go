package fake

import (
	"net/http"
	"strings"
)

// Settings are those of the repository and of the token.
type Settings struct {
	Archived       bool
	IssuesDisabled bool
	Fork           bool
	ReadOnly       bool // the token may not push
	AutoMerge      bool // is allowed
	Squash         bool // so is this way to merge
	MergeCommit    bool
	Rebase         bool
	DeleteBranch   bool // of a merged pull request

	Required  []string // checks that the default branch requires, by name
	Approvals int      // reviews that it requires
	Queue     bool     // it has a merge queue; [Server.MergePull] is its turn
	Strangers []string // who cannot be asked for a review

	NoSubIssues    bool // an older Enterprise server
	NoDependencies bool // so too
	NoGraphQL      bool // it is refused
	ChecksHidden   bool // a fine-grained token, which may not read checks
	// Told has GitHub tell the scopes of the token, as it does of a classic one,
	// and Expires when it does.
	Told    bool
	Scopes  []string
	Expires string
	// Denied are operations that the token has no right to, such as
	// "POST issues"; see [Request].
	Denied []string
}

func defaultSettings() Settings {
	return Settings{AutoMerge: true, Squash: true, MergeCommit: true, Rebase: true}
}

// header is what every answer says of the token.
func (s Settings) header() http.Header {
	h := http.Header{}
	if s.Told {
		h["X-Oauth-Scopes"] = []string{strings.Join(s.Scopes, ", ")}
	}
	if s.Expires != "" {
		h["Github-Authentication-Token-Expiration"] = []string{s.Expires}
	}
	return h
}

// Configure alters the settings.
func (s *Server) Configure(alter func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alter(&s.world.settings)
	s.world.settle()
}

// Archive makes the repository read-only.
func (s *Server) Archive() { s.Configure(func(o *Settings) { o.Archived = true }) }

// DisableSubIssues takes the operations of sub-issues away, as in an Enterprise
// server that does not have them.
func (s *Server) DisableSubIssues() { s.Configure(func(o *Settings) { o.NoSubIssues = true }) }

// DisableGraphQL has every GraphQL request refused.
func (s *Server) DisableGraphQL() { s.Configure(func(o *Settings) { o.NoGraphQL = true }) }

// Deny takes the right to operations from the token, such as
// "POST issues/{issue_number}/sub_issues".
func (s *Server) Deny(operations ...string) {
	s.Configure(func(o *Settings) { o.Denied = append(o.Denied, operations...) })
}
