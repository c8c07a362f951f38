package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
	"github.com/founder-mode/fm/git"
)

// trustCmd says that what came with the repository may be run.
type trustCmd struct{}

func (trustCmd) Run(ctx context.Context, a *app) error {
	if a.inAgent() {
		return usage("an agent trusts nothing in its user's place: run fm trust in a shell of your own")
	}
	h, err := a.find(ctx)
	if err != nil {
		return err
	}
	config, err := settings(h.project.ConfigFile())
	if err != nil {
		return err
	}
	came, err := h.came(ctx)
	if err != nil {
		return err
	}
	all := slices.Concat(risks(config), h.agentFiles(came))
	if len(all) == 0 {
		fmt.Fprintln(h.stdout, "There is nothing here that needs your trust.")
		return nil
	}
	for _, r := range all {
		fmt.Fprintln(h.stdout, "·", fm.Line(r.String(), 0))
	}
	if err := h.record(all); err != nil {
		return err
	}
	fmt.Fprintf(h.stdout, "✓ Trusted here, by you, until it is changed: %s\n", fm.Count(len(all), "thing"))
	return nil
}

// inAgent says whether an agent runs fm, or somebody in its pane. It keeps an agent
// from what is its user's to say, and is no wall: a mark can be taken off.
func (a *app) inAgent() bool { return a.getenv("FM_TASK") != "" }

// A risk is what somebody else's settings could do harm with: it is run, or says
// where a token is sent.
type risk struct{ key, value string }

// String is for people.
func (r risk) String() string {
	if r.value == "" {
		return r.key
	}
	return r.key + " = " + r.value
}

// line is the risk in the file of what is trusted.
func (r risk) line() string { return r.key + "\t" + r.value + "\n" }

// risks are those of the settings. All others are numbers, words of a list, or
// narrow what fm does.
func risks(c fm.Config) []risk {
	usual := fm.Config{}.WithDefaults()
	var all []risk
	add := func(key string, value any) {
		text, err := json.Marshal(value)
		if err == nil { // texts and lists of them always can
			all = append(all, risk{key, string(text)})
		}
	}
	if c.Verify != "" {
		add("verify", c.Verify)
	}
	if c.Agent.Command != usual.Agent.Command {
		add("agent.command", c.Agent.Command)
	}
	if len(c.Agent.Args) > 0 {
		add("agent.args", c.Agent.Args)
	}
	if mode := c.Agent.PermissionMode; mode == "auto" || mode == "bypassPermissions" {
		add("agent.permission_mode", mode)
	}
	if len(c.Agent.Environment) > 0 {
		add("agent.environment", c.Agent.Environment)
	}
	if !filepath.IsLocal(c.WorktreeDir) {
		add("worktree_dir", c.WorktreeDir)
	}
	for _, address := range []struct{ key, value string }{{"github.repo", c.GitHub.Repo}, {"github.api", c.GitHub.API}, {"jira.url", c.Jira.URL}} {
		if address.value != "" {
			add(address.key, address.value)
		}
	}
	return all
}

// untrusted refuses settings that came with the repository, have something run,
// and were never looked at by the user. What git does not track is the user's
// own.
func (h *house) untrusted(ctx context.Context, c fm.Config) error {
	open := h.unseen(risks(c))
	if len(open) == 0 {
		return nil
	}
	came, err := h.came(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(came, func(t git.Tracked) bool { return strings.EqualFold(t.Path, configPath) }) {
		return nil
	}
	return mistrusted(open)
}

// mistrusted says what the user has to look at.
func mistrusted(all []risk) error {
	var words []string
	for _, r := range all {
		words = append(words, fm.Line(r.String(), 120))
	}
	return usage("this came with the repository, and has something run or a token sent: %s; if you trust it: fm trust", strings.Join(words, ", "))
}

// vouched is asked before an agent is started or asked anything in this checkout.
// It keeps what the user wrote himself, so that it counts as trusted on the day
// on which it is committed.
func (h *house) vouched(ctx context.Context) error {
	came, err := h.came(ctx)
	if err != nil {
		return err
	}
	if open := h.unseen(h.agentFiles(came)); len(open) > 0 {
		return mistrusted(open)
	}
	if own := h.unseen(risks(h.config)); len(own) > 0 { // else open would have refused them
		return h.record(own)
	}
	return nil
}

// configPath is the settings' place in the repository.
const configPath = ".founder-mode/config.json"

// came lists what came with the repository and concerns fm or its agents. It
// refuses a repository that has fm's own state in it, or links in the place of
// fm's files: orders to agents, and paths to write to, that nobody here gave.
func (h *house) came(ctx context.Context) ([]git.Tracked, error) {
	o := git.Options{Root: h.project.Root, WorktreeDir: h.config.WorktreeDir, Environ: h.environ, Ran: h.ran}
	all, err := git.FindTracked(ctx, o, ".founder-mode", ".mcp.json", ".claude/settings.json")
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		name := strings.ToLower(t.Path)
		if !strings.HasPrefix(name, ".founder-mode") || t.Regular && mayCome(name) {
			continue
		}
		return nil, usage("%s came with the repository, and is fm's own: look at it, then: git rm -r --cached %s", fm.Line(t.Path, 120), quoted(t.Path))
	}
	return all, nil
}

