package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/founder-mode/fm/git"
)

var update = flag.Bool("update", false, "write the files that scripts compare with anew")

// project makes a repository of the folder that it names, with a bare remote
// beside it, and goes there. The agent is the scripted one, with the script's
// scenario.json; config.json adds to the settings, and issues/ are its issues.
//
//	project shop
func project(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: project DIR")
	}
	dir, remote := ts.MkAbs(args[0]), ts.MkAbs(args[0]+".git")
	readme := filepath.Join(dir, "README.md")
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Check(os.MkdirAll(remote, 0o755))
	if _, err := os.Stat(readme); errors.Is(err, fs.ErrNotExist) {
		ts.Check(os.WriteFile(readme, []byte("# "+args[0]+"\n"), 0o644))
	}
	env := []string{"HOME=" + ts.Getenv("HOME"), "PATH=" + ts.Getenv("PATH")}
	ts.Check(git.Create(context.Background(), dir, remote, "Begin", env))
	ts.Check(os.MkdirAll(filepath.Join(dir, ".founder-mode"), 0o700))
	settings := map[string]any{}
	if text, err := os.ReadFile(ts.MkAbs("config.json")); err == nil {
		ts.Check(json.Unmarshal(text, &settings))
	}
	settings["agent"] = map[string]any{"command": filepath.Join(binary, "fm"), "args": []string{"scripted-agent"}}
	text, err := json.MarshalIndent(settings, "", "  ")
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(dir, ".founder-mode", "config.json"), text, 0o600))
	if _, err := os.Stat(ts.MkAbs("issues")); err == nil {
		ts.Check(os.Rename(ts.MkAbs("issues"), filepath.Join(dir, ".founder-mode", "issues")))
	}
	if scenario := ts.MkAbs("scenario.json"); exists(scenario) {
		ts.Setenv("FM_SCENARIO", scenario)
	}
	ts.Check(ts.Chdir(dir))
}

// until runs a command again and again until what it prints matches, and says
// what it printed last when that takes too long.
//
//	until 20s 'Merged: 3' fm status
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: until TIMEOUT PATTERN COMMAND…")
	}
	limit, err := time.ParseDuration(args[0])
	ts.Check(err)
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		failure := ts.Exec(args[2], args[3:]...)
		if pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			ts.Fatalf("no match for %q in %v; last: %v\n%s%s", args[1], limit, failure, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
		}
	}
}

// exits runs a command and holds it to an exit code. What is refused, with
// code 2, says so in one line and prints nothing else.
//
//	exits 2 fm work ../x
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	stdout, stderr := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	if want == exitUsage && (stdout != "" || !strings.HasPrefix(stderr, "fm: ") || strings.Count(stderr, "\n") != 1) {
		ts.Fatalf("want one line on stderr")
	}
}

// nothingRuns holds that no process is left that the script started, directly
// or by fm. The guard may take a moment to follow its supervisor.
func nothingRuns(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: nothing-runs")
	}
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		left := started(ts.Getenv("TMUX_TMPDIR"))
		if len(left) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			for pid, words := range left {
				ts.Logf("%d %s", pid, words)
			}
			ts.Fatalf("%d processes are left", len(left))
		}
	}
}

// noEscapes holds that the last command printed nothing that a terminal would
// obey, and nothing that hides or reorders text.
func noEscapes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: no-escapes")
	}
	text := ts.ReadFile("stdout") + ts.ReadFile("stderr")
	for i, r := range text {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r <= 0x9f || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			ts.Fatalf("%U at byte %d: %q", r, i, text[max(0, i-40):min(len(text), i+40)])
		}
	}
}

// started lists the processes whose environment names the temporary folder.
func started(tmp string) map[int]string {
	left := map[int]string{}
	environs, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is ours
	for _, path := range environs {
		text, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(append([]byte{0}, text...), []byte("\x00TMUX_TMPDIR="+tmp+"\x00")) {
			continue
		}
		dir := filepath.Dir(path)
		pid, err := strconv.Atoi(filepath.Base(dir))
		words, _ := os.ReadFile(filepath.Join(dir, "cmdline")) // for the message
		if err == nil && len(words) > 0 {
			left[pid] = strings.ReplaceAll(string(words), "\x00", " ")
		}
	}
	return left
}
