//go:build failpoint

package failpoint

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Step marks the beginning of a step that changes the world, and what it returns
// marks its end. It may be called concurrently. The name "" marks nothing.
//
// Each moment is appended to the file <executable>.reached, as a line
//
//	COMMAND NAME MOMENT PID
//
// where COMMAND is the first word of the command line that is no option, such as
// supervise or hook, and MOMENT is before or after. Whoever reaches the COMMAND,
// NAME and MOMENT in the file <executable>.crash for the time that stands there
// as a number, 1 for the first, takes that file away and is killed.
func Step(name Name) (done func()) {
	if name == "" {
		return func() {}
	}
	reach(name, "before")
	return func() { reach(name, "after") }
}

func reach(name Name, moment string) {
	program, err := os.Executable()
	if err != nil {
		return
	}
	order, _ := os.ReadFile(program + ".crash") // no order is the usual case
	here := fmt.Sprintf("%s %s %s", command(), name, moment)
	times := note(program+".reached", here)
	if string(bytes.TrimSpace(order)) != fmt.Sprintf("%s %d", here, times) {
		return
	}
	// Of two that reach it at once, one takes the file.
	if os.Rename(program+".crash", program+".crashed") == nil {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// note adds a line and says how many of its kind there are by now.
func note(file, here string) int {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }()
	if _, err := fmt.Fprintf(f, "%s %d\n", here, os.Getpid()); err != nil {
		return 0
	}
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return 0
	}
	times := 0
	for line := range bytes.Lines(text) {
		if strings.HasPrefix(string(line), here+" ") {
			times++
		}
	}
	return times
}

// command is what this process is, as its command line says.
func command() string {
	args := os.Args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if args[0] == "-C" && len(args) > 1 {
			args = args[1:]
		}
		args = args[1:]
	}
	if len(args) == 0 {
		return "fm"
	}
	return args[0]
}
