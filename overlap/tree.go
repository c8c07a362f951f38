package overlap

// Tree is the files of a repository, made ready to be found in texts. It never
// changes, so that any number of goroutines may use it.
type Tree struct {
	files map[string]bool
}

// NewTree takes the files of a repository, slash-separated and relative to its
// root, and where files went that were once called otherwise: old path → path
// now.
func NewTree(files []string, renamed map[string]string) *Tree {
	t := &Tree{files: map[string]bool{}}
	for _, f := range files {
		t.files[f] = true
	}
	return t
}
