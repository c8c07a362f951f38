package scripted

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Every path is resolved below the working directory by os.Root: neither "..",
// nor an absolute path, nor a symbolic link leads out of it.

// write replaces a file.
type write struct {
	Path    string `json:"path"`
	Content text   `json:"content"`
}

func (w *write) check() error { return needed("path", w.Path) }

func (w *write) do(ctx context.Context, t *turn) error {
	use := toolUse{name: "Write", show: w.Path, input: map[string]any{
		"file_path": t.abs(w.Path), "content": string(w.Content),
	}}
	return t.tool(ctx, use, func(context.Context) (string, error) {
		t.added += lines(string(w.Content))
		return fmt.Sprintf("Wrote %d lines", lines(string(w.Content))), put(t.root, w.Path, string(w.Content))
	})
}

// appendTo adds to the end of a file, once.
type appendTo struct {
	Path    string `json:"path"`
	Content text   `json:"content"`
}

func (a *appendTo) check() error { return needed("path", a.Path) }

func (a *appendTo) do(ctx context.Context, t *turn) error {
	return t.edit(ctx, a.Path, "", string(a.Content), func(old string) (string, error) {
		if strings.HasSuffix(old, string(a.Content)) {
			return old, nil
		}
		return old + string(a.Content), nil
	})
}

// replace changes the one place where Old stands.
type replace struct {
	Path string `json:"path"`
	Old  text   `json:"old"`
	New  text   `json:"new"`
}

func (r *replace) check() error {
	return errors.Join(needed("path", r.Path), needed("old", string(r.Old)))
}

func (r *replace) do(ctx context.Context, t *turn) error {
	return t.edit(ctx, r.Path, string(r.Old), string(r.New), func(old string) (string, error) {
		switch n := strings.Count(old, string(r.Old)); {
		case r.New != "" && strings.Contains(old, string(r.New)):
			return old, nil // done before a crash
		case n != 1:
			return "", fmt.Errorf("found %d matches of the string to replace, want 1", n)
		}
		return strings.Replace(old, string(r.Old), string(r.New), 1), nil
	})
}

// edit shows and reports a change of a file; the file may be missing.
func (t *turn) edit(ctx context.Context, name, old, new string, change func(string) (string, error)) error { //nolint:revive // redefines-builtin-id: old and new are what the tool calls them
	use := toolUse{name: "Edit", show: name, input: map[string]any{
		"file_path": t.abs(name), "old_string": old, "new_string": new,
	}}
	return t.tool(ctx, use, func(context.Context) (string, error) {
		before, err := t.root.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		after, err := change(string(before))
		if err != nil {
			return "", err
		}
		t.added += lines(new)
		t.removed += lines(old)
		return fmt.Sprintf("Changed %s", name), put(t.root, name, after)
	})
}

// remove deletes a file or folder; a missing one is no error.
type remove struct {
	Path string `json:"path"`
}

func (r *remove) check() error { return needed("path", r.Path) }

func (r *remove) do(ctx context.Context, t *turn) error {
	use := toolUse{name: "Bash", show: "rm " + r.Path, input: map[string]any{"command": "rm -r -- " + r.Path}}
	return t.tool(ctx, use, func(context.Context) (string, error) {
		return "(No output)", t.root.RemoveAll(r.Path)
	})
}

// dirty leaves a change uncommitted.
type dirty struct {
	Path string `json:"path"`
}

func (d *dirty) check() error { return needed("path", d.Path) }

func (d *dirty) do(ctx context.Context, t *turn) error {
	w := write{Path: d.Path, Content: "left over\n"}
	return w.do(ctx, t)
}

// put writes a file and the folders above it, keeping the mode of a file that
// is there.
func put(root *os.Root, name, content string) error {
	if dir := path.Dir(filepath.ToSlash(name)); dir != "." {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	return root.WriteFile(name, []byte(content), 0o644)
}

func lines(s string) int { return strings.Count(s, "\n") }

// abs is how the CLI's tools name a file.
func (t *turn) abs(name string) string { return filepath.Join(t.s.env.Dir, name) }
