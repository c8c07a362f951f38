package github

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/founder-mode/fm"
)

// Whatever an issue says, its words can be shown, and whom it names are issues of
// this repository.
func FuzzIssue(f *testing.F) {
	f.Add([]byte(`{"number":12,"title":"a\u001b[2J\nb","body":"x\u202e\u0000","state":"closed","html_url":"https://github.com/a/b/issues/12\u001b","labels":[{"name":"priority: high\u0007"},null],"parent_issue_url":"https://api.github.com/repos/acme/widget/issues/9"}`))
	f.Add([]byte(`{"number":-1,"parent_issue_url":"https://api.github.com/repos/acme/widget/issues/../../x","labels":null}`))
	f.Add([]byte(`{"number":1,"body":"<!-- fm:v1 acme/widget#3 key=a deps=0,-1,99999999999999999999 -->"}`))
	f.Add([]byte(`{"title":7}`))
	g := &GitHub{repo: Repo{Host: "github.com", Owner: "acme", Name: "widget"}}
	f.Fuzz(func(t *testing.T, text []byte) {
		var i issue
		if json.Unmarshal(text, &i) != nil {
			return
		}
		found := g.issue(&i)
		for _, word := range append(found.Labels, found.Title, found.URL) {
			if strings.ContainsAny(word, "\n\r") {
				t.Errorf("%q is no line", word)
			}
		}
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
	})
}
