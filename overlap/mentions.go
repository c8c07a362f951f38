package overlap

import (
	"maps"
	"slices"
	"strings"
)

// Mentions lists the real files, and the folders with a trailing "/", that a
// text names: sorted, each once.
func (t *Tree) Mentions(text string) []string {
	found := map[string]bool{}
	for _, word := range strings.Fields(text) {
		if word = strings.Trim(word, "`'\"().,:;"); t.files[word] {
			found[word] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}
