package claude

import (
	"context"
	_ "embed" // for the schema
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// Limits of a prediction.
const (
	maxPredicted = 50
	maxPath      = 500 // bytes
)

//go:embed predict.schema.json
var predictSchema string

// Predict asks Claude which files and folders of the repository a fix of the
// issue would change: at most 50, relative to the root with slashes, a folder
// with one at its end, each once and sorted. It is a guess: they need not exist.
// As [Claude.Split] it calls a model once, which can only read, takes at most 5
// minutes, and has the same kinds of errors.
func (c *Claude) Predict(ctx context.Context, issue fm.Issue) ([]string, error) {
	paths, err := c.readPrediction(c.consult(ctx, predictSchema, predictPrompt(issue)))
	if err != nil {
		return nil, fmt.Errorf("predict what issue %s changes: %w", issue.ID, err)
	}
	return paths, nil
}

func predictPrompt(issue fm.Issue) string {
	return "Name the files and folders of this repository that a fix of the issue below would change. Look at the code of this repository as far as you need it.\n\n" +
		"- Name them relative to the root of the repository, with slashes, and a folder with a slash at its end.\n" +
		"- Only what the change itself touches, its tests and documentation among it; not what one only has to read. A new file counts where its place is clear.\n" +
		"- The most certain first, and at most 50. None is an answer as well, where nothing can be told.\n\n" +
		"Nobody can answer questions: decide.\n\n" +
		quoted(issue)
}

func (c *Claude) readPrediction(out []byte, failure error) ([]string, error) {
	var prediction struct{ Paths []string }
	if err := readAnswer(out, failure, &prediction); err != nil {
		return nil, err
	}
	var kept []string
	for _, p := range prediction.Paths {
		if p, ok := c.predicted(p); ok && !slices.Contains(kept, p) && len(kept) < maxPredicted {
			kept = append(kept, p)
		}
	}
	slices.Sort(kept)
	return kept, nil
}

// predicted gives a path one form. What is no place in the repository, or all of
// it, says nothing.
func (c *Claude) predicted(p string) (string, bool) {
	p = strings.TrimPrefix(fm.Line(p, 0), c.project.Root+"/") // which is how the tools name files
	clean, ok := within(p)
	if clean == "." || len(clean) > maxPath {
		return "", false
	}
	if strings.HasSuffix(p, "/") {
		clean += "/"
	}
	return clean, ok
}

// within cleans a path, and says whether it is one of the repository.
func within(p string) (clean string, ok bool) {
	clean = path.Clean(p)
	return clean, !path.IsAbs(clean) && clean != ".." && !strings.HasPrefix(clean, "../")
}
