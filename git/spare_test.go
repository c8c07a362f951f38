package git_test

import (
	"os"
	"path/filepath"
	"testing"
)

// force adds an ignored file to the index, as an agent does that insists.
func (y *yard) force(name, text string) {
	y.Helper()
	y.write(filepath.Join(y.root, name), text)
	y.git(y.root, "add", "--force", name)
}

func (y *yard) has(name, text string) {
	y.Helper()
	got, err := os.ReadFile(filepath.Join(y.root, name))
	if err != nil || string(got) != text {
		y.Fatalf("%s holds %q, want %q: %v", name, got, text, err)
	}
}

// Caught: carry and wipe as git switch and git reset have it, which delete them.
func TestAnIgnoredFileStaysThatTheTaskHasAdded(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.commit(y.root, ".gitignore", "*.env\n/build/\n")
	y.commit(y.root, "sub/.gitignore", "local\n")
	y.git(y.root, "push", "--quiet")
	spared := []string{"my.env", "build/deep/x", "sub/local", "sub/ünï \"q\".env"}
	y.prepareAt(inMain("7"))
	for _, name := range spared {
		y.force(name, "mine")
	}
	y.commit(y.root, "work.txt", "work\n")
	y.write(filepath.Join(y.root, "my.env"), "mine, edited")
	y.force("staged.env", "staged")
	y.removeAt(inMain("7"))
	y.isOn("main")
	y.leftNothing()
	y.has("my.env", "mine, edited")
	y.has("staged.env", "staged")
	for _, name := range spared[1:] {
		y.has(name, "mine")
	}
	if _, err := os.Lstat(filepath.Join(y.root, "work.txt")); err == nil {
		t.Error("what nobody ignores is left")
	}

	// The next attempt takes what is as it was, and nothing else.
	_, _, err := y.repo.Prepare(t.Context(), inMain("7"))
	refused(t, err, "git ignores", "(my.env)", "move them away")
	y.has("my.env", "mine, edited")
	y.isOn("main")
	y.write(filepath.Join(y.root, "my.env"), "mine")
	y.prepareAt(inMain("7"))
	y.isOn("fix/issue-7")
	y.removeAt(inMain("7"))
	for _, name := range spared {
		y.has(name, "mine")
	}
	y.isOn("main")
}

// A folder that is a file on the user's branch cannot stay.
func TestWhatIsInTheWayOfTheUsersFilesIsNotSpared(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.write(filepath.Join(y.root, ".git/info/exclude"), "x\n")
	y.force("d", "a file")
	y.git(y.root, "commit", "--quiet", "-m", "mine")
	y.git(y.root, "push", "--quiet")
	y.prepareAt(inMain("7"))
	y.git(y.root, "rm", "--quiet", "d")
	y.force("d/x", "in its place")
	y.git(y.root, "commit", "--quiet", "-m", "theirs")
	y.removeAt(inMain("7"))
	y.isOn("main")
	y.has("d", "a file")
}

// A task was given the checkout, and that was cut off; another one gets it. What
// was taken into the index on the way there is its user's all the same.
//
// Caught: mend without the user's commit, which deletes it.
func TestAnIgnoredFileOutlivesHalfASwitch(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	y.write(filepath.Join(y.root, ".git/info/exclude"), "*.env\n")
	from := y.git(y.root, "rev-parse", "HEAD")
	y.prepareAt(inMain("7"))
	y.force("my.env", "mine")
	y.git(y.root, "commit", "--quiet", "-m", "insist")
	to := y.git(y.root, "rev-parse", "HEAD")
	y.removeAt(inMain("7"))
	y.git(y.root, "update-ref", "refs/fm/home", from)
	y.write(filepath.Join(y.root, ".git", "fm-home"), "for fix/issue-7\ncommit "+from+"\nref refs/heads/main\nway entering\nfrom "+from+"\nto "+to+"\n")
	y.git(y.root, "add", "--force", "my.env")
	y.prepareAt(inMain("8"))
	y.isOn("fix/issue-8")
	y.has("my.env", "mine")
}
