package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Logout is what becomes of a process when its user logs out, on a machine with
// systemd-logind.
type Logout struct {
	Inside Unit // what the process is in
	Kills  bool // KillUserProcesses of logind.conf(5) takes sessions down
	Linger bool // the user's manager stays
}

// Unit is what systemd counts a process to.
type Unit string

// The units that end with a logout.
const (
	SessionUnit Unit = "session" // ends with it where KillUserProcesses is set
	ManagerUnit Unit = "manager" // the user's own service manager, which ends with the last session, unless it lingers
	OtherUnit   Unit = ""        // no business of logind's
)

// Survives says whether the process outlives the logout.
func (l Logout) Survives() bool {
	switch l.Inside {
	case SessionUnit:
		return !l.Kills
	case ManagerUnit:
		return l.Linger
	case OtherUnit:
	}
	return true
}

// AtLogout asks logind about a process of this user. Where no systemd runs it is
// [errors.ErrUnsupported]; any other error means that logind did not say.
func AtLogout(ctx context.Context, pid int) (Logout, error) {
	return logind{system: "/run/systemd/system", proc: "/proc"}.atLogout(ctx, pid)
}

// logind is where one is looked for.
type logind struct {
	system string // is there when systemd runs: sd_booted(3)
	proc   string
}

func (d logind) atLogout(ctx context.Context, pid int) (Logout, error) {
	if _, err := os.Stat(d.system); err != nil {
		return Logout{}, errors.ErrUnsupported
	}
	text, err := os.ReadFile(filepath.Join(d.proc, strconv.Itoa(pid), "cgroup"))
	if err != nil {
		return Logout{}, fmt.Errorf("find the unit of process %d: %w", pid, err)
	}
	l := Logout{Inside: unitOf(string(text))}
	switch l.Inside {
	case SessionUnit:
		answer, err := ask(ctx, "busctl", "--system", "get-property", "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "KillUserProcesses")
		l.Kills = answer == "b true"
		return l, err
	case ManagerUnit:
		answer, err := ask(ctx, "loginctl", "show-user", strconv.Itoa(os.Getuid()), "--property=Linger", "--value")
		l.Linger = answer == "yes"
		return l, err
	case OtherUnit:
	}
	return l, nil
}

// unitOf reads what cgroups(7) says of a process. A session's processes are in
// session-N.scope, those of the manager below user@UID.service.
func unitOf(cgroup string) Unit {
	for line := range strings.Lines(cgroup) {
		_, where, _ := strings.Cut(line, ":/")
		for part := range strings.SplitSeq(path.Clean("/"+strings.TrimSpace(where)), "/") {
			switch {
			case strings.HasPrefix(part, "user@") && strings.HasSuffix(part, ".service"):
				return ManagerUnit
			case strings.HasPrefix(part, "session-") && strings.HasSuffix(part, ".scope"):
				return SessionUnit
			}
		}
	}
	return OtherUnit
}

// askLimit is for one question to logind.
const askLimit = 2 * time.Second

func ask(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("ask %s: %w: %s", name, err, said.String())
	}
	return strings.TrimSpace(string(out)), nil
}
