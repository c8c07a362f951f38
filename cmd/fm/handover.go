package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/github"
)

// handOver is a token on its way from a command, which has it in its
// environment, to the supervisor, which has not.
type handOver struct {
	Host  string `json:"host"`
	Token string `json:"token"`
}

// handOverFiles are where such a token may lie: outside of the project, for
// the user's eyes only. The first is where this process would put one; the
// others count as well, because the supervisor may have been started from a
// session without the first.
func (h *house) handOverFiles() []string {
	var dirs []string
	for _, dir := range []string{h.getenv("XDG_RUNTIME_DIR"), fmt.Sprintf("/run/user/%d", os.Getuid())} {
		if info, err := os.Stat(dir); filepath.IsAbs(dir) && err == nil && info.IsDir() && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	if dir, err := os.UserCacheDir(); err == nil {
		dirs = append(dirs, dir)
	}
	for i, dir := range dirs {
		dirs[i] = filepath.Join(dir, "fm", h.project.Socket()+".token")
	}
	return dirs
}

// handToken leaves the token of this command's environment for the supervisor.
// It goes by a file, and never by an argument or a variable of a process that
// others could see.
func (h *house) handToken(ctx context.Context) error {
	p, err := h.whereabouts(ctx)
	if err != nil || p.repo == "" {
		return err
	}
	repo, err := github.ParseRepo(p.repo)
	if err != nil {
		return err
	}
	k := h.keys(repo.Host)
	got := k.environment(time.Now())
	if got.token == "" {
		return nil
	}
	text, err := json.Marshal(handOver{Host: repo.Host, Token: string(got.token)})
	if err != nil {
		return err
	}
	err = errors.New("there is neither XDG_RUNTIME_DIR nor a home")
	for _, path := range k.files {
		if err = writeSecret(path, append(text, '\n')); err == nil {
			return nil
		}
	}
	return fmt.Errorf("keep the token for the supervisor: %w", err)
}

// writeSecret only gives a new date to a file that has the text already: whoever
// hands the same token over again wants it tried again.
func writeSecret(path string, text []byte) error {
	if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, text) {
		return os.Chtimes(path, time.Time{}, time.Now())
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.Chmod(filepath.Dir(path), 0o700); err != nil { // somebody else's
		return err
	}
	return disk.WriteFile(path, text, 0o600)
}

// readHandOver reads the token for a host; [fm.ErrGone] when it is for another.
func readHandOver(path, host string) (secret, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var o handOver
	if err := json.Unmarshal(text, &o); err != nil {
		return "", errors.New("read the token: not what fm wrote") // no word of the text
	}
	if o.Host != host || o.Token == "" {
		return "", fm.ErrGone
	}
	return secret(o.Token), nil
}

// forgetToken removes what handToken left, when nobody needs it any more.
func (h *house) forgetToken() error {
	var errs []error
	for _, path := range h.handOverFiles() {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
