package overlap

import (
	"strings"
	"unicode/utf8"
)

// signs looks at what stands around a word.
func (r *reader) signs(w word) signs {
	var s signs
	before, after := r.text[max(r.line, w.start-24):w.start], r.text[w.end:min(len(r.text), w.end+24)]
	if strings.HasSuffix(before, "://") {
		s |= located
	}
	phrase := after != "" && after[0] == ' ' // the quotes are around more than this word
	if before != "" && !phrase && strings.IndexByte("`\"'", before[len(before)-1]) >= 0 {
		s |= quoted
		if before[len(before)-1] == '`' {
			s |= coded
		}
	}
	if isNumber(after) {
		s |= numbered
	}
	s |= title(firstWord(after)) | title(lastWord(before))
	if r.kind() == imports {
		s |= imported
	}
	return s
}

// lineAround is the line that the scanner is in, or the first part of it.
func (r *reader) lineAround() string {
	const enough = 200
	line := r.text[r.line:min(len(r.text), r.line+enough)]
	if end := strings.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	return line
}

// isNumber says whether a text begins as what follows a path in front of a line
// number: :12, (12,3), #L12.
func isNumber(s string) bool {
	if strings.HasPrefix(s, "#L") {
		s = s[1:]
	}
	return len(s) > 1 && strings.IndexByte(":(L", s[0]) >= 0 && isDigit(s[1])
}

func firstWord(s string) string {
	s = strings.TrimLeft(s, "`\"')] ")
	if end := strings.IndexFunc(s, notLetter); end >= 0 {
		s = s[:end]
	}
	return s
}

func lastWord(s string) string {
	s = strings.TrimRight(s, "`\"'([ ")
	return s[strings.LastIndexFunc(s, notLetter)+1:]
}

func notLetter(c rune) bool { return c >= utf8.RuneSelf || !isLetter(byte(c)) }

// title says whether people write a word beside the name of a folder or of a
// file.
func title(w string) signs {
	switch strings.ToLower(w) {
	case "package", "packages", "folder", "folders", "directory", "directories", "dir", "subdirectory",
		"subfolder", "crate", "module", "service", "workspace":
		return titled
	case "file", "script", "binary", "executable":
		return filed
	}
	return 0
}

// lineKind says what a line does with the paths in it.
type lineKind int

const (
	speaks  lineKind = iota
	imports          // it uses what is in the folders
	passed           // it says that a test went well
)

// kind remembers what the current line is, for all of its words.
func (r *reader) kind() lineKind {
	if r.judged == r.line+1 {
		return r.kindOfLine
	}
	line := r.lineAround()
	r.judged, r.kindOfLine = r.line+1, speaks
	switch {
	case testPassed(line):
		r.kindOfLine = passed
	case importing(line):
		r.kindOfLine = imports
	}
	return r.kindOfLine
}

// testPassed knows the lines of go test, pytest, Jest and Vitest about what is
// not broken.
func testPassed(line string) bool {
	trimmed := strings.TrimLeft(line, " \t")
	for _, start := range []string{"PASS ", "✓ ", "✔ ", "ok  "} {
		if strings.HasPrefix(trimmed, start) {
			return true
		}
	}
	for _, part := range []string{" PASSED", "ok  \t", "ok      ", "[no test files]"} {
		if strings.Contains(line, part) {
			return true
		}
	}
	return false
}

// importing says whether a line of code only passes by the folders that it
// names.
func importing(line string) bool {
	line = strings.TrimLeft(line, "+->| \t")
	for _, start := range []string{"import ", "import(", "#include", "using ", "use ", "require", "@import", "@use", "export * from"} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	for _, part := range []string{" from '", " from \"", "require(", "import("} {
		if strings.Contains(line, part) {
			return true
		}
	}
	if strings.HasPrefix(line, "from ") && strings.Contains(line, " import ") {
		return true
	}
	// An alias at most, and a string: a line in the import block of a Go file.
	alias, path, found := strings.Cut(strings.TrimSpace(line), `"`)
	return found && !strings.Contains(strings.TrimSpace(alias), " ") && strings.IndexByte(path, '"') == len(path)-1
}
