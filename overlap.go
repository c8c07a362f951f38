package fm

import (
	"slices"
	"strings"
)

// Conflict says that two branches change the same lines: whoever is merged
// second has to be mended.
type Conflict struct {
	Tasks [2]TaskID `json:"tasks"` // the second is "" for the base branch
	Files []string  `json:"files"` // in which, sorted
}

// Overlap lists what two lists of paths have in common, sorted: files that are
// in both, and what lies in a folder of the other one.
func Overlap(a, b []string) []string {
	var common []string
	for _, x := range a {
		for _, y := range b {
			switch {
			case x == y, inFolder(x, y):
				common = append(common, x)
			case inFolder(y, x):
				common = append(common, y)
			}
		}
	}
	slices.Sort(common)
	return slices.Compact(common)
}

// inFolder says whether a path lies in a folder; the root has all.
func inFolder(path, folder string) bool {
	folder = strings.TrimSuffix(folder, "/")
	return folder == "." || strings.HasPrefix(path, folder+"/")
}
