package main

import (
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/founder-mode/fm/jira/fake"
)

// jiraStage is the Jira of one script.
type jiraStage struct{ server *fake.Server }

type jiraKey struct{}

// jiraSite is what a script says and sees of a Jira, which runs in the test.
//
//	jira start [server]             run one of the Cloud, or a Data Center
//	jira issue SUMMARY [KEY=VALUE…] a person writes an issue (type, label, parent, text, status, blocked-by)
//	jira put KEY STATUS             a person puts an issue into a status
//	jira show KEY                   print an issue
//	jira list                       print all of them, a line each
//	jira down | up                  cut the network, mend it
//	jira fits                       hold that all requests were such as Atlassian describes
func jiraSite(ts *testscript.TestScript, neg bool, args []string) {
	j, ok := ts.Value(jiraKey{}).(*jiraStage)
	if !ok || neg || len(args) == 0 {
		ts.Fatalf("usage: jira VERB…")
	}
	words := args[1:]
	switch args[0] {
	case "start":
		j.start(ts, words)
	case "issue":
		j.issue(ts, words)
	case "put":
		j.server.Put(words[0], words[1])
	case "show":
		j.show(ts, words[0])
	case "list":
		for _, i := range j.server.Issues() {
			fmt.Fprintf(ts.Stdout(), "%s %s [%s] %s\n", i.Key, i.Status, strings.Join(i.Labels, ", "), i.Summary)
		}
	case "down":
		j.server.Fault(func(fake.Request) fake.Verdict { return fake.Verdict{Act: fake.Cut} })
	case "up":
		j.server.Fault(nil)
	case "fits":
		for _, v := range j.server.Violations() {
			ts.Fatalf("Jira would not have taken that: %s", v)
		}
	default:
		ts.Fatalf("jira: no verb %q", args[0])
	}
}

func (j *jiraStage) start(ts *testscript.TestScript, words []string) {
	o := fake.Options{}
	if dir, err := fake.Files(); err == nil { // jira/fake says when they are missing
		o.Published, err = fake.ReadPublished(dir)
		ts.Check(err)
	}
	if len(words) > 0 && words[0] == "server" {
		o.Kind, o.Access = fake.DataCenter, fake.Bearer
	} else {
		ts.Setenv("JIRA_EMAIL", fake.DefaultEmail)
	}
	j.server = fake.New(o)
	ts.Defer(j.server.Close)
	ts.Setenv("JIRA_URL", j.server.URL())
	ts.Setenv("JIRA_API_TOKEN", fake.DefaultToken)
}

func (j *jiraStage) issue(ts *testscript.TestScript, words []string) {
	i := fake.Issue{Summary: words[0], Description: "As it says."}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "type":
			i.Type = value
		case "label":
			i.Labels = append(i.Labels, value)
		case "parent":
			i.Parent = value
		case "text":
			i.Description = strings.ReplaceAll(value, `\n`, "\n")
		case "status":
			i.Status = value
		case "blocked-by":
			i.BlockedBy = append(i.BlockedBy, value)
		default:
			ts.Fatalf("jira issue: no key %q", key)
		}
	}
	j.server.AddIssue(i)
}

func (j *jiraStage) show(ts *testscript.TestScript, key string) {
	i, ok := j.server.Issue(key)
	if !ok {
		ts.Fatalf("there is no %s", key)
	}
	fmt.Fprintf(ts.Stdout(), "%s %s %s [%s] of %s: %s\n%s\n", i.Key, i.Type, i.Status, strings.Join(i.Labels, ", "), i.Parent, i.Summary, i.Description)
	for _, c := range i.Comments {
		fmt.Fprintf(ts.Stdout(), "comment by %s: %s\n", c.Author, c.Body)
	}
	for _, r := range i.Remote {
		fmt.Fprintf(ts.Stdout(), "link %s: %s\n", r.Title, r.URL)
	}
	fmt.Fprintf(ts.Stdout(), "moves: %s\n", strings.Join(i.Moves, ", "))
}
