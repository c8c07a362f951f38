package git

import (
	"context"
	"fmt"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// onto gives the commit that the branch would be at on top of base.
func (r *Repo) onto(ctx context.Context, p place, base, head string) (string, error) {
	out, err := r.run(ctx, call{op: "list commits of", target: p.branch, args: []string{"rev-list", "--reverse", "--topo-order", "--parents", base + ".." + head}})
	if err != nil {
		return "", err
	}
	var commits [][]string // each with its parents
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		switch len(words) {
		case 2:
			commits = append(commits, words)
		case 1:
			return "", fmt.Errorf("the branch has no history in common with it: %w", fm.ErrRefused)
		default:
			return r.mergeBase(ctx, p, base, head)
		}
	}
	who, err := r.identity(ctx)
	if err != nil {
		return "", err
	}
	committer, err := r.run(ctx, call{op: "read", target: "identity", args: []string{"var", "GIT_COMMITTER_IDENT"}, env: who})
	if err != nil {
		return "", err
	}
	tip := base
	for _, c := range commits {
		if tip, err = r.replay(ctx, tip, c[0], c[1], strings.TrimSpace(committer)); err != nil {
			return "", err
		}
	}
	if tip == base {
		return "", fmt.Errorf("everything on the branch is there already: close its pull request, or do something new: %w", fm.ErrRefused)
	}
	return tip, nil
}

func (r *Repo) mergeBase(ctx context.Context, p place, base, head string) (string, error) {
	tree, err := r.mergeTree(ctx, head, base, r.base)
	if err != nil {
		return "", err
	}
	return r.commitTree(ctx, tree, "Merge branch '"+r.base+"' into "+p.branch, nil, head, base)
}

// replay makes the change of a commit anew on top of tip. It is tip itself
// when tip has that change already.
func (r *Repo) replay(ctx context.Context, tip, commit, parent, committer string) (string, error) {
	old, err := r.readCommit(ctx, commit)
	if err != nil {
		return "", err
	}
	below, err := r.readCommit(ctx, tip)
	if err != nil {
		return "", err
	}
	// A commit of tip's files on the commit's own parent makes that parent the
	// base of the merge. git merge-tree can be told so only since 2.40.
	ours, err := r.writeCommit(ctx, commitObject{tree: below.tree, parent: parent, author: committer, committer: committer})
	if err != nil {
		return "", err
	}
	tree, err := r.mergeTree(ctx, ours, commit, fmt.Sprintf("%.12s (%s)", commit, fm.Line(old.message, 80)))
	if err != nil {
		return "", err
	}
	if tree == below.tree {
		before, err := r.readCommit(ctx, parent)
		if err != nil || before.tree != old.tree {
			return tip, err
		}
	}
	old.tree, old.parent, old.committer = tree, tip, committer
	return r.writeCommit(ctx, old)
}

// commitObject is a commit as git stores it, without signatures: those hold
// for one commit only.
type commitObject struct {
	tree, parent      string // object ids
	author, committer string // name <email> seconds zone
	encoding          string // "" for UTF-8
	message           string
}

func (r *Repo) readCommit(ctx context.Context, sha string) (commitObject, error) {
	text, err := r.run(ctx, call{op: "read commit", target: sha, args: []string{"cat-file", "commit", sha}})
	if err != nil {
		return commitObject{}, err
	}
	var c commitObject
	header, message, _ := strings.Cut(text, "\n\n")
	c.message = message
	for line := range strings.SplitSeq(header, "\n") {
		switch key, value, _ := strings.Cut(line, " "); key {
		case "tree":
			c.tree = value
		case "author":
			c.author = value
		case "encoding":
			c.encoding = value
		}
	}
	return c, nil
}

func (r *Repo) writeCommit(ctx context.Context, c commitObject) (string, error) {
	text := "tree " + c.tree + "\nparent " + c.parent + "\nauthor " + c.author + "\ncommitter " + c.committer + "\n"
	if c.encoding != "" {
		text += "encoding " + c.encoding + "\n"
	}
	out, err := r.run(ctx, call{step: failpoint.Name("git.write-rebased"), op: "write commit on", target: c.parent, args: durable("hash-object", "-t", "commit", "-w", "--stdin"), stdin: text + "\n" + c.message})
	return strings.TrimSpace(out), err
}
