package overlap

import "strings"

// readBraces reads src/{menu,tray}.rs as the paths that a shell makes of it,
// and src/{old => new}/a.go as the two that git means. It is false when there
// is nothing real among them.
func (r *reader) readBraces(w word) bool {
	const longest, most = 128, 16
	inside, _, closed := strings.Cut(r.text[w.end+1:min(len(r.text), w.end+longest)], "}")
	var parts []string
	switch {
	case !closed || strings.Contains(inside, "\n"):
	case strings.Contains(inside, " => "):
		parts = strings.Split(inside, " => ")
	case strings.Contains(inside, ","):
		parts = strings.Split(inside, ",")
	}
	if len(parts) == 0 || len(parts) > most {
		return false
	}
	before, back := r.text[w.start:w.end], r.pos
	r.pos = w.end + len(inside) + len("{}")
	behind := r.pos
	r.run()
	found := false
	if r.pos-behind > longest {
		parts = nil
	}
	for _, part := range parts {
		if r.take(strings.TrimRight(before+strings.TrimSpace(part)+r.text[behind:r.pos], "."), quoted) {
			found = true
		}
	}
	if !found {
		r.pos = back
	}
	return found
}
