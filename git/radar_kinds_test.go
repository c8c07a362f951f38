package git_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
)

const (
	commitA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	commitB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	commitC = "cccccccccccccccccccccccccccccccccccccccc"
	hostile = "dir/a \"b\"\n-rf\t\\ \xff 日本"
)

// Each kind of conflict that git knows, and what is none.
// Caught: a prefilter without folders; one without renamed folders; fm's own files;
// the name that git makes up for a file in the way.
var kinds = map[string]struct {
	before, mine, theirs tree
	want                 []string
}{
	"same line":             {tree{"f": text("f")}, tree{"f": text("f", 3)}, tree{"f": text("f", 3, 4)}, []string{"f"}},
	"other lines":           {tree{"f": text("f")}, tree{"f": text("f", 1)}, tree{"f": text("f", 9)}, nil},
	"same change":           {tree{"f": text("f")}, tree{"f": text("f", 1)}, tree{"f": text("f", 1)}, nil},
	"other files":           {tree{"f": text("f"), "g": text("g")}, tree{"f": text("f", 1)}, tree{"g": text("g", 1)}, nil},
	"binary":                {tree{"f": "\x00\x01" + text("f")}, tree{"f": "\x00\x02" + text("f")}, tree{"f": "\x00\x03" + text("f")}, []string{"f"}},
	"both add":              {tree{"f": ""}, tree{"n": "one\n"}, tree{"n": "two\n"}, []string{"n"}},
	"both add the same":     {tree{"f": ""}, tree{"n": "one\n"}, tree{"n": "one\n"}, nil},
	"modes":                 {tree{"f": ""}, tree{"n": "exec:one\n"}, tree{"n": "one\n"}, []string{"n"}},
	"mode and content":      {tree{"f": text("f")}, tree{"f": "exec:" + text("f")}, tree{"f": text("f", 3)}, nil},
	"types":                 {tree{"f": text("f")}, tree{"f": "link:elsewhere"}, tree{"f": text("f", 3)}, []string{"f"}},
	"links":                 {tree{"l": "link:a"}, tree{"l": "link:b"}, tree{"l": "link:c"}, []string{"l"}},
	"delete and change":     {tree{"f": text("f")}, tree{"f": gone}, tree{"f": text("f", 3)}, []string{"f"}},
	"both delete":           {tree{"f": text("f")}, tree{"f": gone}, tree{"f": gone}, nil},
	"rename and change":     {tree{"f": text("f")}, tree{"f": gone, "g": text("f")}, tree{"f": text("f", 3)}, nil},
	"rename and same line":  {tree{"f": text("f")}, tree{"f": gone, "g": text("f", 3, 4)}, tree{"f": text("f", 3)}, []string{"g"}},
	"rename and delete":     {tree{"f": text("f")}, tree{"f": gone, "g": text("f")}, tree{"f": gone}, []string{"g"}},
	"rename to two names":   {tree{"f": text("f")}, tree{"f": gone, "g": text("f")}, tree{"f": gone, "h": text("f")}, []string{"f", "g", "h"}},
	"two renames to one":    {tree{"f": text("f"), "g": text("g")}, tree{"f": gone, "h": text("f")}, tree{"g": gone, "h": text("g")}, []string{"h"}},
	"renamed folder":        {tree{"d/f": text("f"), "d/g": text("g")}, tree{"d/f": gone, "d/g": gone, "e/f": text("f"), "e/g": text("g")}, tree{"d/n": "new\n"}, []string{"e/n"}},
	"file against folder":   {tree{"f": ""}, tree{"d": "file\n"}, tree{"d/x": "in a folder\n"}, []string{"d"}},
	"folder made a file":    {tree{"d/x": text("x")}, tree{"d/x": gone, "d": "file\n"}, tree{"d/y": "new\n"}, []string{"d"}},
	"submodules":            {tree{"s": "sub:" + commitA}, tree{"s": "sub:" + commitB}, tree{"s": "sub:" + commitC}, []string{"s"}},
	"submodule, same":       {tree{"s": "sub:" + commitA}, tree{"s": "sub:" + commitB}, tree{"s": "sub:" + commitB}, nil},
	"submodule and file":    {tree{"f": ""}, tree{"s": "sub:" + commitB}, tree{"s": "file\n"}, []string{"s"}},
	"fm's own files":        {tree{"f": ""}, tree{"COMPLETION.md": "one\n", ".founder-mode/x": "one\n"}, tree{"COMPLETION.md": "two\n", ".founder-mode/x": "two\n"}, nil},
	"fm's own among others": {tree{"f": ""}, tree{"TASK.md": "one\n", "n": "one\n"}, tree{"TASK.md": "two\n", "n": "two\n"}, []string{"n"}},
	"hostile name":          {tree{hostile: text("f")}, tree{hostile: text("f", 3)}, tree{hostile: text("f", 3, 4)}, []string{hostile}},
	"name like an option":   {tree{"--stdin": text("f")}, tree{"--stdin": text("f", 3)}, tree{"--stdin": text("f", 3, 4)}, []string{"--stdin"}},
	"sorted, each once":     {tree{"b": text("f"), "a": text("f"), "c/d": text("f")}, tree{"b": text("f", 3), "a": text("f", 3), "c/d": text("f", 3)}, tree{"b": text("f", 3, 4), "a": text("f", 3, 4), "c/d": text("f", 3, 4)}, []string{"a", "b", "c/d"}},
}

