package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm/supervisor"
)

func TestTroubleBesideTheWorkIsAProblemThatStatusShows(t *testing.T) {
	s := supervisor.Status{Problems: []string{"queue: a bad line"}}
	if diff := cmp.Diff(s, withTrouble(s, "", "", nil)); diff != "" {
		t.Errorf("without trouble: %s", diff)
	}
	want := []string{"queue: a bad line", "watches are used up; changes are seen some seconds late", "bob cannot be asked for a review"}
	if diff := cmp.Diff(want, withTrouble(s, "watches are used up", "", []string{"bob cannot be asked for a review"}).Problems); diff != "" {
		t.Error(diff)
	}
}
