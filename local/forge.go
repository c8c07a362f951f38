package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// draftKey says that a pull request is not to be merged yet.
const draftKey = "draft"

// Forge keeps each pull request in a file of its own, `0001-subissue-456.md`.
// It may be edited by hand: `state: closed` withdraws it, `draft: true` keeps it
// from being merged, and [Forge.Feedback] says how it is reviewed. Methods may be
// called concurrently, also from several processes.
type Forge struct {
	folder *folder
	merger Merger
}

// NewForge returns the forge in dir, mostly .founder-mode/pulls, which merges
// by m. The folder is made when the first pull request is.
func NewForge(dir string, m Merger) *Forge { return &Forge{folder: newFolder(dir), merger: m} }

// Find looks for the pull request of a branch, whatever its state: the open
// one, else the newest; [fm.ErrGone] when there is none.
func (f *Forge) Find(ctx context.Context, head string) (fm.PullRequest, error) {
	all, err := f.read(ctx)
	if err != nil {
		return fm.PullRequest{}, err
	}
	p, ok := all.ofBranch(head)
	if !ok {
		return fm.PullRequest{}, fmt.Errorf("pull request of %q: %w", head, fm.ErrGone)
	}
	return p.request, p.file.err
}

// Open opens a pull request, or takes the one that is open for the same branch
// and makes it a draft, or ready, as proposed. Where the branch stands at a commit
// that is merged, the pull request that it was merged with is returned. A branch that is not pushed is
// refused with [fm.ErrRefused].
func (f *Forge) Open(ctx context.Context, p fm.Proposal) (request fm.PullRequest, err error) {
	sha, err := f.merger.Head(ctx, p.Head)
	if errors.Is(err, fm.ErrGone) {
		return fm.PullRequest{}, fmt.Errorf("open pull request: push %s first: %w", p.Head, fm.ErrRefused)
	}
	if err != nil {
		return fm.PullRequest{}, fmt.Errorf("open pull request: %w", err)
	}
	err = f.folder.change(ctx, func(root place) error {
		all, err := f.read(ctx)
		if err != nil {
			return err
		}
		if there, ok := all.ofBranch(p.Head); ok && there.request.State == fm.PullOpen {
			adopted, err := f.editFile(ctx, root, there.request.Number, func(now *pull) error { return now.doc.propose(p) })
			request = adopted.request
			return err
		}
		if there, ok := all.ofBranch(p.Head); ok && there.request.State == fm.PullMerged && there.request.SHA == sha {
			request = there.request // nothing is left to be merged
			return nil
		}
		request, err = f.write(root, all.next(), p, sha)
		return err
	})
	if err != nil {
		return fm.PullRequest{}, fmt.Errorf("open pull request of %s: %w", p.Head, err)
	}
	request.SHA = sha
	return request, nil
}

// propose makes an open pull request a draft, or ready, as proposed.
func (d *document) propose(p fm.Proposal) error {
	if d.flag(draftKey) == p.Draft {
		return nil
	}
	return d.set(draftKey, p.Draft)
}

func (f *Forge) write(root place, number int, p fm.Proposal, sha string) (fm.PullRequest, error) {
	fields := []field{
		{"title", fm.Line(p.Title, 0)},
		{"head", p.Head},
		{"base", p.Base},
		{"state", string(fm.PullOpen)},
		{"sha", sha},
		{"merge_commit", ""},
		{"task", string(p.Task)},
	}
	if p.Draft {
		fields = append(fields, field{draftKey, true})
	}
	name, doc, err := writeNew(root, number, "number", fields, p.Head, p.Body)
	if err != nil {
		return fm.PullRequest{}, err
	}
	return f.request(pullNumber(name, &doc), name, &doc), nil
}

// Look reads the present state of pull requests, in the order of the numbers.
// A merge that a crash interrupted is completed. A pull request whose file a
// person deleted is withdrawn: its state is closed. One whose file cannot be
// read, or that two files claim to be, has no state, and says why.
func (f *Forge) Look(ctx context.Context, numbers []string) ([]fm.PullRequest, error) {
	if _, err := os.Stat(f.folder.path); err != nil && len(numbers) > 0 {
		return nil, fmt.Errorf("look at pull requests: %w", err) // nothing is known; not even that they are gone
	}
	all, err := f.read(ctx)
	if err != nil {
		return nil, err
	}
	requests := make([]fm.PullRequest, 0, len(numbers))
	for _, number := range numbers {
		p, err := all.find(number)
		switch {
		case errors.Is(err, fm.ErrGone):
			p.request = fm.PullRequest{Number: number, State: fm.PullClosed}
		case err != nil:
			p = pull{request: fm.PullRequest{Number: number, Unread: fm.Reason(err)}}
		}
		requests = append(requests, f.present(ctx, p))
	}
	return requests, nil
}

