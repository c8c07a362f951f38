package local

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// FuzzDocument: reading never fails, an untouched document gives its bytes
// back, and an edit changes its own key and no other.
// Caught: a set that drops the lines below the key; parseKeys that takes
// indented lines for keys.
func FuzzDocument(f *testing.F) {
	for _, text := range []string{
		"", "---", "---\n---", "---\n...\n", "\ufeff---\r\nid: 12\r\n---\r\nBody", "# T\n", "---\ntitle: [#1] x\nstatus: open # c\n\n# d\nlabels:\n- a\n- b\n---\n\nBody\n",
		"---\nstatus: &a [*a, *a]\n---\n", "---\nstatus: |\n  open\nSTATUS: closed\n---\n", "---\nx: !!binary =\n? y\n: z\n---", "---\n\"status\": 'a: b'\n---\n\x00\xff", "--- \nstatus\t:\topen\n---\t\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := parseDocument(text)
		if got := d.String(); got != text {
			t.Fatalf("got %q, want %q", got, text)
		}
		var names []string
		others := map[string]string{}
		for _, k := range d.keys {
			if k.name != "" && k.name != "status" && !slices.Contains(names, k.name) {
				names = append(names, k.name)
				others[k.name] = d.text(k.name)
			}
		}
		r := newRecord(file{name: "1.md"}, d)
		_ = r.issue()
		body := d.body
		if err := d.set("status", "closed"); err != nil {
			t.Fatal(err)
		}
		again := parseDocument(d.String())
		if got := again.text("status"); got != "closed" {
			t.Fatalf("status %q in %q", got, d.String())
		}
		for _, name := range names {
			if got := again.text(name); got != others[name] {
				t.Fatalf("%s was %q, is %q in %q", name, others[name], got, d.String())
			}
		}
		// A new front matter is set off by a blank line.
		if strings.TrimLeft(again.body, "\r\n") != strings.TrimLeft(body, "\r\n") {
			t.Fatalf("body was %q, is %q", body, again.body)
		}
	})
}

// A person's editor saves between our read and our write.
// Caught: a rename without the second look.
func TestAPersonsEditIsNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "12.md")
	if err := os.WriteFile(path, []byte("# T\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := newFolder(dir).change(t.Context(), func(root place) error {
		was, err := readFile(root.Root, "12.md")
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte("# T, edited\n"), 0o644); err != nil {
			return err
		}
		return replace(root, was, "ours\n")
	})
	if !errors.Is(err, errChanged) {
		t.Fatalf("got %v, want to be told", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "# T, edited\n" {
		t.Fatalf("%q, %v", got, err)
	}
}
