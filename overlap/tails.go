package overlap

import "strings"

// tails finds paths by how they end. It is a trie over the segments of each
// path, the last one first, so that looking up takes as many steps as the
// looked-up path has segments, however many files are called index.ts.
type tails struct {
	next  map[edge]int32 // the node that a segment leads to
	nodes []node
	paths []string // what is found
}

type edge struct {
	from int32
	name string
}

// node is one tail. Both fields are positions in paths, or nobody, or several.
type node struct {
	only  int32 // the path that ends so
	whole int32 // the path that is no longer than this
}

const (
	nobody  int32 = -1
	several int32 = -2
)

// newTails makes room for so many paths, of which few share a last segment.
func newTails(paths int) *tails {
	return &tails{next: make(map[edge]int32, 2*paths), nodes: []node{{only: nobody, whole: nobody}}}
}

// add lets a path be found under a name, which is mostly its own.
func (t *tails) add(name, path string) {
	id := int32(len(t.paths)) //nolint:gosec // a repository has fewer than 2^31 files
	t.paths = append(t.paths, path)
	at := int32(0)
	for name != "" {
		cut := strings.LastIndexByte(name, '/')
		step := edge{from: at, name: name[cut+1:]}
		name = name[:max(cut, 0)]
		next, known := t.next[step]
		if !known {
			next = int32(len(t.nodes)) //nolint:gosec // one for each segment of a path at most
			t.next[step] = next
			t.nodes = append(t.nodes, node{only: nobody, whole: nobody})
		}
		at = next
		t.nodes[at].only = t.joined(t.nodes[at].only, id)
	}
	t.nodes[at].whole = t.joined(t.nodes[at].whole, id)
}

// joined is who has a tail when one more has it. Two old names of one file are
// no reason to doubt.
func (t *tails) joined(had, id int32) int32 {
	switch {
	case had == nobody, had >= 0 && t.paths[had] == t.paths[id]:
		return id
	}
	return several
}

// trace is how far a path could be followed from its end.
type trace struct {
	depth      int   // segments that a real path ends with
	only       int32 // the one that does
	whole      int32 // the longest real path that lies in them altogether
	wholeDepth int   // how many segments that one has
}

// follow takes segments with the last one first.
func (t *tails) follow(segments []string) trace {
	tr := trace{only: nobody, whole: nobody}
	at := int32(0)
	for _, name := range segments {
		next, known := t.next[edge{from: at, name: name}]
		if !known {
			break
		}
		at = next
		tr.depth++
		tr.only = t.nodes[at].only
		if whole := t.nodes[at].whole; whole != nobody {
			tr.whole, tr.wholeDepth = whole, tr.depth
		}
	}
	return tr
}
