package claude

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/failpoint"
)

// maxConfig is the largest state file of the CLI that Accept touches, in bytes.
const maxConfig = 64 << 20

// Accept answers beforehand what the CLI would ask at its first start, where
// nobody is there to answer: that its introduction was seen, that the project's
// folder is trusted, and that the key in the environment may be used. It writes
// the CLI's own state file, and only the answers that are missing in it; every
// other byte stays.
//
// It is safe while sessions of the CLI run, which write the same file: it takes
// the CLI's lock, and replaces the file atomically. A file that is not JSON is
// left as it is; the error wraps [fm.ErrRefused] and says what to do.
func (c *Claude) Accept(ctx context.Context) error {
	path := c.configFile()
	if err := c.accept(ctx, path); err != nil {
		return fmt.Errorf("answer first questions in %s: %w", path, err)
	}
	return nil
}

func (c *Claude) accept(ctx context.Context, path string) error {
	have, err := readConfig(path)
	if err != nil {
		return err
	}
	if want, err := c.answer(have); err != nil || bytes.Equal(have, want) {
		return err // nothing to write, so no lock to wait for
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	unlock, err := lockConfig(ctx, path+".lock")
	if err != nil {
		return err
	}
	return errors.Join(c.rewrite(path), unlock())
}

// rewrite tries again when somebody who knows no lock wrote in between.
func (c *Claude) rewrite(path string) error {
	for range 10 {
		have, err := readConfig(path)
		if err != nil {
			return err
		}
		want, err := c.answer(have)
		if err != nil || bytes.Equal(have, want) {
			return err
		}
		err = swap(path, have, want)
		if !errors.Is(err, errChanged) {
			return err
		}
	}
	return errChanged
}

var errChanged = errors.New("another program keeps writing the file")

// answer adds the missing answers to the text of the state file.
func (c *Claude) answer(text []byte) ([]byte, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}")
	}
	if !json.Valid(text) {
		return nil, fmt.Errorf("%w: it is not valid JSON; run `claude` once and let it repair the file, or restore a copy from its backups folder", fm.ErrRefused)
	}
	root := c.project.Root
	if resolved, err := filepath.EvalSymlinks(root); err == nil {
		root = resolved // the CLI sees its working directory without links
	}
	var err error
	if !truth(text, "hasCompletedOnboarding") {
		if text, err = set(text, []byte("true"), "hasCompletedOnboarding"); err != nil {
			return nil, err
		}
	}
	if !trusted(text, root) {
		if text, err = set(text, []byte("true"), "projects", root, "hasTrustDialogAccepted"); err != nil {
			return nil, err
		}
	}
	// To have been asked is enough: the imports from outside the project stay
	// as they are decided, which is "no" for a project without a decision.
	if !truth(text, "projects", root, "hasClaudeMdExternalIncludesApproved") && !truth(text, "projects", root, "hasClaudeMdExternalIncludesWarningShown") {
		if text, err = set(text, []byte("true"), "projects", root, "hasClaudeMdExternalIncludesWarningShown"); err != nil {
			return nil, err
		}
	}
	return c.approveKey(text)
}

// Trusts says whether somebody has told the CLI to trust the project's folder.
func (c *Claude) Trusts() bool {
	root := c.project.Root
	if resolved, err := filepath.EvalSymlinks(root); err == nil {
		root = resolved
	}
	text, err := readConfig(c.configFile())
	return err == nil && trusted(text, root)
}

// trusted follows the CLI: the trust of a folder covers all below it.
func trusted(text []byte, dir string) bool {
	for {
		if truth(text, "projects", dir, "hasTrustDialogAccepted") {
			return true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return false
		}
		dir = parent
	}
}

// approveKey approves of the key in the environment, which the CLI knows by its
// last 20 characters. A key that the user rejected stays so.
func (c *Claude) approveKey(text []byte) ([]byte, error) {
	key := value(c.environ, "ANTHROPIC_API_KEY")
	if key == "" {
		return text, nil
	}
	key = key[max(0, len(key)-20):]
	const answers = "customApiKeyResponses"
	approved, err := list(text, answers, "approved")
	if err != nil {
		return nil, err
	}
	if rejected, err := list(text, answers, "rejected"); err != nil || slices.Contains(rejected, key) || slices.Contains(approved, key) {
		return text, err
	}
	all, err := json.Marshal(append(approved, key))
	if err != nil {
		return nil, err
	}
	if _, found := find(text, answers, "rejected"); !found { // the CLI expects both
		if text, err = set(text, []byte("[]"), answers, "rejected"); err != nil {
			return nil, err
		}
	}
	return set(text, all, answers, "approved")
}

func truth(text []byte, path ...string) bool {
	v, ok := find(text, path...)
	return ok && string(v) == "true"
}

func list(text []byte, path ...string) ([]string, error) {
	v, ok := find(text, path...)
	if !ok {
		return nil, nil
	}
	var l []string
	if err := json.Unmarshal(v, &l); err != nil {
		return nil, fmt.Errorf("%w: %s is not a list of texts", fm.ErrRefused, strings.Join(path, "."))
	}
	return l, nil
}

func readConfig(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); err == nil {
			return nil, fmt.Errorf("%w: it is a link to a file that does not exist", fm.ErrRefused)
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxConfig {
		return nil, errors.Join(err, fmt.Errorf("%w: it is not a regular file of at most %d MiB", fm.ErrRefused, maxConfig>>20))
	}
	return io.ReadAll(f)
}

// swap replaces the file that path leads to, if it still holds have.
func swap(path string, have, want []byte) error {
	mode := os.FileMode(0o600)
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	defer failpoint.Step("agent.accept")()
	f, err := os.CreateTemp(filepath.Dir(path), ".claude.json.fm-*")
	if err != nil {
		return err
	}
	_, werr := f.Write(want)
	err = errors.Join(werr, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = unchanged(path, have)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

func unchanged(path string, have []byte) error {
	now, err := readConfig(path)
	if err == nil && !bytes.Equal(now, have) {
		err = errChanged
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// staleLock is the age at which the CLI itself takes its lock for left behind.
const staleLock = 10 * time.Second

// lockConfig takes the lock of the CLI: a folder beside the file.
func lockConfig(ctx context.Context, path string) (unlock func() error, err error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := os.Mkdir(path, 0o700)
		if err == nil {
			return func() error { return unlessAbsent(os.Remove(path)) }, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		if info, err := os.Lstat(path); err == nil && time.Since(info.ModTime()) > staleLock {
			if err := unlessAbsent(os.Remove(path)); err != nil {
				return nil, err
			}
			continue
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: waiting for %s", ctx.Err(), path)
		case <-tick.C:
		}
	}
}

func unlessAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