// All lists the pull requests of the branches whose names begin with prefix,
// whatever their state, as [Forge.Look] does, in the order of their numbers.
func (f *Forge) All(ctx context.Context, prefix string) ([]fm.PullRequest, error) {
	all, err := f.read(ctx)
	if err != nil {
		return nil, err
	}
	var requests []fm.PullRequest
	for _, p := range all {
		if _, err := all.find(p.request.Number); err != nil {
			return nil, err
		}
		if strings.HasPrefix(p.request.Head, prefix) {
			requests = append(requests, f.present(ctx, p))
		}
	}
	return requests, nil
}

// present is the state of a pull request now.
func (f *Forge) present(ctx context.Context, p pull) fm.PullRequest {
	if p.request.State == fm.PullOpen && p.doc.text(merging) != "" {
		if merged, err := f.Merge(ctx, p.request.Number, p.doc.text(merging)); err == nil {
			return merged
		}
	}
	if p.request.State == fm.PullOpen {
		// A branch that was pushed again takes its pull request along.
		if tip, err := f.merger.Head(ctx, p.request.Head); err == nil {
			p.request.SHA = tip
		}
	}
	return p.request
}

// pull is a pull request and the file that it stands in.
type pull struct {
	file    file
	doc     document
	request fm.PullRequest
}

// pulls are ordered by number.
type pulls []pull

func (f *Forge) read(ctx context.Context) (pulls, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	files, err := f.folder.readAll()
	if err != nil {
		return nil, err
	}
	var all pulls
	for _, file := range files {
		p := pull{file: file, doc: parseDocument(file.text)}
		number := pullNumber(file.name, &p.doc)
		if number == "" {
			continue
		}
		p.request = f.request(number, file.name, &p.doc)
		if file.err != nil {
			p.file.err = fmt.Errorf("read %s: %w", file.name, file.err)
		}
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(a, b pull) int {
		return compareIDs(fm.IssueID(a.request.Number), fm.IssueID(b.request.Number))
	})
	return all, nil
}

// ofBranch prefers the open one, then the newest.
func (all pulls) ofBranch(head string) (pull, bool) {
	var found pull
	for _, p := range all {
		if p.request.Head == head && (found.request.State != fm.PullOpen || p.request.State == fm.PullOpen) {
			found = p
		}
	}
	return found, found.request.Number != ""
}

func (all pulls) find(number string) (pull, error) {
	var found []pull
	want := string(normalID(number))
	for _, p := range all {
		if p.request.Number == want {
			found = append(found, p)
		}
	}
	switch {
	case len(found) == 0:
		return pull{}, fmt.Errorf("pull request %q: %w", number, fm.ErrGone)
	case len(found) > 1:
		return pull{}, fmt.Errorf("pull request %s: both %s and %s claim this number: give one of them another: %w", number, found[0].file.name, found[1].file.name, fm.ErrRefused)
	}
	return found[0], found[0].file.err
}

func (all pulls) next() int {
	last := 0
	for _, p := range all {
		for _, number := range []string{p.request.Number, string(nameID(p.file.name))} {
			if n, err := strconv.Atoi(number); err == nil && n < maxNumber {
				last = max(last, n)
			}
		}
	}
	return last + 1
}

var digits = regexp.MustCompile(`^[0-9]{1,15}$`)

func pullNumber(name string, d *document) string {
	if n := strings.TrimPrefix(d.text("number"), "#"); digits.MatchString(n) {
		return trimZeros(n)
	}
	n, _ := numberOf(name) // "" when there is none
	return n
}

func (f *Forge) request(number, name string, d *document) fm.PullRequest {
	p := fm.PullRequest{
		Draft:  d.flag(draftKey),
		Number: number,
		URL:    filepath.Join(f.folder.path, name),
		Title:  d.line("title"),
		Head:   d.text("head"),
		Base:   d.text("base"),
		State:  fm.PullOpen,
		SHA:    d.text("sha"),
	}
	switch state := fm.PullState(strings.ToLower(d.text("state"))); state {
	case fm.PullMerged, fm.PullClosed:
		p.State = state
	case fm.PullOpen:
	}
	if p.State == fm.PullOpen {
		p.Demand = d.demand()
	}
	return p
}
