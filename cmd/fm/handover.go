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
	"github.com/founder-mode/fm/failpoint"
	"github.com/founder-mode/fm/github"
)

// handOver is a token on its way from a command, which has it in its
// environment, to the supervisor, which has not.
type handOver struct {
	Host  string `json:"host"`
	Email string `json:"email,omitempty"` // that goes with it
	Token string `json:"token"`
}

// Format hides the token, whatever the verb.
func (o handOver) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "(a token for %s)", o.Host) }

// The kinds of tokens that are handed over.
const (
	forGitHub = "token"
	forJira   = "jira"
)

// handOverFiles are where such a token may lie: outside of the project, for
// the user's eyes only. The first is where this process would put one; the
// others count as well, because the supervisor may have been started from a
// session without the first.
func (h *house) handOverFiles(kind string) []string {
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
		dirs[i] = filepath.Join(dir, "fm", h.project.Socket()+"."+kind)
	}
	return dirs
}

// handToken leaves the tokens of this command's environment for the supervisor.
// They go by a file, and never by an argument or a variable of a process that
// others could see.
func (h *house) handToken(ctx context.Context) error {
	p, err := h.whereabouts(ctx)
	if err != nil {
		return err
	}
	if p.source == jiraSource {
		if got := h.jiraEnvironment(p.site); got.Token != "" {
			err = leaveToken(h.handOverFiles(forJira), got)
		}
	}
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
	return leaveToken(k.files, handOver{Host: repo.Host, Token: string(got.token)})
}

// leaveToken writes a token to the first of the files that can be written.
func leaveToken(files []string, o handOver) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	err = errors.New("there is neither XDG_RUNTIME_DIR nor a home")
	for _, path := range files {
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
	defer failpoint.Step("token.write")()
	return disk.WriteFile(path, text, 0o600)
}

// readHandOver reads the token for a host; [fm.ErrGone] when it is for another.
func readHandOver(path, host string) (handOver, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return handOver{}, err
	}
	var o handOver
	if err := json.Unmarshal(text, &o); err != nil {
		return handOver{}, errors.New("read the token: not what fm wrote") // no word of the text
	}
	if o.Host != host || o.Token == "" {
		return handOver{}, fm.ErrGone
	}
	return o, nil
}

// forgetToken removes what handToken left, when nobody needs it any more.
func (h *house) forgetToken() error {
	var errs []error
	for _, path := range slices.Concat(h.handOverFiles(forGitHub), h.handOverFiles(forJira)) {
		done := failpoint.Step("token.forget")
		err := os.Remove(path)
		done()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
