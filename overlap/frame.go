package overlap

import (
	"path"
	"slices"
	"strings"
)

// inFrame says whether a word is the file in a frame of a JVM stack:
// com.acme.shop.Foo$Bar.baz(Foo.java:12).
func (r *reader) inFrame(w word) bool {
	if w.start < 1 || r.text[w.start-1] != '(' {
		return false
	}
	switch path.Ext(r.text[w.start:w.end]) {
	case ".java", ".kt", ".scala", ".groovy":
		return strings.Contains(r.method(w), ".")
	}
	return false
}

// method is what stands before the bracket of a frame.
func (r *reader) method(w word) string {
	const longest = 512
	end := w.start - 1
	head := r.text[max(r.line, end-longest):end]
	return head[strings.LastIndexAny(head, " \t/")+1:]
}

// readFrame resolves the file in the folders that the method's package stands
// for. Such a name is never taken alone: a library's file may be called the
// same.
func (r *reader) readFrame(w word) {
	file := r.text[w.start:w.end]
	var pkg []string // the last one first
	for name := range strings.SplitSeq(r.method(w), ".") {
		if name == "" || name[0] < 'a' || name[0] > 'z' {
			break // the class
		}
		pkg = append(pkg, name)
	}
	slices.Reverse(pkg)
	files := r.tree.files.exact
	if tr := files.follow(append([]string{file}, pkg...)); tr.depth == len(pkg)+1 && tr.only >= 0 {
		r.found[files.paths[tr.only]] = true
		return
	}
	if tr := files.follow([]string{file}); tr.only >= 0 && inPackage(files.paths[tr.only], pkg) {
		r.found[files.paths[tr.only]] = true
	}
}

// inPackage says whether a file's folders are those of a package whose names
// may be cut to a letter, as loggers do (c.a.shop.Foo), or whose first ones have
// no folder, as is the custom in Kotlin.
func inPackage(file string, pkg []string) bool {
	folder, _ := splitLast(file)
	for i, name := range pkg {
		var last string
		folder, last = splitLast(folder)
		switch {
		case last == name, len(name) == 1 && strings.HasPrefix(last, name):
		case i > 0 && (last == "kotlin" || last == "scala" || last == "src"):
			return true
		default:
			return false
		}
	}
	return len(pkg) > 0
}
