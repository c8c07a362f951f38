package overlap

import (
	"maps"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// Mentions lists the real files, and the folders with a trailing "/", that a
// text names: sorted, each once. The text may be anything, in any length.
//
// A path is named whole, by the end of it that no other path has, with anything
// before it that a machine of its own may add (/home/ci/build/src/a.go), by a
// name that it had before, or by a link to it. A name alone wants an extension
// or quotes, and has to be the only one of its kind.
func (t *Tree) Mentions(text string) []string {
	r := reader{
		tree:    t,
		scanner: scanner{text: fm.Plain(text)},
		found:   map[string]bool{},
		roots:   map[string]string{},
		bases:   map[string]bool{},
		homes:   map[string]bool{},
	}
	for w, more := r.next(); more; w, more = r.next() {
		r.read(w)
	}
	if t.spaced {
		r.readQuoted()
	}
	r.settle()
	return slices.Sorted(maps.Keys(r.found))
}

// reader is one reading of one text.
type reader struct {
	scanner

	tree  *Tree
	found map[string]bool
	roots map[string]string // where the repository, or a folder of it, stands on a machine: /app → services/api
	bases map[string]bool   // folders that short paths turned out to be relative to
	homes map[string]bool   // repositories whose links led to our files
	later []claim           // what only the rest of the text can explain
	links []link            // the same

	judged     int // the start of the line, plus one, that kindOfLine is about
	kindOfLine lineKind
}

// read takes one word for what its surroundings say it is.
func (r *reader) read(w word) {
	after, spelled := r.text[w.end:], r.text[w.start:w.end]
	switch {
	case strings.HasPrefix(after, "://"):
		r.readURL(spelled)
	case spelled[len(spelled)-1] == '.' && strings.HasPrefix(after, "("):
		// A method in a Go stack: example.com/shop/internal/queue.(*Queue).Pop
	case r.kind() == passed:
	case strings.HasPrefix(after, "{") && r.readBraces(w):
	case r.inFrame(w):
		r.readFrame(w)
	default:
		signs := r.signs(w)
		if rest, header := r.inDiff(w); header {
			spelled, signs = "./"+rest, signs|anchored
		}
		if !strings.ContainsAny(spelled, `/\.`) && !signs.has(quoted) && !strings.HasSuffix(spelled, "file") {
			return // a word of prose
		}
		for _, spelling := range spellings(spelled) {
			if r.take(spelling, signs) {
				return
			}
		}
	}
}

// inDiff gives a path in the header of a diff without its a/ or b/.
func (r *reader) inDiff(w word) (path string, header bool) {
	side, path, _ := strings.Cut(r.text[w.start:w.end], "/")
	if path == "" || side != "a" && side != "b" {
		return "", false
	}
	for _, start := range []string{"diff --git ", "--- ", "+++ "} {
		if strings.HasPrefix(strings.TrimLeft(r.text[r.line:w.start], " \t"), start) {
			return path, true
		}
	}
	return "", false
}

// take resolves one spelling of a word.
func (r *reader) take(spelling string, s signs) bool {
	if spelling == "" {
		return false
	}
	if i := strings.LastIndex(spelling, "/./"); i > 0 && s.has(located) {
		spelling = spelling[i+1:] // webpack://shop/./src/a.ts
	}
	c := newClaim(spelling, s)
	if len(c.segments) == 0 {
		return false
	}
	if isHost(c.segments[len(c.segments)-1]) && r.readLink(c.forwards()) {
		return true
	}
	return r.resolve(c)
}

// readQuoted reads what stands in quotes as one path, for the sake of names
// with spaces.
func (r *reader) readQuoted() {
	const longest = 256
	for line := range strings.Lines(r.text) {
		for {
			i := strings.IndexAny(line, "`\"")
			if i < 0 {
				break
			}
			quote := line[i]
			line = line[i+1:]
			end := strings.IndexByte(line[:min(len(line), longest)], quote)
			if end < 0 {
				continue
			}
			if inside := line[:end]; strings.Contains(inside, " ") && strings.ContainsAny(inside, `/\.`) {
				r.resolve(newClaim(strings.TrimSpace(inside), quoted))
			}
		}
	}
}
