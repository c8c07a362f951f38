package jira

import (
	"context"
	"fmt"

	"github.com/founder-mode/fm"
)

const (
	// maxComment is the longest part of one comment that an agent gets to read.
	maxComment = 8_000
	// mostComments are read; of more, the newest.
	mostComments = 100
)

type comment struct {
	ID      string  `json:"id"`
	Author  *person `json:"author"`
	Body    string  `json:"body"`
	Created moment  `json:"created"`
}

// comments gives what people said about an issue, as the settings have it.
func (j *Jira) comments(ctx context.Context, i *issue) ([]fm.Comment, error) {
	if j.o.Config.Comments == "none" {
		return nil, nil
	}
	all, err := j.said(ctx, i)
	if err != nil {
		return nil, err
	}
	var taken []fm.Comment
	for _, c := range all[max(0, len(all)-mostComments):] {
		body := cut(j.texts.markdown(c.Body), maxComment)
		if body == "" {
			continue
		}
		author := "somebody"
		if c.Author != nil {
			author = fm.Line(c.Author.Display, 100)
		}
		taken = append(taken, fm.Comment{Author: author, Body: body})
	}
	return taken, nil
}

// said lists the comments of an issue, oldest first: those that came with it,
// and all of them where it brought a part only.
func (j *Jira) said(ctx context.Context, i *issue) ([]comment, error) {
	if c := i.Fields.Comment; len(c.Comments) >= c.Total {
		return c.Comments, nil
	}
	var all []comment
	for {
		var page struct {
			Comments []comment `json:"comments"`
			Total    int       `json:"total"`
		}
		if err := j.get(ctx, &page, fmt.Sprintf("issue/%%/comment?startAt=%d&maxResults=100", len(all)), i.ID); err != nil {
			return nil, err
		}
		all = append(all, page.Comments...)
		if len(page.Comments) == 0 || len(all) >= page.Total {
			return all, nil
		}
	}
}
