package github

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm/github/fake"
)

// What blocks an issue from another repository has no id here, and must not go
// unsaid; neither must a part of it that is there. Caught: such blockers and
// sub-issues dropped; closed ones named.
func TestWhatIsInOtherRepositoriesIsNamed(t *testing.T) {
	r := newRig(t)
	r.AddIssue(fake.Issue{Number: 9, Title: "Before"})
	r.AddIssue(fake.Issue{Number: 12, Title: "Log in", BlockedBy: []int{9}})
	r.AddIssue(fake.Issue{Number: 13, Title: "Part", Parent: 12})
	other := func(numbers ...string) fake.Verdict {
		var items []string
		for _, n := range numbers {
			number, state, _ := strings.Cut(n, " ")
			items = append(items, `{"number":`+number+`,"state":"`+state+`","repository_url":"`+r.URL()+`repos/acme/gadget"}`)
		}
		return fake.Verdict{Act: fake.Answer, Status: http.StatusOK, Body: "[" + strings.Join(items, ",") + "]"}
	}
	r.Fault(func(q fake.Request) fake.Verdict {
		switch q.Operation {
		case "GET issues/{issue_number}/dependencies/blocked_by":
			return other("7 open", "8 closed")
		case "GET issues/{issue_number}/sub_issues":
			return other("5 open", "6 closed", "7 open")
		}
		return fake.Verdict{}
	})
	got, err := r.tracker().Issue(t.Context(), "12")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"acme/gadget#7", "acme/gadget#5"}, got.Elsewhere); diff != "" || len(got.DependsOn) > 0 {
		t.Errorf("depends on %v, elsewhere:\n%s", got.DependsOn, diff)
	}
}
