package overlap

import (
	"maps"
	"slices"
	"strings"
)

// Tree is the files of a repository, made ready to be found in texts. It never
// changes, so that any number of goroutines may use it.
type Tree struct {
	real   map[string]bool // files, by their whole path
	files  names
	dirs   names // with a trailing "/"
	spaced bool  // some path has a space, so that quoted words are read together
}

// names are the ways in which paths can be called, the most exact first.
type names struct {
	exact  *tails
	folded *tails // in lower case
	old    *tails // what was renamed
}

func newNames(paths, renamed int) names {
	return names{exact: newTails(paths), folded: newTails(paths), old: newTails(renamed)}
}

func (n names) add(name, path string) {
	n.exact.add(name, path)
	n.folded.add(strings.ToLower(name), path)
}

// NewTree takes the files of a repository, slash-separated and relative to its
// root, and where files went that were once called otherwise: old path → path
// now. Names that a file has today go before old ones.
func NewTree(files []string, renamed map[string]string) *Tree {
	t := &Tree{real: make(map[string]bool, len(files)), files: newNames(len(files), len(renamed)), dirs: newNames(0, 0)}
	folders := map[string]bool{}
	for _, f := range files {
		if t.real[f] || f == "" {
			continue
		}
		t.real[f] = true
		t.files.add(f, f)
		t.spaced = t.spaced || strings.Contains(f, " ")
		for i := len(f) - 1; i > 0; i-- {
			if f[i] != '/' {
				continue
			}
			if folders[f[:i]] {
				break // and so are those above it
			}
			folders[f[:i]] = true
			t.dirs.add(f[:i], f[:i+1])
		}
	}
	t.rename(renamed, folders)
	return t
}

// rename learns old names, and from them what folders were called.
func (t *Tree) rename(renamed map[string]string, folders map[string]bool) {
	moved := map[string]string{} // folder → folder now, "" when its files went to several
	for _, old := range slices.Sorted(maps.Keys(renamed)) {
		now, found := t.today(old, renamed)
		if !found {
			continue
		}
		t.files.old.add(old, now)
		for {
			from, name := splitLast(old)
			to, newName := splitLast(now)
			if name != newName || from == "" || to == "" || folders[from] {
				break
			}
			if known, seen := moved[from]; seen && known != to {
				to = ""
			}
			moved[from] = to
			if to == "" {
				break
			}
			old, now = from, to
		}
	}
	for _, old := range slices.Sorted(maps.Keys(moved)) {
		if now := moved[old]; now != "" {
			t.dirs.old.add(old, now+"/")
		}
	}
}

// today follows renames to a file that exists.
func (t *Tree) today(old string, renamed map[string]string) (path string, found bool) {
	const patience = 64 // renames of one file, against going round
	path = old
	for range patience {
		next, known := renamed[path]
		if !known || next == path {
			return "", false
		}
		if t.real[next] {
			return next, !t.real[old]
		}
		path = next
	}
	return "", false
}

// splitLast splits a path into its folder and its last segment.
func splitLast(path string) (folder, name string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}
