package jira

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/founder-mode/fm"
)

// Whatever an issue says, its words can be shown, and whom it names have keys.
func FuzzIssue(f *testing.F) {
	f.Add([]byte(`{"id":"1","key":"PROJ-1","fields":{"summary":"a\u001b[2J\nb","description":"h1. x\u202e {code}","labels":["x\u0007"],"issuetype":{"name":"Task\u009b"},"parent":{"key":"../x"},"created":"2026-11-20T12:00:00.000+0000"}}`))
	f.Add([]byte(`{"key":"PROJ-2","fields":{"issuelinks":[{"type":{"inward":"is blocked by"},"inwardIssue":{"key":"PROJ-0"}}],"priority":{"name":"High"}}}`))
	f.Add([]byte(`{"key":"PROJ-2","fields":{"created":7,"customfield_1":{"a":[]}}}`))
	f.Add([]byte(`{"fields":[]}`))
	j, err := Open(Options{URL: "https://example.atlassian.net", Email: "e@example.com", Token: "hidden-token"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if said := j.words(text); fm.Plain(said) != said || strings.Contains(said, "\n") || strings.Contains(said, "hidden-token") {
			t.Errorf("said %q", said)
		}
		var i issue
		if json.Unmarshal(text, &i) != nil || !keyPattern().MatchString(i.Key) {
			return
		}
		found := j.issue(&i, &customs{criteria: []string{"customfield_1"}})
		for _, word := range append(found.Labels, found.Title, found.Body, found.URL) {
			if fm.Plain(word) != word || !utf8.ValidString(word) {
				t.Errorf("%q cannot be shown", word)
			}
		}
		for _, id := range append(found.DependsOn, found.Parent) {
			if _, err := fm.ParseIssueID(string(id)); id != "" && err != nil {
				t.Errorf("names %q: %v", id, err)
			}
		}
		_ = markerOf(&i)
	})
}

// An address is one spelling of a site, without a password, or refused without
// one.
func FuzzParseSite(f *testing.F) {
	for _, address := range []string{
		"https://example.atlassian.net/browse/PROJ-1", "http://jira.example.com/jira/secure/x?y#z", "https://u:hidden-pw@example.com", "https://u:hidden-pw@ex ample", "//x", "javascript:x",
	} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		site, err := ParseSite(address)
		if err != nil {
			if strings.Contains(address, ":hidden-pw@") && strings.Count(address, "hidden-pw") == 1 && strings.Contains(err.Error(), "hidden-pw") {
				t.Errorf("said %v", err)
			}
			return
		}
		again, err := ParseSite(site)
		if err != nil || again != site || strings.ContainsAny(site, "\n\x1b") || !strings.HasPrefix(site, "http") {
			t.Errorf("%q is %q, and that is %q: %v", address, site, again, err)
		}
	})
}

// What people call an issue is a key, or refused in one line.
func FuzzParseRef(f *testing.F) {
	for _, word := range []string{"PROJ-1", "proj-12", "#7", "https://example.atlassian.net/browse/PROJ-3?x", "https://evil.example/browse/PROJ-3", "PROJ-0", "../x", "\x1b[31m-1"} {
		f.Add(word)
	}
	j, err := Open(Options{URL: "https://example.atlassian.net", Email: "e@example.com", Token: "t", Config: fm.JiraConfig{Project: "PROJ"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, word string) {
		id, err := j.ParseRef(word)
		if err == nil && !keyPattern().MatchString(string(id)) {
			t.Errorf("%q is %q", word, id)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("said %q", err)
		}
	})
}