func TestEachKindOfConflict(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y, s := newYard(t, ""), &story{}
			first := s.whole(trunk, kind.before)
			s.commit("refs/heads/subissue/1", kind.mine, first)
			s.commit("refs/heads/fix/issue-2", kind.theirs, first)
			y.tell(s)
			var want []fm.Conflict
			if kind.want != nil {
				want = []fm.Conflict{{Tasks: [2]fm.TaskID{"1", "2"}, Files: kind.want}}
			}
			y.conflicts(want, on("1"), mended("2"))

			// The same, of a branch and the base.
			s = &story{}
			first = s.whole(trunk, kind.before)
			s.commit("refs/heads/subissue/1", kind.mine, first)
			s.commit(trunk, kind.theirs, first)
			y.tell(s)
			if want != nil {
				want[0].Tasks[1] = ""
			}
			y.conflicts(want, on("1"))
		})
	}
}

// mended is the site of an issue that is worked on as a whole.
func mended(id fm.TaskID) fm.Site { return fm.Task{ID: id, Terms: fm.Terms{Fix: true}}.Site() }

func (y *yard) conflicts(want []fm.Conflict, sites ...fm.Site) {
	y.Helper()
	got, err := y.repo.Conflicts(y.Context(), sites)
	if err != nil {
		y.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		y.Fatalf("conflicts (-want +got):\n%s", diff)
	}
}

// The order is that of the sites, and the base comes first, whatever the ids.
func TestConflictsStandInTheOrderOfTheSites(t *testing.T) {
	t.Parallel()
	y, s := newYard(t, ""), &story{}
	first := s.whole(trunk, tree{"f": text("f")})
	s.commit("refs/heads/subissue/1", tree{"f": text("f", 3)}, first)
	s.commit("refs/heads/subissue/2", tree{"f": text("f", 3, 4)}, first)
	s.commit("refs/heads/subissue/3", tree{"g": text("g")}, first)
	s.commit(trunk, tree{"f": text("f", 3, 5)}, first)
	y.tell(s)
	y.conflicts([]fm.Conflict{
		{Tasks: [2]fm.TaskID{"2", ""}, Files: []string{"f"}},
		{Tasks: [2]fm.TaskID{"2", "1"}, Files: []string{"f"}},
		{Tasks: [2]fm.TaskID{"1", ""}, Files: []string{"f"}},
	}, on("3"), on("9"), on("2"), on("1"), on("2"))
}

// A branch that only stands at an older commit of the base has done nothing.
// Caught: a prefilter that takes the base's own changes for the branch's.
func TestABranchWithoutCommitsHasNoConflict(t *testing.T) {
	t.Parallel()
	y, s := newYard(t, ""), &story{}
	first := s.whole(trunk, tree{"f": text("f")})
	second := s.commit(trunk, tree{"f": text("f", 3)}, first)
	s.commit(trunk, tree{"g": text("g")}, second)
	s.commit("refs/heads/subissue/1", tree{"f": text("f", 3, 4)}, first)
	y.tell(s)
	y.git(y.root, "update-ref", "refs/heads/subissue/2", trunk+"~1")
	y.conflicts([]fm.Conflict{{Tasks: [2]fm.TaskID{"1", ""}, Files: []string{"f"}}}, on("1"), on("2"))
}

// A branch that began after the base had moved conflicts with no one because of
// that: the older branch conflicts with the base.
// Caught: files that are reported as git merge-tree has them.
func TestWhatABranchHasFromTheBaseIsNotItsConflict(t *testing.T) {
	t.Parallel()
	y, s := newYard(t, ""), &story{}
	first := s.whole(trunk, tree{"f": text("f"), "g": text("g")})
	s.commit("refs/heads/subissue/1", tree{"f": text("f", 3), "g": text("g", 1)}, first)
	second := s.commit(trunk, tree{"f": text("f", 3, 4)}, first)
	s.commit("refs/heads/subissue/2", tree{"g": text("g", 10)}, second)
	s.commit("refs/heads/subissue/3", tree{"g": text("g", 1, 2)}, second)
	y.tell(s)
	y.conflicts([]fm.Conflict{
		{Tasks: [2]fm.TaskID{"1", ""}, Files: []string{"f"}},
		{Tasks: [2]fm.TaskID{"1", "3"}, Files: []string{"g"}},
	}, on("1"), on("2"), on("3"))
}

