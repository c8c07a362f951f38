package jira

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// closing ends the comment with which fm closes an issue. It is in plain words,
// because Jira shows everything that it keeps of a text.
const closing = "fm closes this issue."

// Close comments on an issue and has it done, once in its life, by the transition
// that the settings name. The comment comes first and bears a mark, so that a
// crash between the two is seen; an issue that was done after it and is open
// again was reopened by a person, and stays so. One that is done already is left
// as it is. [fm.ErrRefused] says which transitions there are where the one of the
// settings is not among them; then nothing was said either.
func (t *Tracker) Close(ctx context.Context, id fm.IssueID, comment string) error {
	if err := t.jira.close(ctx, id, comment); err != nil {
		return fmt.Errorf("close issue %s: %w", shown(id), err)
	}
	return nil
}

func (j *Jira) close(ctx context.Context, id fm.IssueID, text string) error {
	key, err := keyOf(id)
	if err != nil {
		return err
	}
	release, err := j.turns.take(ctx, "status of "+key)
	if err != nil {
		return err
	}
	defer release()
	i, err := j.read(ctx, key)
	if err != nil || i.Fields.Status.done() {
		return err
	}
	before, err := j.saidClosing(ctx, i)
	if err != nil {
		return err
	}
	if before != nil {
		if over, err := j.overSince(ctx, i, before.Created.Time); err != nil || over {
			return err
		}
	}
	var step *transition
	if wish := j.o.Config.Done; wish != none {
		if step, err = j.transition(ctx, i, "jira.done", wish); err != nil {
			return err
		}
	}
	if before == nil {
		if err := j.sayClosing(ctx, i, text); err != nil {
			return err
		}
	}
	if step == nil {
		return nil
	}
	return j.perform(ctx, i, step, issueStatus.done)
}

// none is the name of a transition that is not made.
const none = "-"

// saidClosing finds fm's comment; nil when there is none. Who else writes the
// same words says nothing for fm.
func (j *Jira) saidClosing(ctx context.Context, i *issue) (*comment, error) {
	all, err := j.said(ctx, i)
	if err != nil {
		return nil, err
	}
	marked := slices.DeleteFunc(slices.Clone(all), func(c comment) bool {
		return !strings.HasSuffix(strings.TrimRight(c.Body, " \r\n"), closing)
	})
	if len(marked) == 0 {
		return nil, nil
	}
	me, err := j.myself(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range marked {
		if me.same(c.Author) {
			return &c, nil
		}
	}
	return nil, nil
}

func (j *Jira) sayClosing(ctx context.Context, i *issue, text string) error {
	body := map[string]any{"body": strings.TrimSpace(j.texts.wiki(text) + "\n\n" + closing)}
	return j.once(ctx, func() error { return j.post(ctx, nil, body, "issue/%/comment", i.ID) }, func() (bool, error) {
		now, err := j.read(ctx, i.ID)
		if err != nil {
			return false, err
		}
		c, err := j.saidClosing(ctx, now)
		return c != nil, err
	})
}

// overSince says that an issue that is not done now was done at some time since
// then, or, where the settings name a status of another kind, was in that one.
func (j *Jira) overSince(ctx context.Context, i *issue, since time.Time) (bool, error) {
	changes, err := j.history(ctx, i)
	if err != nil {
		return false, err
	}
	var ids []string
	for _, h := range changes {
		for _, item := range h.Items {
			if item.Field != "status" || h.Created.Before(since) {
				continue
			}
			if strings.EqualFold(item.ToName, j.o.Config.Done) {
				return true, nil
			}
			ids = append(ids, item.To)
		}
	}
	if len(ids) == 0 {
		return false, nil
	}
	var all []issueStatus
	if err := j.get(ctx, &all, "status"); err != nil {
		return false, err
	}
	return slices.ContainsFunc(all, func(s issueStatus) bool { return s.done() && slices.Contains(ids, s.ID) }), nil
}
