package jira

import (
	"testing"

	"github.com/founder-mode/fm/jira/fake"
)

// Caught: the email address of the settings in the place of what Jira says.
func TestJiraSaysWhoseTheTokenIs(t *testing.T) {
	for _, kind := range []fake.Kind{fake.Cloud, fake.DataCenter} {
		r := newStillRig(t, fake.Options{Kind: kind})
		j := r.open(r.direct)
		got, err := j.Who(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if me, err := j.myself(t.Context()); err != nil || got == "" || got != me.Display {
			t.Errorf("got %q, want that of %+v, %v", got, me, err)
		}
		if _, err := r.open(r.direct, func(o *Options) { o.Token = "other" }).Who(t.Context()); err == nil {
			t.Error("a wrong token has an account")
		}
	}
}
