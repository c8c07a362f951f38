package fm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Config is .founder-mode/config.json. Its zero value, filled in by
// [Config.WithDefaults], is what a new user gets.
type Config struct {
	WorktreeDir string `json:"worktree_dir,omitempty"` // relative to the main checkout; default .worktrees
	Workers     int    `json:"workers,omitempty"`      // default 4
	Base        string `json:"base,omitempty"`         // branch to work off; default the remote's HEAD
	Remote      string `json:"remote,omitempty"`       // default origin
	Verify      string `json:"verify,omitempty"`       // shell command, run in the worktree; "" verifies commits and tree only
	Merge       string `json:"merge,omitempty"`        // auto or manual; default by forge
	Source      string `json:"source,omitempty"`       // of issues: local, github or jira; default by what there is
	// DeleteBranch deletes a task's branch on the remote once it is merged.
	DeleteBranch bool `json:"delete_branch,omitempty"`

	Worktrees WorktreesConfig `json:"worktrees,omitzero"`

	Agent    AgentConfig    `json:"agent,omitzero"`
	Health   HealthConfig   `json:"health,omitzero"`
	Presence PresenceConfig `json:"presence,omitzero"`
	Task     TaskConfig     `json:"task,omitzero"`
	Budget   BudgetConfig   `json:"budget,omitzero"`
	Tmux     TmuxConfig     `json:"tmux,omitzero"`
	GitHub   GitHubConfig   `json:"github,omitzero"`
	Jira     JiraConfig     `json:"jira,omitzero"`
	Fix      FixConfig      `json:"fix,omitzero"`
	Overlap  OverlapConfig  `json:"overlap,omitzero"`
}

// WorktreesConfig says what is done about worktrees before they are needed.
type WorktreesConfig struct {
	// Ready worktrees are kept at most, for tasks that are still to be begun; 0
	// for none, default 2.
	Ready *int `json:"ready,omitempty"`
}

// AgentConfig says how the agent is started.
type AgentConfig struct {
	Command        string   `json:"command,omitempty"`         // default claude, found in PATH
	Args           []string `json:"args,omitempty"`            // put before fm's own
	Model          string   `json:"model,omitempty"`           // default the CLI's
	PermissionMode string   `json:"permission_mode,omitempty"` // default dontAsk
	AllowedTools   []string `json:"allowed_tools,omitempty"`   // default [DefaultTools]
	DeniedTools    []string `json:"denied_tools,omitempty"`    // besides those that fm denies
	Environment    []string `json:"environment,omitempty"`     // variables that agents get although they look like secrets
}

// HealthConfig holds the limits of patience.
type HealthConfig struct {
	Start    Duration `json:"start,omitempty"`    // until the first prompt is taken; default 90s
	Idle     Duration `json:"idle,omitempty"`     // silence of a working agent until it is nudged; default 30m
	Verify   Duration `json:"verify,omitempty"`   // for the verify command; default 15m
	Attempts int      `json:"attempts,omitempty"` // default 5
}

// PresenceConfig says when a person counts as present.
type PresenceConfig struct {
	Grace Duration `json:"grace,omitempty"` // since the last key; default 2m
}

// TaskConfig bounds one attempt at a task.
type TaskConfig struct {
	Timeout Duration `json:"timeout,omitempty"` // of work, waiting for people and limits not counted; default 4h
}

// BudgetConfig bounds what is spent, in dollars; 0 is no bound. Running work is
// never stopped for it, but nothing new is begun.
type BudgetConfig struct {
	Day  float64 `json:"day,omitempty"`  // by all tasks from midnight to midnight
	Task float64 `json:"task,omitempty"` // by one task, all its attempts together
}

// TmuxConfig sizes the workers' panes.
type TmuxConfig struct {
	Width   int `json:"width,omitempty"`   // default 160
	Height  int `json:"height,omitempty"`  // default 45
	History int `json:"history,omitempty"` // lines; default 5000, at most 10000
}

// GitHubConfig says where the repository is and what its pull requests carry.
type GitHubConfig struct {
	Repo      string   `json:"repo,omitempty"`      // [HOST/]OWNER/NAME; default GH_REPO, else what the remote says
	API       string   `json:"api,omitempty"`       // base URL; default by the host
	Labels    []string `json:"labels,omitempty"`    // of pull requests
	Reviewers []string `json:"reviewers,omitempty"` // of pull requests: logins, and ORG/TEAM
	Comments  string   `json:"comments,omitempty"`  // whose comments an agent gets to read: writers (default), all or none

	WritePause      Duration `json:"write_pause,omitempty"`       // between two writes; default 1s
	WritesPerMinute int      `json:"writes_per_minute,omitempty"` // default 60
	WritesPerHour   int      `json:"writes_per_hour,omitempty"`   // default 400
}

