package git

import (
	"maps"
	"path"
)

// change is what differs between two commits, as far as it decides whether
// their merge with something else needs to be tried. A nil one is of commits
// without common history: everything differs.
type change struct {
	paths   map[string]bool
	folders map[string]effect // of all paths; without the root
}

// effect is what a change does in a folder, or somewhere below it.
type effect uint8

const (
	touches effect = 1 << iota
	adds
	removes
)

func newChange() *change {
	return &change{paths: map[string]bool{}, folders: map[string]effect{}}
}

// add takes in a path with a letter of git diff --name-status.
func (c *change) add(status, name string) {
	c.paths[name] = true
	does := touches
	switch status {
	case "A":
		does |= adds
	case "D":
		does |= removes
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		c.folders[dir] |= does
	}
}

func (c *change) touches(name string) bool { return c == nil || c.paths[name] }

// meets says whether two changes since the same commit can conflict: a path is
// in both; a file in one is a folder in the other; or one removes files where
// the other adds some, which git takes for a renamed folder.
func (c *change) meets(d *change) bool {
	if c == nil || d == nil {
		return true
	}
	for name := range c.paths {
		if d.paths[name] || d.folders[name] != 0 {
			return true
		}
	}
	for dir, does := range c.folders {
		other := d.folders[dir]
		if d.paths[dir] || does&adds != 0 && other&removes != 0 || does&removes != 0 && other&adds != 0 {
			return true
		}
	}
	return false
}

// own is what a branch changed since it left the base.
func (s *sweep) own(b branch) *change { return s.since(b.starts, b.tip) }

// since is what a commit changed since any of those below it.
func (s *sweep) since(starts []string, tip string) *change {
	switch len(starts) {
	case 0:
		return nil
	case 1:
		return s.change(starts[0], tip)
	}
	all := newChange()
	for _, start := range starts {
		c := s.change(start, tip)
		maps.Copy(all.paths, c.paths)
		for dir, does := range c.folders {
			all.folders[dir] |= does
		}
	}
	return all
}

func (s *sweep) change(from, to string) *change {
	if c, ok := s.seen.changes[span{from, to}]; ok {
		return c
	}
	return newChange() // of a commit with itself
}

func (s *sweep) meetsBase(a branch) bool {
	return s.own(a).meets(s.since(a.starts, s.base))
}

// meet says whether two branches can conflict. Where they left the base at
// different commits, what changed between these is part of what the later one
// brings to the merge: a file may have another name there.
func (s *sweep) meet(a, b branch) bool {
	mine, theirs := s.own(a), s.own(b)
	if mine.meets(theirs) {
		return true
	}
	for _, x := range a.starts {
		for _, y := range b.starts {
			if x != y && (mine.meets(s.change(x, y)) || theirs.meets(s.change(y, x))) {
				return true
			}
		}
	}
	return false
}
