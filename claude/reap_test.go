package claude

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// beOrphan is an agent's tool that nothing but SIGKILL ends: the test binary,
// started again. It says "ready", and ends when its stdin does, at the latest.
func beOrphan() {
	signal.Ignore(syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT)
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// orphan starts one with an environment, and waits until it is ready.
func orphan(t *testing.T, name string, environ ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], name)
	cmd.Env = environ
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // as the CLI starts its tools
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close() })
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("orphan said %q, %v", line, err)
	}
	return cmd
}

func bare(t *testing.T) *Claude {
	t.Helper()
	dir := t.TempDir()
	command := filepath.Join(dir, "claude")
	if err := os.WriteFile(command, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{Project: fm.Project{Root: filepath.Join(dir, "app")}, Config: fm.AgentConfig{Command: command}, Home: filepath.Join(dir, "home"), Self: "/usr/bin/fm"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Caught: SIGTERM alone; a mark compared by prefix; attempts compared with ==.
//
// Fault: F2.
func TestReapEndsWhatAnAttemptLeftAndNothingElse(t *testing.T) {
	c := bare(t)
	project := "FM_PROJECT=" + c.project.Root
	tests := map[string]struct {
		environ []string
		gone    bool
	}{
		"this attempt":      {[]string{"FM_TASK=456", "FM_ATTEMPT=2", project}, true},
		"an older attempt":  {[]string{"FM_TASK=456", "FM_ATTEMPT=1", project}, true},
		"a newer attempt":   {[]string{"FM_TASK=456", "FM_ATTEMPT=3", project}, false},
		"another task":      {[]string{"FM_TASK=4567", "FM_ATTEMPT=2", project}, false},
		"another project":   {[]string{"FM_TASK=456", "FM_ATTEMPT=2", project + "2"}, false},
		"no attempt":        {[]string{"FM_TASK=456", project}, false},
		"within another":    {[]string{"X=FM_TASK=456", "FM_ATTEMPT=2", project}, false},
		"an unmarked shell": {nil, false},
		"a verify command":  {[]string{VerifyMark(c.project)}, false},
	}
	ended := map[string]chan error{}
	for name, tt := range tests {
		cmd := orphan(t, "orphan", tt.environ...)
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		ended[name] = done
	}
	if err := c.Reap(t.Context(), "456", 2); err != nil {
		t.Fatal(err)
	}
	for name, tt := range tests {
		if tt.gone {
			select {
			case <-ended[name]:
			case <-time.After(time.Minute):
				t.Errorf("%s lives", name)
			}
			continue
		}
		select {
		case err := <-ended[name]:
			t.Errorf("%s was ended: %v", name, err)
		default:
		}
	}
}

// Caught: what a task left that is over, or that only another server knew.
func TestReapAllEndsWhatAnyAttemptLeftAndNothingElse(t *testing.T) {
	c := bare(t)
	project := "FM_PROJECT=" + c.project.Root
	mine := orphan(t, "orphan", "FM_TASK=456", "FM_ATTEMPT=2", project)
	other := orphan(t, "orphan", "FM_TASK=7", "FM_ATTEMPT=1", project)
	foreign := orphan(t, "orphan", "FM_TASK=7", "FM_ATTEMPT=1", project+"2")
	ended := make(chan error, 1)
	go func() { ended <- foreign.Wait() }()
	if err := c.ReapAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, cmd := range []*exec.Cmd{mine, other} {
		if err := cmd.Wait(); err == nil {
			t.Errorf("%v ended by itself", cmd.Env)
		}
	}
	select {
	case err := <-ended:
		t.Errorf("another project's was ended: %v", err)
	default:
	}
}

// A supervisor that begins ends the verify commands that one left that was
// killed; fm stop ends all there is.
// Caught: an agent ended with the commands; those of another project; a stop that
// let them live.
func TestReapVerifyEndsVerifyCommandsAlone(t *testing.T) {
	c := bare(t)
	check := VerifyMark(c.project)
	agent := orphan(t, "orphan", "FM_TASK=456", "FM_ATTEMPT=2", "FM_PROJECT="+c.project.Root)
	foreign := orphan(t, "orphan", check+"2")
	left := orphan(t, "orphan", check)
	lives := make(chan error, 2)
	go func() { lives <- agent.Wait() }()
	go func() { lives <- foreign.Wait() }()
	if err := c.ReapVerify(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := left.Wait(); err == nil {
		t.Error("the command ended by itself")
	}
	select {
	case err := <-lives:
		t.Fatalf("an agent, or another project's command, was ended: %v", err)
	default:
	}
	left = orphan(t, "orphan", check)
	if err := c.ReapAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := left.Wait(); err == nil {
		t.Error("the command ended by itself")
	}
}

// An fm that an agent starts carries the mark of that agent.
//
// Caught: a search that does not spare the caller's ancestors.
func TestReapNeverEndsItsCaller(t *testing.T) {
	c := bare(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "reap", c.project.Root)
	cmd.Env = []string{"FM_TASK=456", "FM_ATTEMPT=1", "FM_PROJECT=" + c.project.Root}
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "reaped\n" {
		t.Errorf("the caller ended with %v: %s", err, out)
	}
}
