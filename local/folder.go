package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
	"github.com/founder-mode/fm/turn"
)

// maxFile is the most of an issue or a pull request that is read, in bytes.
const maxFile = 1 << 20

const (
	lockName = ".lock"
	tempName = ".fm-new" // under the lock there is only one
)

// folder is one folder of Markdown files. Files are reached through an
// os.Root, so that no name leads out of it.
type folder struct {
	path   string
	writer *turn.Turn
	step   func(op string) error // for tests; see [place]
}

func newFolder(path string) *folder {
	f := &folder{path: path}
	f.writer = turn.New(f.openLock)
	return f
}

// file is one Markdown file as it was read.
type file struct {
	name string
	info fs.FileInfo
	text string // cut at maxFile when err says so
	err  error  // why it cannot be used
}

var errTooLarge = fmt.Errorf("larger than 1 MiB: %w", fm.ErrRefused)

// readAll reads every Markdown file, in the order of their names. Links,
// pipes, devices and folders are no issues and are passed over; a file that
// cannot be read carries its error. A folder that does not exist is empty.
func (f *folder) readAll() ([]file, error) {
	root, err := os.OpenRoot(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.path, err)
	}
	defer func() { _ = root.Close() }() // opened for reading
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.path, err)
	}
	var files []file
	for _, e := range entries {
		name := e.Name()
		if !strings.EqualFold(filepath.Ext(name), ".md") || strings.HasPrefix(name, ".") {
			continue
		}
		got, err := readFile(root, name)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNoFile) {
			continue
		}
		got.err = err
		files = append(files, got)
	}
	return files, nil
}

var errNoFile = errors.New("not a regular file")

// readFile neither follows a link nor waits for a pipe's writer.
func readFile(root *os.Root, name string) (file, error) {
	got := file{name: name}
	before, err := root.Lstat(name)
	if err != nil {
		return got, err
	}
	if !before.Mode().IsRegular() {
		return got, errNoFile
	}
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return got, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	if got.info, err = f.Stat(); err != nil {
		return got, err
	}
	if !os.SameFile(before, got.info) {
		return got, errNoFile // swapped meanwhile; the next look sees which
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		text, err = text[:maxFile], errTooLarge
	}
	got.text = string(text)
	return got, err
}

// change runs do while no other process changes the folder, which is made
// when it is missing.
func (f *folder) change(ctx context.Context, do func(root place) error) error {
	if err := f.make(); err != nil {
		return fmt.Errorf("make %s: %w", f.path, err)
	}
	root, err := os.OpenRoot(f.path)
	if err != nil {
		return fmt.Errorf("open %s: %w", f.path, err)
	}
	defer func() { _ = root.Close() }() // what was written is synced by then
	release, err := f.writer.Take(ctx)
	if err != nil {
		return fmt.Errorf("lock %s: %w", f.path, err)
	}
	defer release()
	return do(place{Root: root, step: f.step})
}

// make makes the folder, durably.
func (f *folder) make() error {
	_, err := os.Stat(f.path)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(f.path, 0o755); err != nil {
		return err
	}
	above, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return err
	}
	return errors.Join(above.Sync(), above.Close())
}

// openLock neither leaves the folder nor waits for a pipe's reader.
func (f *folder) openLock() (*os.File, error) {
	root, err := os.OpenRoot(f.path)
	if err != nil {
		return nil, err
	}
	lock, err := root.OpenFile(lockName, os.O_CREATE|os.O_RDWR|syscall.O_NONBLOCK, 0o644)
	return lock, errors.Join(err, root.Close())
}

// create writes a new file; fs.ErrExist when the name is taken. After a crash
// it is there whole or not at all. The caller holds the lock.
func create(root place, name, text string) error {
	if err := writeTemp(root, text, 0o644); err != nil {
		return err
	}
	// A link, unlike a rename, never replaces what a person just put there.
	defer failpoint.Step("local.create")()
	err := root.Link(tempName, name)
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.ENOSYS) {
		return createByRename(root, name) // a file system without links
	}
	return errors.Join(err, root.Remove(tempName), syncFolder(root))
}

func createByRename(root place, name string) error {
	if _, err := root.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, fs.ErrExist, root.Remove(tempName))
	}
	if err := root.Rename(tempName, name); err != nil {
		return err
	}
	return syncFolder(root)
}

var errChanged = errors.New("changed by somebody else meanwhile")

// replace puts text in the place of what was read, unless a person's editor
// was faster: then it fails with errChanged. The caller holds the lock.
func replace(root place, was file, text string) error {
	if err := writeTemp(root, text, was.info.Mode().Perm()); err != nil {
		return err
	}
	now, err := root.Lstat(was.name)
	if err == nil && (!os.SameFile(now, was.info) || now.Size() != was.info.Size() || !now.ModTime().Equal(was.info.ModTime())) {
		err = errChanged
	}
	if err != nil {
		return errors.Join(err, root.Remove(tempName))
	}
	defer failpoint.Step("local.replace")()
	if err := root.Rename(tempName, was.name); err != nil {
		return err
	}
	return syncFolder(root)
}

func writeTemp(root place, text string, mode fs.FileMode) error {
	if err := root.Remove(tempName); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // left by a crash, but not ours to remove
	}
	f, err := root.OpenFile(tempName, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	if err = root.write(f, text); err == nil {
		err = root.sync(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, root.Remove(tempName))
	}
	return nil
}

func syncFolder(root place) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(root.sync(dir), dir.Close())
}

// numberOf reads the number that a file name starts with: 0012-x.md, 12.md.
func numberOf(name string) (string, bool) {
	digits := name[:len(name)-len(strings.TrimLeft(name, "0123456789"))]
	rest := name[len(digits):]
	if digits == "" || len(digits) > 15 || strings.TrimLeft(rest, "-_. ") == rest {
		return "", false
	}
	return trimZeros(digits), true
}

func trimZeros(digits string) string {
	if digits = strings.TrimLeft(digits, "0"); digits == "" {
		return "0"
	}
	return digits
}

// fileName gives "0012-add-a-login.md". Of a title, only what is harmless in
// any file system is left.
func fileName(number int, title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	slug := strings.Join(words, "-")
	if slug = strings.Trim(slug[:min(len(slug), 40)], "-"); slug != "" {
		slug = "-" + slug
	}
	return fmt.Sprintf("%04d%s.md", number, slug)
}
