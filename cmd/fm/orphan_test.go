package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// TestStopNowLeavesNoProcessBehind: after fm stop --now nothing runs that an
// agent started, though it has left its terminal and hears no hang-up. Caught:
// a server of an agent's that ran on for the night.
func TestStopNowLeavesNoProcessBehind(t *testing.T) {
	t.Parallel()
	b := newBench(t, fm.Config{Agent: fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}}})
	b.environ = append(b.environ, "FM_SCENARIO="+filepath.Join(b.dir, "scenario.json"), "CLAUDE_CONFIG_DIR="+filepath.Join(b.dir, "agent"))
	type object = map[string]any
	b.write(filepath.Join(b.dir, "scenario.json"), object{"tasks": []object{{"title": "half", "turns": []object{}}, {"title": "*", "turns": []object{{
		"steps": []object{{"do": "leave_orphan"}, {"do": "write", "path": "ready.txt", "content": "x\n"}, {"do": "hang"}},
	}}}}})
	b.must("work", string(b.issue("Serve", "It starts a server.")), "--workers", "1")
	b.until("the orphan", 30*time.Second, func() (any, bool) {
		ready, _ := filepath.Glob(filepath.Join(b.project.Root, ".worktrees", "*", "ready.txt")) // the pattern is good
		return b.left(), len(ready) > 0
	})
	b.must("stop", "--now")
	if left := b.left(); len(left) > 0 {
		t.Errorf("after stop --now these run: %q", left)
	}
}

// left lists the processes that carry the mark of the bench's project.
func (b *bench) left() (commands []string) {
	environs, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is good
	for _, path := range environs {
		environ, _ := os.ReadFile(path) // gone is not left
		if bytes.Contains(environ, []byte("FM_PROJECT="+b.project.Root+"\x00")) {
			command, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
			commands = append(commands, strings.ReplaceAll(string(command), "\x00", " "))
		}
	}
	return commands
}
