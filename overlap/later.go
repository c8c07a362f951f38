package overlap

import "strings"

// settle decides about what was left for the end of the text.
func (r *reader) settle() {
	r.settleLinks()
	for _, c := range r.later {
		path := c.path()
		switch {
		case r.settleRooted(path):
		case r.settleBased(path):
		default:
			r.settleAlone(c)
		}
	}
}

// settleRooted tries a path under the places where the text has shown our files
// to be: /app/package.json is services/api/package.json when /app/src/a.ts was
// services/api/src/a.ts.
func (r *reader) settleRooted(path string) bool {
	for i, char := range path {
		if char != '/' {
			continue
		}
		base, known := r.roots[path[:i]]
		if !known {
			continue
		}
		file := path[i+1:]
		if base != "" {
			file = base + "/" + file
		}
		if r.tree.real[file] {
			r.found[file] = true
			return true
		}
	}
	return false
}

// settleBased tries a path in the folders that other paths of the text were
// relative to. Only one of them may have it.
func (r *reader) settleBased(path string) bool {
	const most = 16 // such folders in one text: more say nothing
	if len(r.bases) > most {
		return false
	}
	only := ""
	for base := range r.bases {
		if file := base + "/" + path; r.tree.real[file] {
			if only != "" {
				return false
			}
			only = file
		}
	}
	if only != "" {
		r.found[only] = true
	}
	return only != ""
}

// settleAlone takes an absolute path for a file in the repository's root when
// no other file is called so, and it does not lie where systems have theirs.
func (r *reader) settleAlone(c claim) {
	tr := r.tree.files.exact.follow(c.segments)
	before := c.segments[tr.wholeDepth:]
	if !c.signs.has(absolute) || tr.wholeDepth != 1 || tr.depth != 1 || tr.only < 0 || isForeign(before) {
		return
	}
	switch before[len(before)-1] {
	case "etc", "usr", "tmp", "proc", "dev", "sys", "opt", "lib", "bin", "Windows", "System":
		return
	}
	if path := r.tree.files.exact.paths[tr.only]; !strings.Contains(path, "/") {
		r.found[path] = true
	}
}
