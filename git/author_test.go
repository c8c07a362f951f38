package git_test

import (
	"slices"
	"testing"

	"github.com/founder-mode/fm/git"
)

// Who commits is what git says, by its settings and by the environment.
// Caught: the settings alone asked; a committer that is not known passed over.
func TestTheAuthorIsWhoGitSays(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	nobody := []string{"GIT_CONFIG_GLOBAL=/dev/null", "EMAIL="}
	for _, tt := range []struct {
		name   string
		config [][2]string
		env    []string
		want   string
	}{
		{"the user's settings", nil, nil, "Ada <ada@example.com>"},
		{"nobody", nil, nobody, ""},
		{"a name alone", [][2]string{{"user.name", "Bob"}}, nobody, ""},
		{"the repository's", [][2]string{{"user.name", "Bob"}, {"user.email", "bob@example.com"}}, nobody, "Bob <bob@example.com>"},
		{"the environment's", nil, append([]string{"GIT_AUTHOR_NAME=Eve", "GIT_AUTHOR_EMAIL=e@x", "GIT_COMMITTER_NAME=Eve", "GIT_COMMITTER_EMAIL=e@x"}, nobody...), "Eve <e@x>"},
		{"an author without a committer", nil, append([]string{"GIT_AUTHOR_NAME=Eve", "GIT_AUTHOR_EMAIL=e@x"}, nobody...), ""},
	} {
		y.git(y.root, "config", "user.useConfigOnly", "true") // whatever this machine is called
		for _, kv := range tt.config {
			y.git(y.root, "config", kv[0], kv[1])
		}
		env := append(slices.Clone(y.env), tt.env...)
		if got, err := git.FindAuthor(t.Context(), git.Options{Root: y.root, Environ: env}); err != nil || got != tt.want {
			t.Errorf("%s: got %q, %v, want %q", tt.name, got, err, tt.want)
		}
		y.git(y.root, "config", "--remove-section", "user")
	}
}

func TestABranchWithoutACommitIsSeen(t *testing.T) {
	t.Parallel()
	y := newYard(t, "")
	o := git.Options{Root: y.root, Environ: y.env}
	if has, err := git.HasCommit(t.Context(), o); err != nil || !has {
		t.Errorf("with one: %v, %v", has, err)
	}
	y.git(y.root, "switch", "--quiet", "--orphan", "empty")
	if has, err := git.HasCommit(t.Context(), o); err != nil || has {
		t.Errorf("without: %v, %v", has, err)
	}
}
