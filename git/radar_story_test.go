package git_test

import (
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
)

// tree is the files of a commit, by path. A text that begins with "exec:",
// "link:" or "sub:" makes another thing than a plain file of it.
type tree map[string]string

// gone is the text of a file that a commit removes.
const gone = "gone:"

// story is a stream for git fast-import: a repository is there in a moment.
type story struct {
	strings.Builder
	mark int
}

// commit puts files on top of a commit, and gives the mark of the new one. The
// parents are marks. What is not named stays as it is in the first of them.
func (s *story) commit(ref string, files tree, parents ...int) int {
	return s.write(ref, "", files, parents)
}

// whole makes a commit with these files and no other.
func (s *story) whole(ref string, files tree, parents ...int) int {
	return s.write(ref, "deleteall\n", files, parents)
}

func (s *story) write(ref, first string, files tree, parents []int) int {
	s.mark++
	if len(parents) == 0 {
		fmt.Fprintf(s, "reset %s\n", ref)
	}
	fmt.Fprintf(s, "commit %s\nmark :%d\ncommitter Ada <ada@example.com> %d +0000\ndata 2\nx\n", ref, s.mark, 1700000000+s.mark)
	for i, parent := range parents {
		fmt.Fprintf(s, "%s :%d\n", []string{"from", "merge"}[min(i, 1)], parent)
	}
	s.WriteString(first)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		s.file(name, files[name])
	}
	s.WriteString("\n")
	return s.mark
}

func (s *story) file(name, text string) {
	name = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(name) + `"`
	mode := "100644"
	switch kind, rest, _ := strings.Cut(text, ":"); kind {
	case "exec":
		mode, text = "100755", rest
	case "link":
		mode, text = "120000", rest
	case "sub":
		fmt.Fprintf(s, "M 160000 %s %s\n", rest, name)
		return
	case "gone":
		fmt.Fprintf(s, "D %s\n", name)
		return
	}
	fmt.Fprintf(s, "M %s inline %s\ndata %d\n%s\n", mode, name, len(text), text)
}

func (y *yard) tell(s *story) {
	y.Helper()
	cmd := exec.CommandContext(y.Context(), "git", "fast-import", "--quiet", "--force")
	cmd.Dir, cmd.Env, cmd.Stdin = y.root, y.env, strings.NewReader(s.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		y.Fatalf("%v\n%s\n%s", err, out, s.String())
	}
}

// trunk is the base branch as last seen.
const trunk = "refs/remotes/origin/main"

// text is a file that git knows again under another name; lines of it are
// changed by number.
func text(seed string, changed ...int) string {
	var s strings.Builder
	for line := range 12 {
		if slices.Contains(changed, line) {
			fmt.Fprintf(&s, "changed %v\n", changed)
			continue
		}
		fmt.Fprintf(&s, "%s says line %d\n", seed, line)
	}
	return s.String()
}
