package overlap

import "strings"

// verdict is what became of a claim.
type verdict int

const (
	nothing verdict = iota // no such path
	named                  // this one
	vague                  // one of several: perhaps the rest of the text says which
)

// resolve adds the file or the folder that a claim names, or leaves the claim
// for the end of the text. It is false when a claim names nothing so far.
func (r *reader) resolve(c claim) bool {
	if len(c.segments) == 0 {
		return false
	}
	folded := claim{signs: c.signs, segments: make([]string, len(c.segments))}
	for i, name := range c.segments {
		folded.segments[i] = strings.ToLower(name)
	}
	files, dirs := r.tree.files, r.tree.dirs
	for _, in := range []struct {
		names *tails
		claim claim
		judge func(claim, trace) verdict
	}{
		{files.exact, c, judgeFile},
		{files.folded, folded, judgeFile},
		{files.old, c, judgeFile},
		{dirs.exact, c, judgeFolder},
		{dirs.folded, folded, judgeFoldedFolder},
		{dirs.old, c, judgeFolder},
	} {
		tr := in.names.follow(in.claim.segments)
		switch in.judge(in.claim, tr) {
		case nothing:
		case named:
			r.name(c, in.names, tr)
			return true
		case vague:
			r.later = append(r.later, c)
			return true
		}
	}
	if len(c.segments) > 1 && !c.signs.has(imported) {
		r.later = append(r.later, c)
	}
	return false
}

// name adds what a trace found, and learns from what the text wrote before it
// or left out.
func (r *reader) name(c claim, t *tails, tr trace) {
	id, depth := tr.only, tr.depth
	if tr.wholeDepth == tr.depth || id < 0 {
		id, depth = tr.whole, tr.wholeDepth
	}
	path := t.paths[id]
	r.found[path] = true
	if strings.HasSuffix(path, "/") {
		return
	}
	base := path // less what was written
	for range depth {
		base, _ = splitLast(base)
	}
	switch {
	case depth < len(c.segments):
		r.learn(claim{segments: c.segments[depth:]}.path(), base)
	case depth > 1 && base != "":
		r.bases[base] = true
	}
}

// learn remembers where a folder of the repository stands on somebody's
// machine. Two answers are none.
func (r *reader) learn(root, base string) {
	if known, seen := r.roots[root]; seen && known != base {
		base = "?" // no folder can be called so by a claim
	}
	r.roots[root] = base
	if base != "" && base != "?" {
		r.bases[base] = true
	}
}

// judgeFile decides whether a claim names a file.
func judgeFile(c claim, tr trace) verdict {
	n := len(c.segments)
	switch {
	case tr.depth == 0:
		return nothing
	case n == 1:
		return judgeName(c, tr)
	case tr.wholeDepth == n && tr.whole >= 0:
		return named
	case tr.depth == n:
		if !hasExtension(c.segments[0]) && !c.signs.has(quoted|numbered) {
			return nothing // client/server
		}
		return judgeOnly(tr)
	}
	return judgeTail(c, tr)
}

// judgeName decides about a name without a folder.
func judgeName(c claim, tr trace) verdict {
	name := c.segments[0]
	switch {
	case c.signs.has(anchored|absolute) && tr.whole >= 0:
		return named
	case tr.only < 0, c.signs.has(slashed):
		return nothing
	case c.signs.has(numbered), isConventional(name):
		return named
	case hasExtension(name):
		if isProduct(name) && !c.signs.has(quoted) {
			return nothing
		}
		return named
	case c.signs.has(coded) && (c.signs.has(filed) || name != strings.ToLower(name)):
		return named // but `build` and `setup` are code sooner than files
	}
	return nothing
}

// judgeTail decides about a path of which only the end is real.
func judgeTail(c claim, tr trace) verdict {
	before := c.segments[max(tr.depth, tr.wholeDepth):]
	switch {
	case isForeign(before):
		return nothing
	case tr.depth > tr.wholeDepth:
		if c.signs.has(absolute) && tr.only >= 0 && (tr.depth > 2 || tr.depth == 2 && len(before) == 1) {
			return named // /app/src/a.go in a container, services/api/src/a.go here
		}
	}
	if tr.wholeDepth < 2 || tr.whole < 0 {
		return nothing
	}
	before = c.segments[tr.wholeDepth:]
	switch {
	case isForeign(before):
		return nothing
	case c.signs.has(absolute), len(before) == 1 && !isHost(before[0]):
		return named
	case len(before) > 1 && isHost(before[len(before)-1]):
		return named // github.com/acme/shop/internal/queue/queue.go, as Go trims it
	}
	return nothing
}

func judgeOnly(tr trace) verdict {
	if tr.only >= 0 {
		return named
	}
	return vague
}

// judgeFolder decides whether a claim names a folder.
func judgeFolder(c claim, tr trace) verdict {
	n := len(c.segments)
	meant := c.signs.has(quoted | slashed | titled)
	switch {
	case tr.depth == 0, c.signs.has(imported) && !c.signs.has(slashed):
		return nothing
	case n == 1:
		return judgeFolderName(c, tr)
	case tr.wholeDepth == n && tr.whole >= 0:
		return named
	case tr.depth == n:
		if meant && tr.only >= 0 && !c.signs.has(absolute) {
			return named
		}
		return nothing // and /account/orders is an address of the product
	case tr.wholeDepth < 2, tr.whole < 0, tr.depth > tr.wholeDepth, isForeign(c.segments[tr.wholeDepth:]):
		return nothing
	case n-tr.wholeDepth > 2 && isHost(c.segments[n-1]):
		return named // github.com/acme/shop/internal/queue
	case c.signs.has(quoted|slashed) && (c.signs.has(absolute) || n-tr.wholeDepth == 1):
		return named // without such a sign, it is where something ran
	}
	return nothing
}

func judgeFolderName(c claim, tr trace) verdict {
	switch {
	case c.signs.has(slashed|anchored) && tr.whole >= 0:
		return named
	case c.signs.has(quoted) && c.signs.has(slashed|titled) && (tr.whole >= 0 || tr.only >= 0):
		return named
	}
	return nothing
}

// judgeFoldedFolder wants to be surer than for the right case.
func judgeFoldedFolder(c claim, tr trace) verdict {
	if !c.signs.has(quoted | slashed) {
		return nothing
	}
	return judgeFolder(c, tr)
}
