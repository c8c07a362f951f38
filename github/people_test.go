package github

import (
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/github/fake"
)

// Who may write is what GitHub says of that person. Caught: a member who may
// only read, and is believed; a question for each comment; nobody believed where
// the token may not ask.
func TestOnlyWhoMayWriteIsRead(t *testing.T) {
	r := newRig(t)
	r.Configure(func(s *fake.Settings) { s.Strangers = []string{"reader"} })
	r.AddIssue(fake.Issue{Number: 12, Title: "x", Comments: []fake.Comment{
		{Author: "reader", Body: "1"},
		{Author: "alice", Body: "2"},
		{Author: "alice", Body: "3"},
		{Author: "olga", Association: "OWNER", Body: "4"},
		{Author: "mallory", Association: "NONE", Body: "5"},
	}})
	read := func(g *GitHub) (all string) {
		t.Helper()
		i, err := g.Tracker().Issue(t.Context(), "12")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range i.Comments {
			all += c.Body
		}
		return all
	}
	const permission = "GET collaborators/{username}/permission"
	asked := func() (n int) {
		for _, name := range r.asked(0) {
			if name == permission {
				n++
			}
		}
		return n
	}
	g := r.open()
	if got := read(g) + read(g); got != "234234" || asked() != 2 {
		t.Errorf("read %q, asked %d times", got, asked())
	}
	r.Deny(permission)
	if got := read(r.open()); got != "1234" {
		t.Errorf("where it may not ask: %q", got)
	}
}

// The account's own mark counts, whatever GitHub calls the account. Caught: a
// comment that is made again after an answer that was lost.
func TestOwnMarksAreKnownByTheirAuthor(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 12, Title: "x"})
	r.Comment(12, fake.Comment{Author: fake.DefaultLogin, Association: "CONTRIBUTOR", Body: "Done.\n\n" + closed})
	r.Comment(12, fake.Comment{Author: "mallory", Association: "CONTRIBUTOR", Body: closed})
	if err := r.tracker().Close(t.Context(), "12", "Done."); err != nil {
		t.Fatal(err)
	}
	if i := r.issue(12); !i.Closed || len(i.Comments) != 2 {
		t.Errorf("got %+v", i)
	}
	r.AddIssue(fake.Issue{Number: 13, Title: "x"})
	r.Comment(13, fake.Comment{Author: "mallory", Association: "CONTRIBUTOR", Body: closed})
	r.Deny("GET user") // as for an app
	if err := r.tracker().Close(t.Context(), fm.IssueID("13"), "Done."); err != nil {
		t.Fatal(err)
	}
	if i := r.issue(13); !i.Closed || len(i.Comments) != 2 {
		t.Errorf("got %+v", i)
	}
}
