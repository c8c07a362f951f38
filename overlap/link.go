package overlap

import (
	"net/url"
	"slices"
	"strings"
)

// readURL reads on behind a scheme. What the web's schemes point to is a link;
// behind any other (file, webpack, app) stands a path, which is the next word.
func (r *reader) readURL(scheme string) {
	r.pos += len("://")
	if !strings.HasSuffix(scheme, "http") && !strings.HasSuffix(scheme, "https") {
		return
	}
	start := r.pos
	r.run()
	host := r.text[start:r.pos]
	if strings.HasPrefix(r.text[r.pos:], ":") { // a port
		r.pos++
		start = r.pos
		r.run()
		_, path, _ := strings.Cut(r.text[start:r.pos], "/")
		host += "/" + path
	}
	if r.pos < len(r.text) && strings.IndexByte("?#", r.text[r.pos]) >= 0 {
		end := strings.IndexAny(r.text[r.pos:], " \t\n\"'`<>()[]|")
		if end < 0 {
			end = len(r.text) - r.pos
		}
		r.pos += end
	}
	if decoded, err := url.PathUnescape(host); err == nil {
		host = decoded
	}
	host = strings.TrimRight(host, ".-_~")
	if host == "" {
		return
	}
	segments := newClaim(host, 0).forwards()
	if len(segments) < 2 {
		return
	}
	switch segments[0] {
	case "localhost", "127.0.0.1", "0.0.0.0":
		r.take(strings.Join(segments[1:], "/"), quoted)
	default:
		r.readLink(segments)
	}
}

// readLink resolves a link into a tree on a forge, from its host on. It is
// false when the link is none.
func (r *reader) readLink(segments []string) bool {
	if segments[0] == "raw.githubusercontent.com" && len(segments) > 4 {
		r.resolveLink(strings.Join(segments[:3], "/"), segments[3:])
		return true
	}
	for i := 3; i < len(segments)-1; i++ {
		switch segments[i] {
		case "blob", "tree", "raw", "blame", "edit", "commits", "src":
			home := strings.TrimSuffix(strings.Join(segments[:i], "/"), "/-")
			r.resolveLink(home, segments[i+1:])
			return true
		case "workflows":
			if path := ".github/workflows/" + segments[i+1]; r.tree.real[path] {
				r.found[path] = true
			}
			return true
		}
	}
	return false
}

// resolveLink resolves a revision and a path, of which nobody knows where one
// ends and the other begins.
func (r *reader) resolveLink(home string, segments []string) {
	const longest = 3 // segments of a branch's name
	backwards := slices.Clone(segments)
	slices.Reverse(backwards)
	n := len(backwards) - 1 // the revision has one segment at least
	for _, t := range []*tails{r.tree.files.exact, r.tree.dirs.exact, r.tree.files.old, r.tree.dirs.old} {
		tr := t.follow(backwards[:n])
		if tr.whole < 0 || n-tr.wholeDepth >= longest || n > tr.wholeDepth && isRevision(segments[0]) {
			continue
		}
		if tr.wholeDepth == 1 {
			r.links = append(r.links, link{home: home, path: t.paths[tr.whole]})
			return
		}
		r.homes[home] = true
		r.found[t.paths[tr.whole]] = true
		return
	}
}

// isRevision knows revisions that are one segment for sure.
func isRevision(s string) bool {
	switch s {
	case "main", "master", "develop", "trunk", "HEAD":
		return true
	}
	return len(s) >= 7 && strings.Trim(s, "0123456789abcdef") == ""
}

// link is one to a file or folder in a repository's root. Many repositories
// have a README.md there.
type link struct{ home, path string }

// settleLinks believes such links when they lead to the repository that others
// were found in, or when no other link tells which that is.
func (r *reader) settleLinks() {
	for _, l := range r.links {
		if r.homes[l.home] || len(r.homes) == 0 {
			r.found[l.path] = true
		}
	}
}
