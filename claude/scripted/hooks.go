package scripted

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/founder-mode/fm"
)

// settings is what the agent knows of --settings.
type settings struct {
	Hooks      map[string][]hookGroup `json:"hooks"`
	StatusLine hookCommand            `json:"statusLine"`
	Disabled   bool                   `json:"disableAllHooks"`
}

type hookGroup struct {
	Matcher string        `json:"matcher"`
	Hooks   []hookCommand `json:"hooks"`
}

type hookCommand struct {
	Type    string  `json:"type"`
	Command string  `json:"command"`
	Timeout float64 `json:"timeout"` // seconds
	Async   bool    `json:"async"`
}

// parseSettings reads a file, or JSON text in its place.
func parseSettings(value string) (settings, error) {
	var s settings
	if value == "" {
		return s, nil
	}
	raw := []byte(value)
	if !json.Valid(raw) {
		var err error
		if raw, err = os.ReadFile(value); err != nil {
			return s, cliError("Error: Settings file not found: %s", value)
		}
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, cliError("Error: Invalid settings: %v", err)
	}
	return s, nil
}

// unknownEvents names the hook events that the CLI would warn about in a
// dialog.
func (s settings) unknownEvents() []string {
	known := strings.Fields(`PreToolUse PostToolUse PostToolUseFailure PostToolBatch Notification
		UserPromptSubmit UserPromptExpansion SessionStart SessionEnd Stop StopFailure SubagentStart
		SubagentStop PreCompact PostCompact PermissionRequest PermissionDenied Setup TeammateIdle
		TaskCreated TaskCompleted Elicitation ElicitationResult ConfigChange WorktreeCreate
		WorktreeRemove InstructionsLoaded CwdChanged FileChanged MessageDisplay`)
	var unknown []string
	for name := range s.Hooks {
		if !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// fields is the part of a payload that an event adds to the common one.
type fields map[string]any

// verdict is what the hooks of an event decided.
type verdict struct {
	blocked    bool
	permission string // allow, deny, or ""
	reason     string
}

// runner runs hooks.
type runner struct {
	settings settings
	dir      string
	env      []string
	report   func(string)   // shows what went wrong with a hook
	detached sync.WaitGroup // hooks with "async"
}

// fire runs the hooks of an event that match its subject (the tool, the
// source, the kind of notification), one after the other.
func (r *runner) fire(ctx context.Context, event, subject string, payload fields) verdict {
	var v verdict
	if r.settings.Disabled {
		return v
	}
	in, err := json.Marshal(payload)
	if err != nil {
		r.report(fmt.Sprintf("%s hook error: %v", event, err))
		return v
	}
	for _, group := range r.settings.Hooks[event] {
		if !matches(group.Matcher, subject) {
			continue
		}
		for _, h := range group.Hooks {
			if h.Async {
				r.detached.Go(func() { _, _, _ = r.run(context.WithoutCancel(ctx), h, in) }) // its outcome counts for nothing
				continue
			}
			v.add(r.judge(ctx, event, h, in))
		}
	}
	return v
}

func matches(matcher, subject string) bool {
	if matcher == "" || matcher == "*" {
		return true
	}
	re, err := regexp.Compile("^(?:" + matcher + ")$")
	return err == nil && re.MatchString(subject)
}

func (v *verdict) add(w verdict) {
	v.blocked = v.blocked || w.blocked
	if w.permission != "" {
		v.permission = w.permission
	}
	if w.reason != "" {
		v.reason = strings.TrimSpace(v.reason + "\n" + w.reason)
	}
}

// judge runs one hook and reads its answer: exit code 2 with the reason on
// standard error, or JSON on standard output.
func (r *runner) judge(ctx context.Context, event string, h hookCommand, in []byte) verdict {
	out, said, err := r.run(ctx, h, in)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 2 {
		return verdict{blocked: true, permission: "deny", reason: said}
	}
	if err != nil {
		r.report(fmt.Sprintf("%s hook error: Failed with non-blocking status code: %s", event, fm.Line(said+" "+err.Error(), 200)))
		return verdict{}
	}
	var reply struct {
		Decision string `json:"decision"`
		Reason   string `json:"reason"`
		Specific struct {
			PermissionDecision string `json:"permissionDecision"`
			Reason             string `json:"permissionDecisionReason"`
			Decision           struct {
				Behavior string `json:"behavior"`
				Message  string `json:"message"`
			} `json:"decision"`
		} `json:"hookSpecificOutput"`
	}
	if json.Unmarshal(out, &reply) != nil {
		return verdict{} // plain text is no decision
	}
	s := reply.Specific
	return verdict{
		blocked:    reply.Decision == "block",
		permission: s.PermissionDecision + s.Decision.Behavior,
		reason:     reply.Reason + s.Reason + s.Decision.Message,
	}
}

// hookLimit is the patience with a hook that sets no timeout.
const hookLimit = 60 * time.Second

func (r *runner) run(ctx context.Context, h hookCommand, in []byte) (out []byte, said string, err error) {
	patience := hookLimit
	if h.Timeout > 0 {
		patience = time.Duration(h.Timeout * float64(time.Second))
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", h.Command)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), r.env...)
	cmd.WaitDelay = time.Second
	cmd.Stdin = bytes.NewReader(in)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	return stdout.Bytes(), strings.TrimSpace(fm.Plain(stderr.String())), err
}
