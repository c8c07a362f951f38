package github

import (
	"strings"
	"testing"

	"github.com/founder-mode/fm/github/fake"
)

// Caught: a reviewer of whom nobody ever hears that nobody asked; a line for
// each pull request.
func TestWhatIsRefusedWithoutFailingIsSaidOnce(t *testing.T) {
	r := newRig(t)
	r.Configure(func(s *fake.Settings) { s.Strangers = []string{"stranger"} })
	r.Deny("POST issues/{issue_number}/labels")
	g := r.open(furnished)
	for _, head := range []string{"subissue/456", "subissue/457"} {
		r.push(head)
		p := proposal
		p.Head = head
		if _, err := g.Forge().Open(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	got := g.Remarks()
	if len(got) != 2 || !strings.Contains(got[0], "labels fm, login") || !strings.Contains(got[1], "stranger cannot be asked") {
		t.Errorf("got %q", got)
	}
	for _, line := range got {
		if strings.Contains(line, "\n") {
			t.Errorf("not one line: %q", line)
		}
	}
}
