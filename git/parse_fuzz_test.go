package git

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Names of files and folders hold anything but a NUL: what stands in one is
// never taken for another entry.
func FuzzParseTracked(f *testing.F) {
	f.Add("100644 0123 0\t.founder-mode/config.json\x00120000 0123 0\ta\tb\nc\x00")
	f.Add("160000 0 0\t\x00\x00\t")
	f.Fuzz(func(t *testing.T, out string) {
		for _, found := range parseTracked(out) {
			if strings.Contains(found.Path, "\x00") || !strings.Contains(out, "\t"+found.Path) {
				t.Errorf("%q is no path of %q", found.Path, out)
			}
			if found.Regular && !strings.Contains(out, "100") {
				t.Errorf("%q is no regular file in %q", found.Path, out)
			}
		}
		name := strings.ReplaceAll(out, "\x00", "")
		want := []Tracked{{Path: name, Regular: true}, {Path: "b"}}
		if diff := cmp.Diff(want, parseTracked("100755 0 0\t"+name+"\x00120000 0 0\tb\x00")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A folder's name does not make a worktree of its own, or say that one is locked.
func FuzzParseWorktrees(f *testing.F) {
	f.Add("worktree /a\x00HEAD 01\x00branch refs/heads/subissue/1\x00\x00worktree /b\x00bare\x00\x00")
	f.Add("/x\nlocked\nworktree /y")
	f.Add("worktree \x00\x00\x00prunable gone\x00locked \x00")
	f.Fuzz(func(t *testing.T, out string) {
		for _, w := range parseWorktrees(out) {
			if w.path == "" || strings.Contains(w.path+w.head+w.branch+w.locked, "\x00") {
				t.Errorf("%q holds %+v", out, w)
			}
		}
		name := "/" + strings.ReplaceAll(out, "\x00", "")
		all := parseWorktrees("worktree " + name + "\x00HEAD 01\x00detached\x00\x00worktree /b\x00\x00")
		if len(all) != 2 || all[0].path != name || all[0].locked != "" || all[0].gone || all[1].path != "/b" {
			t.Errorf("%q became %+v", name, all)
		}
	})
}

// What fm keeps of the user's own place is read as it was written, or not at all.
func FuzzParseHome(f *testing.F) {
	commit := strings.Repeat("0123456789", 4)
	f.Add("for fix/issue-7\ncommit " + commit + "\nref refs/heads/main\n")
	f.Add("for fix/issue-7\ncommit " + commit + "\nway x\nfrom " + commit + "\nto " + commit + "\n")
	f.Add("for fix/issue-7\ncommit --upload-pack=x\n")
	f.Add("ref refs/heads/\x00\nfor subissue/../x")
	f.Fuzz(func(t *testing.T, text string) {
		h, ok := parseHome(text)
		if !ok {
			return
		}
		for _, word := range []string{h.branch, h.commit, h.ref, h.from, h.to} {
			if strings.HasPrefix(word, "-") || strings.Contains(word, "\n") {
				t.Errorf("%q would be an option of git, or two lines", word)
			}
		}
		if h.way == "" {
			h = h.arrived() // where it would have led says nothing
		}
		if again, ok := parseHome(h.String()); !ok || again != h {
			t.Errorf("wrote %+v, read %+v, %v", h, again, ok)
		}
	})
}

// The lines of others in git's exclude file stay as they are, and ours stand there
// once. Caught: a second block behind a first line that no newline ended.
func FuzzExcludeBlock(f *testing.F) {
	block := excludeBegin + "\n/TASK.md\n" + excludeEnd + "\n"
	f.Add("")
	f.Add("*.o")
	f.Add("a\n" + block + "b\n" + block)
	f.Add(excludeBegin + "\nmine\n")
	f.Add(excludeEnd + "\n" + excludeBegin + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		once := withBlock(text, block)
		if !strings.Contains(once, block) || withBlock(once, block) != once {
			t.Errorf("%q became %q", text, once)
		}
		if !strings.Contains(text, excludeBegin) && !strings.HasPrefix(once, text) {
			t.Errorf("%q became %q: a line of others is lost", text, once)
		}
	})
}
