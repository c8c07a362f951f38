package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// home is what the main checkout was on when fm gave it to a task, and so what
// it goes back to. It stands in a file of the git dir, for as long as the task
// has the checkout; its commit is kept from git's collector by [homeRef].
type home struct {
	branch string // of the task that has the checkout; "" for none
	ref    string // such as refs/heads/main; "" when HEAD was detached
	commit string // that HEAD was at

	// The files may be anywhere between two commits when fm was cut off.
	way      way
	from, to string // commits; "" when nothing is under way
}

// way is what is being done with the files of the main checkout.
type way string

const (
	entering way = "entering" // from the user's commit to the task's
	clearing way = "clearing" // from what was preserved to the task's commit
	leaving  way = "leaving"  // from the task's commit to the user's
)

const homeRef = "refs/fm/home"

func (r *Repo) homeFile() string { return filepath.Join(r.common, "fm-home") }

// lent says whether a task has the main checkout, without starting a process.
func (r *Repo) lent() bool {
	_, err := os.Lstat(r.homeFile())
	return err == nil
}

// readHome gives the zero home when no task has the main checkout.
func (r *Repo) readHome() (home, error) {
	text, err := os.ReadFile(r.homeFile())
	if errors.Is(err, fs.ErrNotExist) {
		return home{}, nil
	}
	if err != nil {
		return home{}, fmt.Errorf("read what the main checkout was on: %w", err)
	}
	h, ok := parseHome(string(text))
	if !ok {
		return home{}, fmt.Errorf("read what the main checkout was on: %q is damaged: switch to your branch, and remove that file: %w", r.homeFile(), fm.ErrRefused)
	}
	return h, nil
}

func parseHome(text string) (h home, ok bool) {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch key {
		case "for":
			h.branch = value
		case "ref":
			h.ref = value
		case "commit":
			h.commit = value
		case "way":
			h.way = way(value)
		case "from":
			h.from = value
		case "to":
			h.to = value
		}
	}
	_, task := fm.TaskOf(h.branch)
	ok = task && checkObject(h.commit) == nil && (h.ref == "" || strings.HasPrefix(h.ref, "refs/heads/"))
	if h.way != "" {
		ok = ok && checkObject(h.from) == nil && checkObject(h.to) == nil
	}
	return h, ok
}

func (h home) String() string {
	text := "for " + h.branch + "\ncommit " + h.commit + "\n"
	if h.ref != "" {
		text += "ref " + h.ref + "\n"
	}
	if h.way != "" {
		text += "way " + string(h.way) + "\nfrom " + h.from + "\nto " + h.to + "\n"
	}
	return text
}

// name is what people call it.
func (h home) name() string {
	if h.ref == "" {
		return fmt.Sprintf("%.12s", h.commit)
	}
	return strings.TrimPrefix(h.ref, "refs/heads/")
}

// arrived is the home once nothing is under way any more.
func (h home) arrived() home {
	h.way, h.from, h.to = "", "", ""
	return h
}

// writeHome is durable when it returns. The caller holds the writer lock.
func (r *Repo) writeHome(ctx context.Context, h home) error {
	if _, err := r.run(ctx, call{step: failpoint.Name("git.note-home"), op: "note", target: homeRef, args: durable("update-ref", homeRef, h.commit)}); err != nil {
		return err
	}
	if err := replaceFile(r.homeFile(), h.String()); err != nil {
		return err
	}
	return r.syncHome()
}

// syncHome flushes the folder that names the file.
func (r *Repo) syncHome() error {
	dir, err := os.Open(r.common)
	if err != nil {
		return fmt.Errorf("note what the main checkout was on: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("note what the main checkout was on: %w", err)
	}
	return nil
}

// forgetHome says that no task has the main checkout.
func (r *Repo) forgetHome(ctx context.Context) error {
	if _, err := r.run(ctx, call{step: failpoint.Name("git.forget-home"), op: "forget", target: homeRef, args: []string{"update-ref", "-d", homeRef}}); err != nil {
		return err
	}
	defer failpoint.Step("git.forget-home-file")()
	if err := os.Remove(r.homeFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget what the main checkout was on: %w", err)
	}
	return r.exclude()
}

// Home names what the main checkout is on, or, while a task has it, goes back
// to: a branch, or the first digits of a commit.
func (r *Repo) Home(ctx context.Context) (string, error) {
	c, err := r.checkout(ctx)
	if err != nil {
		return "", err
	}
	return c.homeFor(c.home.branch).name(), nil
}
