package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// TestReadyWorktreesAreLeftByNobody has a supervisor killed that kept some: doctor
// tells of them and can remove them, and so does a stop.
//
// Caught: doctor that took them for a user's; a stop that found nothing running.
func TestReadyWorktreesAreLeftByNobody(t *testing.T) {
	b := newBench(t, fm.Config{})
	ready := filepath.Join(b.project.Root, ".worktrees", ".ready-1")
	stock := func() {
		t.Helper()
		repo, err := (&app{environ: b.environ, getenv: func(string) string { return "" }}).house(t.Context(), b.project.Root).repo(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := repo.Stock(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(ready); err != nil {
			t.Fatal(err)
		}
	}
	b.write(b.project.StateFile(), object{})
	stock()
	if out, _ := b.fm("doctor", "--fix"); !strings.Contains(out, "removed "+ready) {
		t.Errorf("doctor says:\n%s", out)
	}
	if _, err := os.Stat(ready); err == nil {
		t.Error("doctor --fix left it")
	}
	stock()
	b.must("stop", "--now")
	if _, err := os.Stat(ready); err == nil {
		t.Error("stop left it")
	}
}