// The base renames a file between the starts of two branches that change it.
// Caught: a prefilter that compares the two branches' own paths only.
func TestAFileRenamedInTheBaseIsTheSameFile(t *testing.T) {
	t.Parallel()
	y, s := newYard(t, ""), &story{}
	first := s.whole(trunk, tree{"f": text("f")})
	s.commit("refs/heads/subissue/1", tree{"f": text("f", 3)}, first)
	second := s.commit(trunk, tree{"f": gone, "g": text("f")}, first)
	s.commit("refs/heads/subissue/2", tree{"g": text("f", 3, 4)}, second)
	y.tell(s)
	want := []fm.Conflict{{Tasks: [2]fm.TaskID{"1", "2"}, Files: []string{"g"}}}
	y.conflicts(want, on("1"), on("2"))
	want[0].Tasks = [2]fm.TaskID{"2", "1"}
	y.conflicts(want, on("2"), on("1"))
}

// The base renames a folder between the starts of two branches that add to it.
func TestAFolderRenamedInTheBaseIsTheSameFolder(t *testing.T) {
	t.Parallel()
	y, s := newYard(t, ""), &story{}
	first := s.whole(trunk, tree{"d/f": text("f"), "d/g": text("g")})
	s.commit("refs/heads/subissue/1", tree{"d/n": "one\n"}, first)
	second := s.commit(trunk, tree{"d/f": gone, "d/g": gone, "e/f": text("f"), "e/g": text("g")}, first)
	s.commit("refs/heads/subissue/2", tree{"e/n": "two\n"}, second)
	y.tell(s)
	files := []string{"e/n"}
	y.conflicts([]fm.Conflict{{Tasks: [2]fm.TaskID{"1", ""}, Files: files}, {Tasks: [2]fm.TaskID{"1", "2"}, Files: files}}, on("1"), on("2"))
	y.conflicts([]fm.Conflict{{Tasks: [2]fm.TaskID{"2", "1"}, Files: files}, {Tasks: [2]fm.TaskID{"1", ""}, Files: files}}, on("2"), on("1"))
}

func TestStackedBranchesDoNotConflict(t *testing.T) {
	t.Parallel()
	y, s := newYard(t, ""), &story{}
	first := s.whole(trunk, tree{"f": text("f")})
	lower := s.commit("refs/heads/fix/issue-1", tree{"f": text("f", 3)}, first)
	s.commit("refs/heads/fix/issue-2", tree{"f": text("f", 3, 4)}, lower)
	s.commit("refs/heads/fix/issue-3", tree{"f": text("f", 2, 3, 4)}, lower)
	y.tell(s)
	y.conflicts([]fm.Conflict{{Tasks: [2]fm.TaskID{"2", "3"}, Files: []string{"f"}}}, mended("1"), mended("2"), mended("3"))
}

// Branches without common history conflict in the files that both have.
func TestUnrelatedHistoriesConflictInWhatBothHave(t *testing.T) {
	t.Parallel()
	y, s := newYard(t, ""), &story{}
	first := s.whole(trunk, tree{"f": text("f"), "same": text("s")})
	s.commit("refs/heads/subissue/1", tree{"n": "new\n"}, first)
	s.whole("refs/heads/subissue/2", tree{"f": "other\n", "n": "other\n", "same": text("s")})
	y.tell(s)
	y.conflicts([]fm.Conflict{
		{Tasks: [2]fm.TaskID{"1", "2"}, Files: []string{"n"}},
		{Tasks: [2]fm.TaskID{"2", ""}, Files: []string{"f"}},
	}, on("1"), on("2"))
}

// One branch that a crash left behind without its commit blinds nobody.
// Caught: no look at what is missing.
func TestABranchWhoseCommitIsMissingIsLeftOut(t *testing.T) {
	t.Parallel()
	y, s := newYard(t, ""), &story{}
	first := s.whole(trunk, tree{"f": text("f")})
	s.commit("refs/heads/subissue/1", tree{"f": text("f", 3)}, first)
	s.commit("refs/heads/subissue/2", tree{"f": text("f", 3, 4)}, first)
	y.tell(s)
	y.write(y.root+"/.git/refs/heads/subissue/3", commitA+"\n")
	y.write(y.root+"/.git/refs/heads/subissue/4", "")
	want := []fm.Conflict{{Tasks: [2]fm.TaskID{"1", "2"}, Files: []string{"f"}}}
	y.conflicts(want, on("3"), on("4"), on("1"), on("2"))
	y.conflicts(nil, on("3"))
}

func TestABaseThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	y, s := newYard(t, ""), &story{}
	s.whole("refs/heads/subissue/1", tree{"f": text("f")})
	y.tell(s)
	y.git(y.root, "update-ref", "-d", trunk)
	if found, err := y.repo.Conflicts(t.Context(), []fm.Site{on("1")}); err == nil || !strings.Contains(err.Error(), "base branch main is not known") {
		t.Fatalf("got %v, %v", found, err)
	}
	if _, err := y.repo.Files(t.Context()); err == nil || !strings.Contains(err.Error(), "base branch main is not known") {
		t.Fatal(err)
	}
	y.conflicts(nil, on("2")) // nothing there to compare it with
	y.conflicts(nil)
}

func TestABranchOfAnotherTaskIsRefused(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	for _, branch := range []string{"main", "subissue/2", "subissue/*", "--all", "", "fix/issue-1/../x"} {
		_, err := y.repo.Conflicts(t.Context(), []fm.Site{{Task: "1", Branch: branch}})
		refused(t, err, "task 1")
	}
}
