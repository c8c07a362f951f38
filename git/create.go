package git

import (
	"context"
	"fmt"
	"os"
)

// Create makes a repository of the files in dir, with one commit on the branch
// main, and a bare repository as its remote origin. Commits in it are made as
// fm, so that it works where no user is set up. Both folders must exist and
// hold no repository.
func Create(ctx context.Context, dir, remote, message string, env []string) error {
	r := &Repo{env: environ(env), root: dir}
	if err := r.checkVersion(ctx); err != nil {
		return err
	}
	for _, path := range []string{dir, remote} {
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			return fmt.Errorf("create repository %q: not a folder", path)
		}
	}
	steps := []call{
		{dir: remote, args: []string{"init", "--quiet", "--bare", "--initial-branch=main"}},
		{args: []string{"init", "--quiet", "--initial-branch=main"}},
		{args: []string{"config", "user.name", "fm"}},
		{args: []string{"config", "user.email", "fm@localhost"}},
		{args: []string{"config", "commit.gpgSign", "false"}},
		{args: []string{"add", "--all"}},
		{args: []string{"commit", "--quiet", "--no-verify", "--message=" + message}},
		{args: []string{"remote", "add", "origin", remote}},
		{args: []string{"push", "--quiet", "--no-verify", "--set-upstream", "origin", "main"}},
	}
	for _, step := range steps {
		step.op, step.target = "create repository", dir
		if _, err := r.run(ctx, step); err != nil {
			return err
		}
	}
	return nil
}
