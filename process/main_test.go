package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	// deadline is for a test that will fail; a good run never comes near.
	deadline = 20 * time.Second
	// role makes the test binary play a process that a test needs.
	role = "FM_TEST_PROCESS"
	// place is the folder where a role leaves its traces.
	place = "FM_TEST_FOLDER"
)

func TestMain(m *testing.M) {
	part, _, _ := strings.Cut(os.Getenv(role), " ")
	switch part {
	case "":
		_ = os.Setenv("GORACE", "atexit_sleep_ms=0") // or each role takes a second to end
		os.Exit(m.Run())
	case "hold":
		trace("hold.pid", strconv.Itoa(os.Getpid()))
		time.Sleep(10 * deadline) // it is killed long before; a leaked one ends by itself
	case "leave": // starts a holder that leaves its group and keeps its output
		cmd := exec.CommandContext(context.Background(), os.Args[0])
		cmd.Env = append(os.Environ(), role+"=hold")
		cmd.Stdout = os.Stdout
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := cmd.Start(); err != nil {
			panic(err)
		}
	case "child":
		os.Exit(child())
	case "guard":
		guard()
	case "deaf":
		deaf()
	}
}

// child ends like the n-th word of FM_TEST_PROCESS at its n-th start.
func child() int {
	words := strings.Fields(os.Getenv(role))
	file := filepath.Join(os.Getenv(place), "starts")
	earlier, _ := os.ReadFile(file) // none at the first start
	other, _ := strconv.Atoi(os.Getenv("FM_TEST_OTHER"))
	line := fmt.Sprintf("%d other=%v\n", os.Getpid(), Alive(other, ""))
	trace("starts", string(earlier)+line)
	code, err := strconv.Atoi(words[1+strings.Count(string(earlier), "\n")])
	if err != nil {
		panic(err)
	}
	return code
}

// guard guards a holder and leaves word of how that ended.
func guard() {
	err := Guard(context.Background(), GuardOptions{
		Argv: []string{os.Args[0]},
		Env:  append(os.Environ(), role+"=hold"),
	})
	trace("guard.end", fmt.Sprint(errors.Is(err, ErrHangup), " ", err))
}

// deaf ignores hang-ups and answers on its standard input.
func deaf() {
	IgnoreHangup()
	for range 3 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGHUP)
		_ = syscall.Kill(os.Getpid(), syscall.SIGPIPE)
	}
	_, _ = io.ReadAll(os.Stdin) // until the reader of our output is gone
	_, err := os.Stdout.WriteString("into the void")
	cmd := exec.CommandContext(context.Background(), "/bin/sh", "-c", "kill -PIPE $$; kill -HUP $$")
	trace("deaf.end", fmt.Sprint(errors.Is(err, syscall.EPIPE), " ", signal.Ignored(syscall.SIGPIPE), " ", cmd.Run()))
}

// trace writes a file of the role's folder, whole or not at all.
func trace(name, text string) {
	file := filepath.Join(os.Getenv(place), name)
	if err := errors.Join(os.WriteFile(file+".new", []byte(text), 0o600), os.Rename(file+".new", file)); err != nil {
		panic(err)
	}
}

// awaitFile waits until the file exists and holds something, and returns that.
func awaitFile(t *testing.T, file string) string {
	t.Helper()
	var text []byte
	await(t, file, func() bool {
		text, _ = os.ReadFile(file) // absent until it is there
		return len(text) > 0
	})
	return strings.TrimSpace(string(text))
}

// awaitPid is [awaitFile] for a pid, whose process the test kills at its end.
func awaitPid(t *testing.T, file string) int {
	t.Helper()
	pid, err := strconv.Atoi(awaitFile(t, file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) }) // mostly dead already
	return pid
}

// awaitDeath fails the test if the process does not end.
func awaitDeath(t *testing.T, pid int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	if err := Wait(ctx, pid); err != nil {
		t.Fatalf("process %d still lives: %v", pid, err)
	}
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	late := time.After(deadline)
	for !ok() {
		select {
		case <-late:
			t.Fatalf("waited in vain for %s", what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// hold starts a process that lives until it is killed. Nobody reaps it before
// the test ends.
func hold(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), role+"=hold", place+"="+t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	})
	return cmd
}