// JiraConfig says where the issues are, and what its projects call things. The
// credentials are JIRA_EMAIL and JIRA_API_TOKEN, or JIRA_API_TOKEN alone for a
// personal access token of a Data Center.
type JiraConfig struct {
	URL         string `json:"url,omitempty"`          // where JIRA_URL is not set
	Project     string `json:"project,omitempty"`      // key; 123 is short for KEY-123 then
	SubtaskType string `json:"subtask_type,omitempty"` // name of the issue type; default the project's only one
	InProgress  string `json:"in_progress,omitempty"`  // transition or status; default In Progress
	Done        string `json:"done,omitempty"`         // transition or status; default Done
	Comments    string `json:"comments,omitempty"`     // whether an agent gets to read them: all (default) or none
}

// FixConfig says how fm fix works when its flags do not.
type FixConfig struct {
	MaxParallel int      `json:"max_parallel,omitempty"` // default 3
	Timeout     Duration `json:"timeout,omitempty"`      // of work on one issue; default 10m
}

// OverlapConfig says what is made of files that several tasks change.
type OverlapConfig struct {
	// Warn tells agents, once and in passing, that their commits conflict with
	// those of another one.
	Warn bool `json:"warn,omitempty"`
}

// DefaultTools lets an agent read, edit and run commands in its worktree.
func DefaultTools() []string {
	return []string{"Bash", "Edit", "Write", "Read", "Glob", "Grep", "NotebookEdit", "TodoWrite", "Task", "WebFetch", "WebSearch"}
}

// PermissionModes are the modes of the CLI in which an agent may run. The last
// one checks nothing, and is taken only where somebody wrote its name.
func PermissionModes() []string {
	return []string{"dontAsk", "acceptEdits", "default", "auto", "bypassPermissions"}
}

// ParseConfig reads the text of a config.json. An unknown key is an error that
// names it, because a misspelt setting that does nothing is worse than none.
func ParseConfig(text []byte) (Config, error) {
	var c Config
	if len(bytes.TrimSpace(text)) > 0 {
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&c); err != nil {
			return Config{}, configError(text, err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return Config{}, errors.New("parse config: text after the closing brace")
		}
	}
	c = c.WithDefaults()
	return c, c.check()
}

// configError says where and what, in words of the file and not of Go.
func configError(text []byte, err error) error {
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		want := kind.Type.String()
		if kind.Type == reflect.TypeFor[Duration]() {
			want = `a text such as "90s"`
		}
		return fmt.Errorf("parse config: line %d: %s: want %s, not %s", line(text, kind.Offset), kind.Field, want, kind.Value)
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("parse config: line %d: %w", line(text, syntax.Offset), err)
	}
	return fmt.Errorf("parse config: %w", err)
}

func line(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(int(offset), len(text))], []byte("\n"))
}

// WithDefaults fills in what is not set.
func (c Config) WithDefaults() Config {
	c.WorktreeDir = or(c.WorktreeDir, ".worktrees")
	c.Workers = or(c.Workers, 4)
	c.Remote = or(c.Remote, "origin")
	c.Worktrees.Ready = or(c.Worktrees.Ready, new(2))
	c.Agent.Command = or(c.Agent.Command, "claude")
	c.Agent.PermissionMode = or(c.Agent.PermissionMode, "dontAsk")
	if len(c.Agent.AllowedTools) == 0 {
		c.Agent.AllowedTools = DefaultTools()
	}
	c.Health.Start = or(c.Health.Start, Duration(90*time.Second))
	c.Health.Idle = or(c.Health.Idle, Duration(30*time.Minute))
	c.Task.Timeout = or(c.Task.Timeout, Duration(4*time.Hour))
	c.Health.Verify = or(c.Health.Verify, Duration(15*time.Minute))
	c.Health.Attempts = or(c.Health.Attempts, 5)
	c.Presence.Grace = or(c.Presence.Grace, Duration(2*time.Minute))
	c.GitHub.Comments = or(c.GitHub.Comments, "writers")
	c.GitHub.WritePause = or(c.GitHub.WritePause, Duration(time.Second))
	c.GitHub.WritesPerMinute = or(c.GitHub.WritesPerMinute, 60)
	c.GitHub.WritesPerHour = or(c.GitHub.WritesPerHour, 400)
	c.Jira.InProgress = or(c.Jira.InProgress, "In Progress")
	c.Jira.Done = or(c.Jira.Done, "Done")
	c.Jira.Comments = or(c.Jira.Comments, "all")
	c.Fix.MaxParallel = or(c.Fix.MaxParallel, 3)
	c.Fix.Timeout = or(c.Fix.Timeout, Duration(10*time.Minute))
	c.Tmux.Width = or(c.Tmux.Width, 160)
	c.Tmux.Height = or(c.Tmux.Height, 45)
	c.Tmux.History = or(c.Tmux.History, 5000)
	return c
}

