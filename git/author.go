package git

import (
	"context"
	"errors"
	"strings"
)

// FindAuthor gives whom git names as the author and committer of what is
// committed in the repository, "" when it knows nobody: a commit fails then.
func FindAuthor(ctx context.Context, o Options) (string, error) {
	r, err := bare(ctx, o)
	if err != nil {
		return "", err
	}
	author := ""
	for _, ident := range []string{"GIT_COMMITTER_IDENT", "GIT_AUTHOR_IDENT"} {
		out, err := r.run(ctx, call{op: "read", target: ident, args: []string{"var", ident}})
		var e *Error
		switch {
		case errors.As(err, &e) && unnamed(e.Stderr):
			return "", nil
		case err != nil:
			return "", err
		}
		author = out[:strings.LastIndex(out, ">")+1] // a time follows
	}
	return author, nil
}

// unnamed knows what git says that finds no name, or no address, for a commit.
func unnamed(stderr string) bool {
	return strings.Contains(stderr, "tell me who you are") || strings.Contains(stderr, "ident name") ||
		strings.Contains(stderr, "auto-detect") || strings.Contains(stderr, "auto-detection is disabled")
}

// HasCommit says whether anything was ever committed on the branch that is
// checked out.
func HasCommit(ctx context.Context, o Options) (bool, error) {
	r, err := bare(ctx, o)
	if err != nil {
		return false, err
	}
	_, err = r.run(ctx, call{op: "read", target: "HEAD", args: []string{"rev-parse", "--verify", "--quiet", "HEAD"}})
	var e *Error
	if errors.As(err, &e) && e.ExitCode == 1 {
		return false, nil
	}
	return err == nil, err
}
