package git

import (
	"context"
	"fmt"
)

// lock lets one writer at a time into the repository: goroutines of this
// process, and other processes.
func (r *Repo) lock(ctx context.Context) (release func(), err error) {
	release, err = r.writer.Take(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock repository: %w", err)
	}
	return release, nil
}
