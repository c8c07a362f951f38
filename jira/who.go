package jira

import (
	"cmp"
	"context"
	"fmt"

	"github.com/founder-mode/fm"
)

// Who names the account that fm acts as, as Jira does.
func (j *Jira) Who(ctx context.Context) (string, error) {
	p, err := j.myself(ctx)
	if err != nil {
		return "", fmt.Errorf("log in to Jira: %w", err)
	}
	return fm.Line(cmp.Or(p.Display, p.Name, j.account()), 100), nil
}
