package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm/process"
)

// What a worktree or two and their builds need.
const (
	leastDisk   = 1 << 30 // bytes
	leastInodes = 10_000
)

// room is what is left on a disk.
type room struct {
	dir    string   // on it
	of     []string // what is there
	device string
	free   uint64 // bytes
	inodes uint64 // free ones
	all    uint64 // inodes; 0 where there is no limit
}

func (v *visit) checkDisk(context.Context) []finding {
	trees := v.config.WorktreeDir
	if !filepath.IsAbs(trees) {
		trees = filepath.Join(v.project.Root, trees)
	}
	places := []struct{ what, dir string }{{"worktrees", trees}, {filepath.Base(v.project.Dir()), v.project.Dir()}}
	if home := cmp.Or(v.getenv("CLAUDE_CONFIG_DIR"), v.getenv("HOME")); filepath.IsAbs(home) {
		places = append(places, struct{ what, dir string }{"the agent's home", home})
	}
	var rooms []room
	for _, p := range places {
		r, err := roomAt(p.dir)
		if err != nil {
			return failed(err, "df -h "+quoted(p.dir))
		}
		rooms = joinRoom(rooms, r, p.what)
	}
	return enough(rooms)
}

// joinRoom counts places on one disk together.
func joinRoom(rooms []room, r room, what string) []room {
	for i := range rooms {
		if rooms[i].device == r.device {
			rooms[i].of = append(rooms[i].of, what)
			return rooms
		}
	}
	r.of = []string{what}
	return append(rooms, r)
}

// enough says how much there is, and where that is too little.
func enough(rooms []room) []finding {
	var short []finding
	var all []string
	for _, r := range rooms {
		where := strings.Join(r.of, ", ")
		left := fmt.Sprintf("%.1f GB free", float64(r.free)/1e9)
		if r.free < leastDisk {
			short = append(short, finding{level: wrong, found: fmt.Sprintf("%s for %s: make room, every task needs a worktree", left, where), fix: "du -xh " + quoted(r.dir) + " | sort -h | tail -20"})
		}
		if r.all > 0 && r.inodes < leastInodes {
			short = append(short, finding{level: wrong, found: fmt.Sprintf("%d inodes free for %s: no more files can be made soon", r.inodes, where), fix: "du -x --inodes " + quoted(r.dir) + " | sort -n | tail -20"})
		}
		if len(rooms) > 1 {
			left += " for " + where
		}
		all = append(all, left)
	}
	if len(short) > 0 {
		return short
	}
	return well("%s", strings.Join(all, "; "))
}

// roomAt looks at the disk that a folder is on, or will be.
func roomAt(dir string) (room, error) {
	for !exists(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	var at unix.Stat_t
	var s unix.Statfs_t
	if err := errors.Join(unix.Stat(dir, &at), unix.Statfs(dir, &s)); err != nil {
		return room{}, fmt.Errorf("look at the disk of %s: %w", dir, err)
	}
	return room{dir: dir, device: fmt.Sprint(at.Dev), free: s.Bavail * uint64(s.Bsize), inodes: s.Ffree, all: s.Files}, nil
}

func (v *visit) checkInotify(ctx context.Context) []finding {
	use, err := process.InotifyUse(ctx)
	if err != nil {
		return unknown("not known", err)
	}
	return watches(use)
}

// watches wants some to be left: fm needs one instance and a handful of watches.
func watches(use process.Inotify) []finding {
	const sysctl = "sudo sysctl fs.inotify.max_user_%s=%d"
	var found []finding
	for _, x := range []struct {
		name  string
		share process.Share
	}{{"instances", use.Instances}, {"watches", use.Watches}} {
		if x.share.Scarce() {
			found = append(found, finding{
				level: warning, fix: fmt.Sprintf(sysctl, x.name, 4*x.share.Limit),
				found: fmt.Sprintf("%d of %d %s are taken: without one, fm sees changes some seconds late", x.share.Used, x.share.Limit, x.name),
			})
		}
	}
	if len(found) > 0 {
		return found
	}
	return well("%s of %s instances and %s of %s watches are taken", thousands(use.Instances.Used), thousands(use.Instances.Limit), thousands(use.Watches.Used), thousands(use.Watches.Limit))
}

// checkLogout looks at the tmux server that runs, or at this process, as whose
// child one would begin.
func (v *visit) checkLogout(ctx context.Context) []finding {
	pid := os.Getpid()
	if server, err := v.terminal(ctx, func() {}); err == nil {
		if s, err := server.Serving(ctx); err == nil && s.PID != 0 {
			pid = s.PID
		}
	}
	l, err := process.AtLogout(ctx, pid)
	if errors.Is(err, errors.ErrUnsupported) {
		return unknown("does not apply: no systemd-logind ends what you started", err)
	}
	if err != nil {
		return unknown("not known", err)
	}
	return survival(l)
}

// survival says whether workers outlive a logout, and how they would.
func survival(l process.Logout) []finding {
	switch {
	case l.Survives() && l.Inside == process.OtherUnit:
		return []finding{{level: aside, found: "does not apply: tmux belongs to no login"}}
	case l.Survives():
		return well("workers outlive your logout")
	case l.Inside == process.ManagerUnit:
		return []finding{{level: warning, found: "workers end with your last session, because your services do not linger", fix: "loginctl enable-linger"}}
	}
	return []finding{{
		level: warning, fix: "fm stop && loginctl enable-linger && systemd-run --user --scope fm resume",
		found: "workers end with your session, because KillUserProcesses is set in logind.conf: start them outside of it",
	}}
}
