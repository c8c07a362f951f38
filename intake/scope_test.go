package intake

import (
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

const (
	loginBody = `After signing in, users land on the dashboard, and not on the page that they came from.

Steps to reproduce:
1. Open /settings while signed out
2. Sign in

Expected: /settings. Actual: /dashboard. The parameter next is dropped in ` + "`src/auth/login.ts`" + `.
`
	darkBody = `Many of our users work at night and have asked for a dark theme. It should follow the system's setting by default, and there should be a switch in the settings, which is remembered per user.

All colours are written into the components now, so that they have to become variables first (src/styles/colors.css, src/components/).

- [ ] Colours are CSS variables
- [ ] A switch in the settings
- [ ] The choice is kept
- [x] Designs are there (see Figma)
`
	timeoutBody = "Requests to `/api/export` time out after 30 s for large accounts.\n\n" +
		"```\n" + `Error: timeout of 30000ms exceeded
    at createError (node_modules/axios/lib/core/createError.js:16:15)
    at RequestHttp.handleRequestTimeout (src/api/client.ts:303:16)
    at Timeout._onTimeout (node:internal/timers:559:17)
` + "```\n" + "Seen since v1.2.\n"
)

// TestScopeOfTheSeed has the three issues that the seed's table shows.
func TestScopeOfTheSeed(t *testing.T) {
	for _, c := range []struct {
		issue       fm.Issue
		paths       []string
		kind, scope string
	}{
		{fm.Issue{Title: "Fix login redirect", Body: loginBody}, []string{"src/auth/login.ts"}, "bug", "small"},
		{fm.Issue{Title: "Add dark mode", Body: darkBody}, []string{"src/components/", "src/styles/colors.css"}, "feature", "medium"},
		{fm.Issue{Title: "API timeout", Body: timeoutBody}, []string{"src/api/client.ts"}, "bug", "small"},
	} {
		if kind, scope := Kind(c.issue), Scope(c.issue, c.paths); kind != c.kind || scope != c.scope {
			t.Errorf("%s: got %s, %s; want %s, %s", c.issue.Title, kind, scope, c.kind, c.scope)
		}
	}
}

// TestScopeGoesByLabelsAndThenByPoints stands on both sides of every limit.
// Caught: a stack trace and the comments of a form that made an issue large; a
// priority that was read as a size; "easy" read as E-sy.
func TestScopeGoesByLabelsAndThenByPoints(t *testing.T) {
	text := func(n int) string { return strings.Repeat("word ", n/5) }
	boxes := func(n int) string { return strings.Repeat("- [ ] x\n", n) }
	paths := func(n int) []string { return make([]string, n) }
	for _, c := range []struct {
		name   string
		title  string
		labels []string
		body   string
		paths  []string
		want   string
	}{
		{name: "nothing", want: "small"},
		{name: "one point for text", body: text(1195), want: "small"},
		{name: "two points for text", body: text(1205), want: "medium"},
		{name: "three points for text", body: text(9000), want: "medium"},
		{name: "text and boxes", body: text(400) + "\n" + boxes(3), want: "medium"},
		{name: "a feature of a few words", title: "Add dark mode", body: "Please.", want: "small"},
		{name: "a feature of three files", title: "Add dark mode", paths: paths(3), want: "medium"},
		{name: "two files", paths: paths(2), want: "small"},
		{name: "six files", paths: paths(6), want: "medium"},
		{name: "twelve files and six boxes", paths: paths(12), body: boxes(6), want: "large"},
		{name: "five boxes", body: boxes(5), want: "small"},
		{name: "four points", paths: paths(6), body: boxes(6), want: "medium"},
		{name: "numbered boxes", body: strings.Repeat("1. [x] y\n", 6), want: "medium"},
		{name: "a long log", body: "It crashes.\n```\n" + text(9000) + "\n```\n", want: "small"},
		{name: "a log without end", body: "It crashes.\n~~~\n" + text(9000), want: "small"},
		{name: "an empty form", body: "<!--\n" + text(9000) + "\n-->\n### What\n", want: "small"},
		{name: "much white space", body: "It crashes." + strings.Repeat("\r\n ", 3000), want: "small"},

		{name: "size/XS", labels: []string{"size/XS"}, body: text(9000) + boxes(20), want: "small"},
		{name: "size/L", labels: []string{"size/L"}, want: "large"},
		{name: "size: medium", labels: []string{"Size: Medium"}, want: "medium"},
		{name: "effort: high", labels: []string{"effort: high"}, want: "large"},
		{name: "E-easy", labels: []string{"E-easy"}, body: text(9000) + boxes(20), want: "small"},
		{name: "extra large", labels: []string{"extra large"}, want: "large"},
		{name: "XL", labels: []string{"XL"}, want: "large"},
		{name: "points", labels: []string{"story points: 2"}, body: text(9000) + boxes(20), want: "small"},
		{name: "more points", labels: []string{"SP: 5"}, want: "medium"},
		{name: "most points", labels: []string{"8 points"}, want: "large"},
		{name: "epic", labels: []string{"type: Epic"}, want: "large"},
		{name: "good first issue", labels: []string{"good first issue"}, body: text(9000) + boxes(20), want: "small"},
		{name: "good first issue of some size", labels: []string{"good-first-issue", "size/M"}, want: "medium"},
		{name: "two sizes", labels: []string{"size/S", "size/L"}, want: "large"},
		{name: "no sizes", labels: []string{"priority: high", "high", "medium", "p: 8", "v1.2", "scope: frontend", "low"}, want: "small"},
	} {
		if got := Scope(fm.Issue{Title: c.title, Body: c.body, Labels: c.labels}, c.paths); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
