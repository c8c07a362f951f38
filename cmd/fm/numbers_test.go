package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// stampedAgent has every agent leave a file began/TASK when its process starts, and
// finished/TASK with the time of its COMPLETION.md. It returns the settings for
// that; the files are written without a process, so that nothing is added to
// what is measured.
func stampedAgent(b *bench) fm.AgentConfig {
	b.Helper()
	for _, dir := range []string{"began", "finished"} {
		if err := os.MkdirAll(filepath.Join(b.dir, dir), 0o755); err != nil {
			b.Fatal(err)
		}
	}
	agent := filepath.Join(b.dir, "stamped-agent")
	text := fmt.Sprintf("#!/bin/sh\n[ -z \"$FM_TASK\" ] || : > '%[1]s/began/'$FM_TASK\nexec '%[2]s/fm' scripted-agent \"$@\"\n", b.dir, binary)
	if err := os.WriteFile(agent+".new", []byte(text), 0o755); err != nil {
		b.Fatal(err)
	}
	// Nobody has it open for writing any more when it is run: see execve(2), ETXTBSY.
	if err := os.Rename(agent+".new", agent); err != nil {
		b.Fatal(err)
	}
	return fm.AgentConfig{Command: agent}
}

// finishing is a task that is done as fast as an agent can.
func finishing(b *bench, name string) object {
	stamp := fmt.Sprintf("touch -r COMPLETION.md '%s/finished/'$FM_TASK", b.dir)
	return object{"title": "Do " + name, "turns": turn(
		does("write", object{"path": name + ".txt", "content": "what " + name + " is about\n"}),
		does("commit", object{"message": "Write " + name}),
		does("completion", object{"status": "SUCCESS", "summary": "Wrote " + name}),
		does("run", object{"argv": []string{"sh", "-c", stamp}}),
	)}
}

// stamps gives when the files in a folder were written, by task.
func (b *bench) stamps(dir string) map[fm.TaskID]time.Time {
	b.Helper()
	names, err := os.ReadDir(filepath.Join(b.dir, dir))
	if err != nil {
		b.Fatal(err)
	}
	at := map[fm.TaskID]time.Time{}
	for _, n := range names {
		info, err := n.Info()
		if err != nil {
			b.Fatal(err)
		}
		at[fm.TaskID(n.Name())] = info.ModTime()
	}
	return at
}

// widen gives the project so many files more, as a real one has.
func (b *bench) widen(files int) {
	b.Helper()
	for i := range files {
		path := filepath.Join(b.project.Root, fmt.Sprintf("src/part%02d/file%04d.txt", i%20, i))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, bytes.Repeat([]byte(fmt.Sprintln("line of file", i)), 100), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.runs(b.project.Root, "git", "add", "src")
	b.runs(b.project.Root, "git", "commit", "--quiet", "-m", "many files")
	b.runs(b.project.Root, "git", "push", "--quiet")
}

// procStat gives fields of /proc/PID/stat by their numbers in proc_pid_stat(5).
func procStat(tb testing.TB, pid int, fields ...int) []int64 {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		tb.Fatal(err)
	}
	all := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:]) // from field 3
	var values []int64
	for _, f := range fields {
		n, err := strconv.ParseInt(string(all[f-3]), 10, 64)
		if err != nil {
			tb.Fatal(err)
		}
		values = append(values, n)
	}
	return values
}

// middle is the median of some measurements.
func middle(all []float64) float64 {
	all = slices.Clone(all)
	slices.Sort(all)
	return all[len(all)/2]
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
