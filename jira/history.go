package jira

import (
	"context"
	"fmt"
)

// change is what was changed of an issue at one time.
type change struct {
	Created moment `json:"created"`
	Items   []struct {
		Field  string `json:"field"`
		To     string `json:"to"`
		ToName string `json:"toString"`
	} `json:"items"`
}

// history lists the changes of an issue. A Data Center gives all at once; the
// Cloud gives pages.
func (j *Jira) history(ctx context.Context, i *issue) ([]change, error) {
	what, err := j.described(ctx)
	if err != nil {
		return nil, err
	}
	if !what.cloud() {
		var whole issue
		err := j.get(ctx, &whole, "issue/%?fields=status&expand=changelog", i.ID)
		return whole.Changelog.Histories, err
	}
	var all []change
	for {
		var page struct {
			Values []change `json:"values"`
			Total  int      `json:"total"`
		}
		if err := j.get(ctx, &page, fmt.Sprintf("issue/%%/changelog?startAt=%d&maxResults=100", len(all)), i.ID); err != nil {
			return nil, err
		}
		all = append(all, page.Values...)
		if len(page.Values) == 0 || len(all) >= page.Total {
			return all, nil
		}
	}
}
