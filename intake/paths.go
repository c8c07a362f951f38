package intake

import (
	"path"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// Limits of what a task says of the files that it will change: it is one line of
// a file that people read.
const (
	maxTaskPaths = 20
	maxTaskPath  = 200 // bytes
)

// cleanPaths gives paths as a task has them: relative to the repository's root,
// with slashes, each once, and a folder with a slash at its end. What does not
// name one place in the repository is left out, and so is the root itself, which
// says nothing.
func cleanPaths(paths []string) []string {
	var clean []string
	for _, p := range paths {
		p = strings.ReplaceAll(strings.TrimSpace(p), `\`, "/")
		folder := strings.HasSuffix(p, "/")
		if p = path.Clean(p); p == "." || p == ".." || strings.HasPrefix(p, "../") || path.IsAbs(p) {
			continue
		}
		if folder {
			p += "/"
		}
		if len(p) > maxTaskPath || strings.ContainsAny(p, ":\n\t") || strings.TrimSpace(p) != p || fm.Plain(p) != p || slices.Contains(clean, p) {
			continue
		}
		if clean = append(clean, p); len(clean) == maxTaskPaths {
			break
		}
	}
	return clean
}