func (c Config) check() error {
	switch {
	case c.Workers < 1 || c.Workers > MaxWorkers:
		return fmt.Errorf("config workers %d: want 1 to %d", c.Workers, MaxWorkers)
	case c.Merge != "" && c.Merge != "auto" && c.Merge != "manual":
		return fmt.Errorf("config merge %q: want auto or manual", c.Merge)
	case c.Source != "" && !slices.Contains(Sources(), c.Source):
		return fmt.Errorf("config source %q: want %s", c.Source, strings.Join(Sources(), ", "))
	case c.Jira.Comments != "all" && c.Jira.Comments != "none":
		return fmt.Errorf("config jira.comments %q: want all or none", c.Jira.Comments)
	case c.Fix.MaxParallel > MaxWorkers:
		return fmt.Errorf("config fix.max_parallel %d: want 1 to %d", c.Fix.MaxParallel, MaxWorkers)
	case !slices.Contains([]string{"writers", "all", "none"}, c.GitHub.Comments):
		return fmt.Errorf("config github.comments %q: want writers, all or none", c.GitHub.Comments)
	case !slices.Contains(PermissionModes(), c.Agent.PermissionMode):
		return fmt.Errorf("config agent.permission_mode %q: want one of %s", c.Agent.PermissionMode, strings.Join(PermissionModes(), ", "))
	case slices.ContainsFunc(c.Agent.Args, skipsPermissions):
		return fmt.Errorf("config agent.args: %s is not taken there: set agent.permission_mode to bypassPermissions", skipPermissions)
	case *c.Worktrees.Ready < 0 || *c.Worktrees.Ready > maxReady:
		return fmt.Errorf("config worktrees.ready %d: want 0 to %d", *c.Worktrees.Ready, maxReady)
	case c.Budget.Day < 0 || c.Budget.Task < 0:
		return fmt.Errorf("config budget: want dollars, 0 for no bound")
	case c.Tmux.History > 10_000:
		return fmt.Errorf("config tmux.history %d: want at most 10000 (a server with 100 workers would need 650 MB more per 10000)", c.Tmux.History)
	}
	return c.checkPositive()
}

// maxReady bounds the disk space that nobody uses yet.
const maxReady = 10

// Sources are where issues and pull requests can live.
func Sources() []string { return []string{"local", "github", "jira"} }

// skipPermissions is the CLI's flag for its mode bypassPermissions. It would
// overrule the mode that everything else goes by.
const skipPermissions = "--dangerously-skip-permissions"

func skipsPermissions(arg string) bool {
	flag, _, _ := strings.Cut(arg, "=")
	return flag == skipPermissions
}

// checkPositive refuses negative limits, which would be reached at once.
func (c Config) checkPositive() error {
	for _, d := range []struct {
		key   string
		value Duration
	}{
		{"health.start", c.Health.Start},
		{"health.idle", c.Health.Idle},
		{"health.verify", c.Health.Verify},
		{"task.timeout", c.Task.Timeout},
		{"fix.timeout", c.Fix.Timeout},
		{"presence.grace", c.Presence.Grace},
		{"github.write_pause", c.GitHub.WritePause},
	} {
		if d.value <= 0 {
			return fmt.Errorf("config %s %v: want more than 0", d.key, time.Duration(d.value))
		}
	}
	for _, n := range []struct {
		key   string
		value int
	}{
		{"health.attempts", c.Health.Attempts},
		{"fix.max_parallel", c.Fix.MaxParallel},
		{"tmux.width", c.Tmux.Width},
		{"tmux.height", c.Tmux.Height},
		{"tmux.history", c.Tmux.History},
		{"github.writes_per_minute", c.GitHub.WritesPerMinute},
		{"github.writes_per_hour", c.GitHub.WritesPerHour},
	} {
		if n.value <= 0 {
			return fmt.Errorf("config %s %d: want more than 0", n.key, n.value)
		}
	}
	return nil
}

func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

// Duration is a time.Duration that reads and writes "90s" in JSON.
type Duration time.Duration

// MarshalText writes the form of time.Duration.String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads the form of time.ParseDuration.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("duration %q: want a form such as 90s, 30m or 2h", b)
	}
	*d = Duration(v)
	return nil
}
