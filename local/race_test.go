package local_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/local"
)

// roleKey makes the test binary play another process of fm.
const roleKey = "FM_LOCAL_TEST_ROLE"

const perProcess = 25

func TestMain(m *testing.M) {
	role, dir, _ := strings.Cut(os.Getenv(roleKey), " ")
	if role == "" {
		os.Exit(m.Run())
	}
	if err := play(role, dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(role, dir string) error {
	// Every process waits until all are there.
	if _, err := io.ReadAll(os.Stdin); err != nil {
		return err
	}
	ctx := context.Background()
	for i := range perProcess {
		var err error
		switch role {
		case "add":
			_, err = local.NewTracker(dir).Add(ctx, "issue", "")
		case "create":
			_, err = local.NewTracker(dir).Create(ctx, "1", fmt.Sprint("key ", i), fm.Subissue{Title: "x"}, nil)
		case "open":
			_, err = local.NewForge(dir, &merger{heads: map[string]string{"subissue/1": "aa", "subissue/2": "bb"}}).Open(ctx, fm.Proposal{Task: "1", Head: fmt.Sprint("subissue/", 1+i%2), Base: "main"})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// race runs four processes in the role at once.
func race(t *testing.T, role, dir string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	shot, fire, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var runs []*exec.Cmd
	for range 4 {
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env = append(os.Environ(), roleKey+"="+role+" "+dir)
		cmd.Stdin, cmd.Stderr = shot, new(bytes.Buffer)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		runs = append(runs, cmd)
	}
	if err := fire.Close(); err != nil {
		t.Fatal(err)
	}
	for _, cmd := range runs {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v: %s", err, cmd.Stderr)
		}
	}
}

// Caught: change without the flock.
func TestProcessesNeverShareANumber(t *testing.T) {
	dir := t.TempDir()
	race(t, "add", dir)
	all, err := local.NewTracker(dir).List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 4*perProcess || all[len(all)-1].ID != fm.IssueID(fmt.Sprint(len(all))) {
		t.Fatalf("%d issues, the last is #%s; want %d", len(all), all[len(all)-1].ID, 4*perProcess)
	}
}

// Caught: change without the flock.
func TestProcessesCreateEachKeyOnce(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "1.md", "# Parent\n")
	race(t, "create", dir)
	children, err := local.NewTracker(dir).Children(t.Context(), "1")
	if err != nil || len(children) != perProcess {
		t.Fatalf("%d children, %v; want %d", len(children), err, perProcess)
	}
}

// Caught: change without the flock.
func TestProcessesOpenOnePullRequestPerBranch(t *testing.T) {
	dir := t.TempDir()
	race(t, "open", dir)
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%v, %v; want two", files, err)
	}
}
