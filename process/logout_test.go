package process

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// machine is one with a systemd that says what it is told to.
func machine(t *testing.T, cgroup, answer string) logind {
	t.Helper()
	dir := t.TempDir()
	proc := filepath.Join(dir, strconv.Itoa(os.Getpid()))
	if err := os.Mkdir(proc, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(proc, "cgroup"), []byte(cgroup), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"busctl", "loginctl"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+answer), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return logind{system: dir, proc: dir}
}

// What a logout ends hangs on where the process is: KillUserProcesses is about
// sessions, lingering about the user's manager.
// Caught: lingering that saves a session; a manager that a session's setting
// saves.
func TestALogoutEndsWhatItIsToldTo(t *testing.T) {
	const session, manager, other = "0::/user.slice/user-1000.slice/session-3.scope\n", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope\n", "0::/system.slice/ssh.service\n"
	for _, tt := range []struct {
		name, cgroup, answer string
		inside               Unit
		survives             bool
	}{
		{"a session, and nobody is killed", session, "echo b false\n", SessionUnit, true},
		{"a session, and all are killed", session, "echo b true\n", SessionUnit, false},
		{"the manager lingers", manager, "echo yes\n", ManagerUnit, true},
		{"the manager does not", manager, "echo no\n", ManagerUnit, false},
		{"neither", other, "exit 1\n", OtherUnit, true},
		{"cgroups of the first kind", "12:cpu:/\n1:name=systemd:/user.slice/user-0.slice/session-1.scope\n", "echo b true\n", SessionUnit, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := machine(t, tt.cgroup, tt.answer).atLogout(t.Context(), os.Getpid())
			if err != nil || got.Inside != tt.inside || got.Survives() != tt.survives {
				t.Errorf("got %+v, survives %v, %v", got, got.Survives(), err)
			}
		})
	}
	t.Run("logind does not say", func(t *testing.T) {
		if _, err := machine(t, session, "echo no bus >&2; exit 1\n").atLogout(t.Context(), os.Getpid()); err == nil || errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got %v, want that it did not say", err)
		}
	})
	t.Run("no systemd", func(t *testing.T) {
		none := logind{system: filepath.Join(t.TempDir(), "none"), proc: "/proc"}
		if _, err := none.atLogout(t.Context(), os.Getpid()); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got %v, want %v", err, errors.ErrUnsupported)
		}
	})
}
