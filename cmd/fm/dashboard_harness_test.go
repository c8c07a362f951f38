package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/local"
)

type object = map[string]any

// newMarket has the scripted agent do what is said for each task, and makes an
// issue, with a part for each that has a title.
func newMarket(b *bench, parts []object) (parent fm.IssueID) {
	b.Helper()
	b.environ = append(b.environ, "FM_SCENARIO="+filepath.Join(b.dir, "scenario.json"), "CLAUDE_CONFIG_DIR="+filepath.Join(b.dir, "agent"))
	b.write(filepath.Join(b.dir, "scenario.json"), object{"tasks": parts})
	parent = b.issue("A shop", "In parts.")
	for i, part := range parts {
		title, ok := part["title"].(string)
		if !ok {
			continue
		}
		sub := fm.Subissue{Title: title, Description: "Do it.", Criteria: []string{"it is done"}, Hours: 1, Priority: "normal"}
		if _, err := local.NewTracker(b.project.Issues()).Create(b.Context(), parent, fmt.Sprint("key-", i), sub, nil); err != nil {
			b.Fatal(err)
		}
	}
	return parent
}

func turn(steps ...object) []object { return []object{{"steps": steps}} }

func does(what string, more object) object {
	step := object{"do": what}
	maps.Copy(step, more)
	return step
}

// window is a terminal of the user's own tmux, which knows nothing of fm's.
type window struct {
	*bench
	socket string
}

// newWindow opens a terminal with a shell in the project.
func newWindow(b *bench, width, height int) *window {
	b.Helper()
	w := &window{bench: b, socket: filepath.Join(b.dir, "mine")}
	w.tmux("-f", "/dev/null", "new-session", "-d", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height), "exec sh")
	return w
}

// tmux speaks to the user's tmux.
func (w *window) tmux(args ...string) string {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tmux", append([]string{"-S", w.socket}, args...)...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = w.project.Root, append(w.environ, "PS1=$ "), 5*time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.Fatalf("tmux %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// keys presses keys, by tmux's names for them.
func (w *window) keys(names ...string) {
	w.Helper()
	w.tmux(append([]string{"send-keys"}, names...)...)
}

// types gives the terminal a line, and presses Enter.
func (w *window) types(line string) {
	w.Helper()
	w.tmux("send-keys", "-l", line)
	w.keys("Enter")
}

func (w *window) screen() string {
	w.Helper()
	return w.tmux("capture-pane", "-p")
}

// shows waits until the terminal shows something.
func (w *window) shows(pattern string) {
	w.Helper()
	re := regexp.MustCompile("(?m)" + pattern)
	w.until(fmt.Sprintf("the terminal to show %q", pattern), 20*time.Second, func() (any, bool) {
		text := w.screen()
		return "\n" + text, re.MatchString(text)
	})
}

// shot keeps what the terminal shows, for who wants to see it.
func (w *window) shot(name string) {
	w.Helper()
	text := w.screen()
	w.Logf("%s:\n%s", name, text)
	if dir := os.Getenv("FM_TEST_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".txt"), []byte(text), 0o644); err != nil {
			w.Fatal(err)
		}
	}
}
