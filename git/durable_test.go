package git_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// flushes counts, by git command, how often it flushed something to the disk.
func flushes(t *testing.T, trace string) map[string]int {
	t.Helper()
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	names, counts := map[string]string{}, map[string]int{}
	for line := range strings.Lines(string(text)) {
		var ev struct{ Event, SID, Name, Category, Key, Value string }
		if json.Unmarshal([]byte(line), &ev) != nil {
			continue // other events have other types
		}
		switch {
		case ev.Event == "cmd_name":
			names[ev.SID] = ev.Name
			counts[ev.Name] += 0
		case ev.Category == "fsync" && ev.Key == "fsync/hardware-flush" && ev.Value != "0":
			counts[names[ev.SID]]++
		}
	}
	return counts
}

// TestWhatAFolderTookIsOnItsDisk: a remote that is a folder of this machine is
// nobody's to keep safe but ours. A power cut right after a merge by the local
// forge left branches without content, and commits that were empty files.
//
// Fault: F26.
//
// Caught: the receiving git that synced nothing.
func TestWhatAFolderTookIsOnItsDisk(t *testing.T) {
	t.Parallel()
	for _, relative := range []bool{false, true} {
		y := newYard(t, "")
		if relative {
			path, err := filepath.Rel(y.root, y.remote)
			if err != nil {
				t.Fatal(err)
			}
			y.git(y.root, "remote", "set-url", "origin", path)
		}
		y.commit(y.prepare("1"), "a.txt", "text\n")
		trace := filepath.Join(t.TempDir(), "trace")
		y.git(y.root, "config", "--global", "trace2.eventTarget", trace)
		sha := y.push("1")
		if n := flushes(t, trace); n["receive-pack"] == 0 || n["unpack-objects"] == 0 || n["update-ref"] == 0 {
			t.Errorf("relative %v: flushes of a push, by command: %v", relative, n)
		}
		if err := os.Remove(trace); err != nil {
			t.Fatal(err)
		}
		if _, err := y.repo.MergeBranch(t.Context(), "main", "subissue/1", sha, "Merge"); err != nil {
			t.Fatal(err)
		}
		if n := flushes(t, trace); n["receive-pack"] == 0 || n["unpack-objects"] == 0 {
			t.Errorf("relative %v: flushes of a merge, by command: %v", relative, n)
		}
	}
}
