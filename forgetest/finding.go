package forgetest

import (
	"github.com/founder-mode/fm"
)

func (t tracker) search(q fm.Query) []fm.Issue {
	t.Helper()
	found, err := t.issues.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %+v: %v", q, err)
	}
	return found
}

func (t tracker) searchFindsOpenOnes() {
	if found := t.search(fm.Query{}); len(found) > 0 {
		t.Errorf("found %s where there is nothing", ids(found))
	}
	both := t.Add("Both", "Body.", "bug", "ui")
	one := t.Add("One", "", "bug")
	none := t.Add("None", "")
	t.Close(t.Add("Closed", "", "bug", "ui"))
	t.create(both, "a", fm.Subissue{Title: "Made by fm", Priority: "high"})
	for _, tt := range []struct {
		labels []string
		want   []fm.Issue
	}{
		{[]string{"bug"}, []fm.Issue{{ID: both}, {ID: one}}},
		{[]string{"BUG", "ui"}, []fm.Issue{{ID: both}}},
		{[]string{"nothing has this"}, nil},
		{[]string{"bu"}, nil},
		{nil, []fm.Issue{{ID: both}, {ID: one}, {ID: none}}},
	} {
		if got, want := ids(t.search(fm.Query{Labels: tt.labels})), ids(tt.want); got != want {
			t.Errorf("labels %q: found %q, want %q", tt.labels, got, want)
		}
	}
	if found := t.search(fm.Query{Labels: []string{"ui"}}); len(found) == 1 && found[0].Title != "Both" {
		t.Errorf("found %+v", found[0])
	}
}

func (t tracker) madeIsEverything() {
	made := func() []fm.Issue {
		t.Helper()
		all, err := t.issues.Made(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	one, two := t.Add("One", ""), t.Add("Two", "")
	if all := made(); len(all) > 0 {
		t.Errorf("made before anything was: %s", ids(all))
	}
	first := t.create(one, "a", fm.Subissue{Title: "First", Priority: "low"})
	second := t.create(two, "a", fm.Subissue{Title: "Second"}, first.ID)
	t.close(first.ID, "Done.")
	t.issues = t.Restart()
	all := made()
	if ids(all) != ids([]fm.Issue{first, second}) {
		t.Fatalf("made %s, want %s %s", ids(all), first.ID, second.ID)
	}
	if got := all[0]; got.Parent != one || !got.Closed || got.Title != first.Title || got.Priority != fm.Low {
		t.Errorf("the first is %+v", got)
	}
	if got := all[1]; got.Parent != two || got.Closed {
		t.Errorf("the second is %+v", got)
	}
}
