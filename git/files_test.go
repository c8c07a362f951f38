package git_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func (y *yard) files(want ...string) {
	y.Helper()
	got, err := y.repo.Files(y.Context())
	if err != nil {
		y.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		y.Fatalf("files (-want +got):\n%s", diff)
	}
}

func (y *yard) renamed(want map[string]string) {
	y.Helper()
	got, err := y.repo.Renamed(y.Context())
	if err != nil {
		y.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		y.Fatalf("renamed (-want +got):\n%s", diff)
	}
}

// Caught: the files of the checkout; names that are quoted.
func TestFilesAreThoseOfTheBaseAsLastSeen(t *testing.T) {
	t.Parallel()
	y, s := newYard(t, ""), &story{}
	s.whole(trunk, tree{"f": "", "d/f": "", "d.go": "", hostile: "", "l": "link:f", "s": "sub:" + commitA})
	y.tell(s)
	y.files("d.go", "d/f", hostile, "f", "l", "s")
	y.write(y.root+"/untracked", "")
	y.git(y.remote, "update-ref", "refs/heads/main", y.git(y.remote, "commit-tree", "-m", "later", "-p", "main", y.git(y.remote, "hash-object", "-t", "tree", "-w", "/dev/null")))
	y.files("d.go", "d/f", hostile, "f", "l", "s")
}

// Caught: chains that are not followed; a path that is in use again; a file that is
// gone.
func TestRenamesAreFollowedToThePresentPath(t *testing.T) {
	t.Parallel()
	y, s := newYard(t, ""), &story{}
	at := s.whole(trunk, tree{
		"a": text("a"), "old/x": text("x"), "old/y": text("y"), "lost": text("lost"), "again": text("again"),
		"same": text("same"), hostile: text("hostile"),
	})
	at = s.commit(trunk, tree{"a": gone, "b": text("a"), "old/x": gone, "new/x": text("x"), "old/y": gone, "new/y": text("y", 3), "same": text("same", 1)}, at)
	at = s.commit(trunk, tree{"b": gone, "deep/c": text("a", 1), "lost": gone, "lost2": text("lost"), "again": gone, "again2": text("again")}, at)
	at = s.commit(trunk, tree{hostile: gone, hostile + "2": text("hostile")}, at)
	s.commit(trunk, tree{"lost2": gone, "again": "something else\n"}, at)
	y.tell(s)
	y.renamed(map[string]string{
		"a": "deep/c", "b": "deep/c", "old/x": "new/x", "old/y": "new/y", hostile: hostile + "2",
	})
}

func TestARepositoryWithoutRenames(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.renamed(map[string]string{})
	y.files("main.txt")
}
