package local_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

// Caught: a draft key in the file of one that is ready; Merge that looks at the
// state alone; an Open that only finds what is there.
func TestADraftIsAKeyInTheFile(t *testing.T) {
	dir, forge, m := newForge(t)
	propose := func(p fm.Proposal) fm.PullRequest {
		t.Helper()
		p.Head, p.Base = "subissue/456", "main"
		got, err := forge.Open(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if seen := look(t, forge, got.Number); seen.Draft != p.Draft || got.Draft != p.Draft || got.Number != "1" {
			t.Fatalf("opened %+v, seen %+v; want draft %v", got, seen, p.Draft)
		}
		return got
	}
	name := filepath.Base(propose(fm.Proposal{Draft: true}).URL)
	text := read(t, dir, name)
	if !strings.Contains(text, "\ndraft: true\n") {
		t.Fatalf("no draft:\n%s", text)
	}
	if _, err := forge.Merge(t.Context(), "1", "aaa"); !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), "draft") || m.merges != 0 {
		t.Fatalf("got %v after %d merges, want a refusal", err, m.merges)
	}
	if diff := cmp.Diff(text, read(t, dir, name)); diff != "" {
		t.Fatal("the refusal changed the file:", diff)
	}
	m.heads["subissue/456"] = "bbb"
	if got := propose(fm.Proposal{}); got.SHA != "bbb" {
		t.Fatalf("%+v; want the branch as it is now", got)
	}
	propose(fm.Proposal{Draft: true})
	write(t, dir, name, strings.Replace(read(t, dir, name), "draft: true", "Draft: yes # a person", 1))
	if got := look(t, forge, "1"); !got.Draft {
		t.Fatalf("%+v, want a draft", got)
	}
	propose(fm.Proposal{})
	if got, err := forge.Merge(t.Context(), "1", "bbb"); err != nil || got.State != fm.PullMerged {
		t.Fatalf("%+v, %v", got, err)
	}
}

// Caught: a demand of the whole file, that every edit renews; a section that
// goes on behind the next heading; one that ends within a code block; a review
// of what is merged.
func TestAReviewIsWrittenIntoTheFile(t *testing.T) {
	dir, forge, _ := newForge(t)
	p := open(t, forge, "subissue/456")
	name := filepath.Base(p.URL)
	file := read(t, dir, name)
	feedback := func() string {
		t.Helper()
		text, err := forge.Feedback(t.Context(), "1")
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	text := file + "\n## Review\n\nUse a map\x1b[31m.\n```sh\n## not a heading\n```\n\n### Details\nx\n\n## Notes\nnot this\n\n## review \nand that.\n"
	write(t, dir, name, text)
	if got := look(t, forge, "1").Demand + feedback(); got != "" {
		t.Fatalf("a review that asks for nothing: %q", got)
	}
	asked := strings.Replace(text, "state: open", "state: open\nreview: Changes-Requested # now", 1)
	write(t, dir, name, asked)
	first := look(t, forge, "1").Demand
	want := "A reviewer asks for changes:\n\nUse a map.\n```sh\n## not a heading\n```\n\n### Details\nx\n\nand that.\n"
	if diff := cmp.Diff(want, feedback()); diff != "" || first == "" {
		t.Fatalf("demand %q: %s", first, diff)
	}
	write(t, dir, name, strings.Replace(asked, "not this", "changed", 1))
	if got := look(t, forge, "1").Demand; got != first {
		t.Errorf("a note made demand %q of %q", got, first)
	}
	write(t, dir, name, strings.Replace(asked, "Use a map", "Use a list", 1))
	if got := look(t, forge, "1").Demand; got == first || got == "" {
		t.Errorf("a new review has demand %q, the old one %q", got, first)
	}
	write(t, dir, name, strings.Replace(file, "state: open", "state: open\nreview: changes_requested", 1))
	if got := look(t, forge, "1").Demand; got == "" || !strings.Contains(feedback(), "does not say") {
		t.Errorf("demand %q, feedback %q", got, feedback())
	}
	write(t, dir, name, strings.Replace(asked, "state: open", "state: merged", 1))
	if got := look(t, forge, "1").Demand + feedback(); got != "" {
		t.Errorf("a merged one: %q", got)
	}
	if _, err := forge.Feedback(t.Context(), "7"); !errors.Is(err, fm.ErrGone) {
		t.Errorf("got %v, want gone", err)
	}
}

// Caught: an unreadable file that is left out, whose issue is then made again.
func TestAnIncompleteListIsAnError(t *testing.T) {
	dir, forge, _ := newForge(t)
	p := open(t, forge, "subissue/456")
	write(t, dir, "0001-copy.md", read(t, dir, filepath.Base(p.URL)))
	if all, err := forge.All(t.Context(), ""); !errors.Is(err, fm.ErrRefused) {
		t.Errorf("%+v, %v; want to be told of two files for one number", all, err)
	}
	tracker, issues := newTracker(t)
	write(t, issues, "1.md", "---\nkey: a\nparent: 9\n---\n")
	write(t, issues, "1-copy.md", "---\nkey: a\nparent: 9\n---\n")
	if all, err := tracker.Made(t.Context()); !errors.Is(err, fm.ErrRefused) {
		t.Errorf("%+v, %v; want to be told of two files for one id", all, err)
	}
	if all, err := tracker.Search(t.Context(), fm.Query{}); !errors.Is(err, fm.ErrRefused) {
		t.Errorf("%+v, %v; want to be told of two files for one id", all, err)
	}
}

// What a person wrote by hand is not fm's, though it has a key or a parent.
func TestMadeIsWhatHasAKeyAndAParent(t *testing.T) {
	tracker, dir := newTracker(t)
	for name, text := range map[string]string{
		"1.md": "---\nkey: PROJ-1\n---\n",
		"2.md": "---\nparent: 1\n---\n",
		"3.md": "---\nparent: 1\nkey:\n---\n",
		"4.md": "---\nparent: 1\nkey: a\nstatus: closed\n---\n",
		"5.md": "---\nparent: 9\nkey: a\n---\n",
	} {
		write(t, dir, name, text)
	}
	made, err := tracker.Made(t.Context())
	if err != nil || len(made) != 2 || made[0].ID != "4" || !made[0].Closed || made[1].Parent != "9" {
		t.Fatalf("%+v, %v", made, err)
	}
}

func TestSearchRefusesAMilestone(t *testing.T) {
	tracker, _ := newTracker(t)
	if _, err := tracker.Search(t.Context(), fm.Query{Milestone: "v2"}); !errors.Is(err, fm.ErrRefused) || !strings.Contains(err.Error(), "label") {
		t.Fatalf("got %v, want to be told what to do", err)
	}
}
