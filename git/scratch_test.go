package git

import (
	"os"
	"path/filepath"
	"testing"
)

// Caught: no sweep; a sweep that asks nobody; a folder that is not held.
func TestScratchOfTheDeadIsSweptAndOfTheLivingIsNot(t *testing.T) {
	parent := t.TempDir()
	dead := filepath.Join(parent, scratchName+"1")
	for _, dir := range []string{dead, filepath.Join(parent, "of-somebody-else")} {
		if err := os.MkdirAll(filepath.Join(dir, "ab"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	living, err := newScratch(parent)
	if err != nil {
		t.Fatal(err)
	}
	if isFolder(dead) {
		t.Error("what a dead process left is still there")
	}
	other, err := newScratch(parent)
	if err != nil {
		t.Fatal(err)
	}
	if !isFolder(living.dir) || !isFolder(other.dir) || living.dir == other.dir {
		t.Errorf("%s and %s: want both", living.dir, other.dir)
	}
	living.remove()
	other.remove()
	left, err := os.ReadDir(parent)
	if err != nil || len(left) != 1 || left[0].Name() != "of-somebody-else" {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestScratchNeedsAParent(t *testing.T) {
	if _, err := newScratch(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("made a folder nowhere")
	}
}
