package git

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/founder-mode/fm/failpoint"
)

const (
	localLimit   = 2 * time.Minute
	networkLimit = 5 * time.Minute
	maxOutput    = 32 << 20
	maxStderr    = 64 << 10
)

// call is one git command. Nothing in args may come from outside but for
// names that were checked, object ids, and what stands behind an
// end-of-options mark.
type call struct {
	op, target string // for the error
	dir        string // "" for the main checkout
	args       []string
	stdin      string
	env        []string // beyond the Repo's own
	limit      time.Duration
	most       int            // bytes of the output that are wanted, the rest is dropped; 0 for all
	step       failpoint.Name // of a command that changes something
}

// run returns standard output. Every failure is an [*Error].
func (r *Repo) run(ctx context.Context, c call) (string, error) {
	if c.limit == 0 {
		c.limit = localLimit
	}
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	defer failpoint.Step(c.step)()
	// A gc that git starts by itself would hold locks behind our back.
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "gc.auto=0", "-c", "maintenance.auto=false"}, c.args...)...)
	cmd.Dir = c.dir
	if c.dir == "" {
		cmd.Dir = r.root
	}
	cmd.Env = slices.Concat(r.env, c.env)
	cmd.Stdin = strings.NewReader(c.stdin)
	stdout, stderr := &capped{limit: cmp.Or(c.most, maxOutput)}, &capped{limit: maxStderr}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	// A session of its own: no terminal for ssh to ask for a passphrase on, and
	// a group to end as a whole.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	began := time.Now()
	err := cmd.Run()
	if r.ran != nil {
		r.ran(append([]string{"git"}, c.args...), time.Since(began))
	}
	if err == nil && stdout.cut && c.most == 0 {
		err = errors.New("the output is larger than 32 MiB")
	}
	if err == nil {
		return stdout.String(), nil
	}
	e := &Error{Op: c.op, Target: c.target, Stderr: clean(stderr.String()), ExitCode: -1, cause: err}
	if cmd.ProcessState != nil {
		e.ExitCode = cmd.ProcessState.ExitCode()
	}
	if ctx.Err() != nil {
		e.cause = ctx.Err()
	}
	_ = r.clearNamed(stderr.String()) // for the next try; this one failed anyway
	return stdout.String(), e
}

// capped keeps the first limit bytes and drops the rest, so that a command
// that talks without end neither blocks nor fills the memory.
type capped struct {
	kept  bytes.Buffer // not embedded: its ReadFrom would know no limit
	limit int
	cut   bool
}

func (b *capped) Write(p []byte) (int, error) {
	n := len(p)
	if room := b.limit - b.kept.Len(); n > room {
		p, b.cut = p[:room], true
	}
	b.kept.Write(p)
	return n, nil
}

func (b *capped) String() string { return b.kept.String() }

// environ is the environment of git: the caller's, without what would point
// git at another repository, and without anything that asks a person.
func environ(base []string) []string {
	if base == nil {
		base = os.Environ()
	}
	env := make([]string, 0, len(base)+6)
	for _, kv := range base {
		name, _, _ := strings.Cut(kv, "=")
		if !redirects(name) {
			env = append(env, kv)
		}
	}
	return append(env,
		"GIT_TERMINAL_PROMPT=0",
		"GIT_EDITOR=:",
		"GIT_PAGER=cat",
		"GIT_OPTIONAL_LOCKS=0", // a status must not hold the agent's index.lock
		"GIT_ADVICE=0",
		"LC_ALL=C", // error texts are classified below
	)
}

// redirects names git's repository-local variables (git rev-parse
// --local-env-vars) and those that change what our commands print or match.
func redirects(name string) bool {
	switch name {
	case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX",
		"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE",
		"GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_IMPLICIT_WORK_TREE",
		"GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE",
		"GIT_INTERNAL_SUPER_PREFIX", "GIT_QUARANTINE_PATH", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS",
		"GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
		"GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE", "LANGUAGE", "LC_ALL":
		return true
	}
	return strings.HasPrefix(name, "GIT_TRACE")
}