// mayCome says what of fm's folder a team may commit.
func mayCome(name string) bool {
	return name == configPath || strings.HasPrefix(name, ".founder-mode/issues/") ||
		path.Dir(name) == ".founder-mode" && (path.Ext(name) == ".md" || path.Base(name) == ".gitignore")
}

// linked says whether a link stands where fm keeps its files. A user may have
// put one there.
func (h *house) linked() bool {
	names := []string{
		"", "queue.txt", "ledger", "ledger.lock", "lock", "state.json", "state.json.lock", "status.json", "status.json.new", "intake.lock", "config.json", "tmux.conf",
		"events", "journal", "launch", "logs", "plans", "issues", "pulls", "plugin", "tmp", "typing", "github",
	}
	return slices.ContainsFunc(names, func(name string) bool {
		info, err := os.Lstat(h.project.File(name))
		return err == nil && info.Mode()&os.ModeSymlink != 0
	})
}

// agentFiles are those that Claude Code runs something of, as soon as it trusts
// the folder. fm tells it so, and where its user has done that before, there is
// nothing to ask.
func (h *house) agentFiles(came []git.Tracked) []risk {
	var all []risk
	for _, t := range came {
		if !strings.HasPrefix(strings.ToLower(t.Path), ".founder-mode/") {
			all = append(all, risk{key: strings.ToLower(t.Path)})
		}
	}
	if len(all) == 0 {
		return nil
	}
	if c, err := h.reader(); err == nil && c.Trusts() {
		return nil
	}
	return all
}

// trustFile holds what the user trusts here, a line for each. No clone brings
// one along: it is in git's own folder.
func (h *house) trustFile() (string, error) {
	dir := filepath.Join(h.project.Root, ".git")
	if info, err := os.Stat(dir); err != nil || info.IsDir() {
		return filepath.Join(dir, "fm-trust"), err
	}
	text, err := readFile(dir, 4<<10)
	to, ok := strings.CutPrefix(strings.TrimRight(string(text), "\n"), "gitdir: ")
	if err == nil && !ok {
		err = fmt.Errorf("read %s: it names no folder", dir)
	}
	return filepath.Join(within(h.project.Root, to), "fm-trust"), err
}

// unseen gives those that are not trusted yet.
func (h *house) unseen(all []risk) []risk {
	if len(all) == 0 {
		return nil
	}
	text := h.trust()
	return slices.DeleteFunc(slices.Clone(all), func(r risk) bool {
		return strings.HasPrefix(text, r.line()) || strings.Contains(text, "\n"+r.line())
	})
}

// trust is the text of what is trusted; "" for nothing.
func (h *house) trust() string {
	file, err := h.trustFile()
	if err != nil {
		return ""
	}
	text, err := readFile(file, 1<<20)
	if err != nil {
		return ""
	}
	return string(text)
}

// record adds to what is trusted.
func (h *house) record(all []risk) error {
	file, err := h.trustFile()
	if err != nil {
		return err
	}
	lines := []string{h.trust()}
	for _, r := range h.unseen(all) {
		lines = append(lines, r.line())
	}
	if err := disk.WriteFile(file, []byte(strings.Join(lines, "")), 0o600); err != nil {
		return errors.Join(errors.New("keep what you trust"), err)
	}
	return nil
}
