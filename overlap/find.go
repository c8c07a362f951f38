package overlap

import (
	"maps"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// Shared is a path that at least two issues touch.
type Shared struct {
	Path   string
	Issues []fm.IssueID
}

// Find lists what at least two issues touch, sorted by path, in the meaning of
// [fm.Overlap]: a file in a folder that another issue names is shared, and
// stands there under the file's path. The issues of each path are in the given
// order; those that are not in it do not count.
func Find(order []fm.IssueID, paths map[fm.IssueID][]string) []Shared {
	named := map[string][]int{}   // positions of the issues that name a path
	folders := map[string][]int{} // the same by the path without its last slash
	for i, id := range order {
		for _, p := range paths[id] {
			named[p] = append(named[p], i)
			bare := strings.TrimSuffix(p, "/")
			folders[bare] = append(folders[bare], i)
		}
	}
	var shared []Shared
	for _, p := range slices.Sorted(maps.Keys(named)) {
		touching := slices.Concat(named[p], folders["."])
		for i, c := range p {
			if c == '/' {
				touching = append(touching, folders[p[:i]]...)
			}
		}
		if issues := inOrder(order, touching); len(issues) > 1 {
			shared = append(shared, Shared{Path: p, Issues: issues})
		}
	}
	return shared
}

// inOrder turns positions into issues, each once.
func inOrder(order []fm.IssueID, positions []int) []fm.IssueID {
	slices.Sort(positions)
	var issues []fm.IssueID
	for _, i := range positions {
		if !slices.Contains(issues, order[i]) {
			issues = append(issues, order[i])
		}
	}
	return issues
}
