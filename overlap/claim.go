package overlap

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// claim is a path as a text writes it, with what speaks for it being one.
type claim struct {
	segments []string // the last one first
	signs    signs
}

// signs are what a text shows beside a path.
type signs uint16

const (
	quoted   signs = 1 << iota // in backquotes or quotes
	coded                      // in backquotes
	numbered                   // with a line number
	absolute                   // from the root of a file system
	anchored                   // begins with ./
	slashed                    // ends in a slash
	titled                     // beside a word such as "package"
	filed                      // beside a word such as "script"
	imported                   // in a line that imports something
	located                    // what a URL that is none of the web's names
)

// has says whether one of the others is among the signs.
func (s signs) has(others signs) bool { return s&others != 0 }

// newClaim cuts a spelling into segments. Of a very long one only the end is
// read: no real path is as long.
func newClaim(spelling string, s signs) claim {
	const longest, deepest = 4096, 48
	if isSlash(spelling[0]) || spelling[0] == '~' || spelling[0] == '$' || s.has(located) {
		s |= absolute
	}
	if spelling[0] == '.' && len(spelling) > 1 && isSlash(spelling[1]) {
		s |= anchored
	}
	if len(spelling) > longest {
		spelling = spelling[len(spelling)-longest:]
	}
	if isSlash(spelling[len(spelling)-1]) {
		s |= slashed
	}
	c := claim{signs: s}
	above := 0 // segments that a ".." further behind takes back
	for end := len(spelling); end > 0 && len(c.segments) < deepest; {
		start := strings.LastIndexAny(spelling[:end], `/\`) + 1
		name := spelling[start:end]
		end = start - 1
		switch {
		case name == "", name == ".":
		case name == "..":
			above++
		case strings.Trim(name, ".…") == "":
			return c // .../src/a.go: what was left out is not known
		case above > 0:
			above--
		default:
			c.segments = append(c.segments, name)
		}
	}
	return c
}

// path is the claim from the front.
func (c claim) path() string { return strings.Join(c.forwards(), "/") }

func (c claim) forwards() []string {
	forwards := slices.Clone(c.segments)
	slices.Reverse(forwards)
	return forwards
}

// spellings are what a word may stand for, the most likely first: sentences end
// in full stops, Markdown emphasizes and escapes with what names are made of,
// links encode, versions follow an @.
func spellings(w string) []string {
	w = strings.TrimRight(w, ".-")
	all := []string{w}
	if strings.IndexByte(w, '%') >= 0 {
		if decoded, err := url.PathUnescape(w); err == nil && decoded != "" && utf8.ValidString(decoded) {
			all = []string{decoded, w}
		}
	}
	if name, ok := withoutAt(w); ok {
		all = append(all, name)
	}
	if trimmed := strings.Trim(w, "._-+~$@%"); trimmed != w {
		all = append(all, trimmed)
	}
	if strings.Contains(w, `\_`) {
		all = append(all, strings.ReplaceAll(w, `\_`, "_"))
	}
	return append(all, latin(w)...)
}

// withoutAt drops what is no part of a path: the scope of @acme/ui/src/a.ts,
// the version of docs/a.md@v2.
func withoutAt(w string) (name string, ok bool) {
	if strings.HasPrefix(w, "@") {
		_, w, ok = strings.Cut(w, "/")
	}
	if i := strings.LastIndexByte(w, '@'); i > 0 && !isSlash(w[i-1]) && strings.ContainsAny(w[:i], `/\`) {
		return w[:i], true
	}
	return w, ok
}

// latin gives the ASCII parts of a word that has others: in languages without
// spaces, a name stands between letters.
func latin(w string) []string {
	other := func(r rune) bool { return r >= utf8.RuneSelf }
	if strings.IndexFunc(w, other) < 0 {
		return nil
	}
	return strings.FieldsFunc(w, other)
}
