package claude

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm"
)

func survivors(ctx context.Context, project string) ([]Survivor, error) {
	dirs, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	spared := ancestors(os.Getpid())
	var all []Survivor
	for _, d := range dirs {
		pid, err := strconv.Atoi(d.Name())
		if err != nil || spared[pid] {
			continue
		}
		if s, ok := survivor(pid, project); ok {
			all = append(all, s)
		}
	}
	return all, ctx.Err()
}

// survivor is false for what cannot be read: another user's, or gone.
func survivor(pid int, project string) (Survivor, bool) {
	s := Survivor{PID: pid, start: started(pid)}
	path := filepath.Join("/proc", strconv.Itoa(pid))
	environ, err := os.ReadFile(filepath.Join(path, "environ"))
	if err != nil || s.start == "" || !carries(pid, mark{project: project, last: math.MaxInt}) {
		return Survivor{}, false
	}
	var ok bool
	if s.Run, ok = runOf(entries(environ), project); !ok {
		return Survivor{}, false
	}
	words, _ := os.ReadFile(filepath.Join(path, "cmdline")) // for people
	s.Command = fm.Line(string(bytes.ReplaceAll(bytes.Trim(words, "\x00"), []byte{0}, []byte{' '})), 80)
	return s, true
}

// started is field 22 of proc_pid_stat(5), "" for no such process. The name in
// parentheses before it can hold anything.
func started(pid int) string {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return ""
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 20 {
		return ""
	}
	return fields[19]
}

// grip holds the process, if it is still the one that was listed.
func (s Survivor) grip(project string) (process, bool, error) {
	fd, err := unix.PidfdOpen(s.PID, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	p := pidfd(fd)
	if now, ok := survivor(s.PID, project); !ok || now.start != s.start || now.Run != s.Run {
		p.close()
		return nil, false, nil
	}
	return p, true, nil
}
