package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// InotifyUse counts what processes of this user hold, as far as they can be
// read, against the limits. It looks at every open file of the user's: some
// ten milliseconds on a desktop.
func InotifyUse(ctx context.Context) (Inotify, error) {
	var use Inotify
	for name, share := range map[string]*Share{"instances": &use.Instances, "watches": &use.Watches} {
		limit, err := inotifyLimit(name)
		if err != nil {
			return use, err
		}
		share.Limit = limit
	}
	procs, err := os.ReadDir("/proc")
	if err != nil {
		return use, fmt.Errorf("list processes: %w", err)
	}
	for _, p := range procs {
		if ctx.Err() != nil {
			return use, ctx.Err()
		}
		info, err := os.Stat(filepath.Join("/proc", p.Name()))
		if _, number := strconv.Atoi(p.Name()); err != nil || number != nil {
			continue
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) == os.Geteuid() {
			instances, watches := inotifyOf(filepath.Join("/proc", p.Name()))
			use.Instances.Used += instances
			use.Watches.Used += watches
		}
	}
	return use, nil
}

// inotifyLimit is the lower one of the machine's and the user namespace's.
func inotifyLimit(name string) (int, error) {
	var errs []error
	least := 0
	for _, path := range []string{"/proc/sys/fs/inotify/max_user_" + name, "/proc/sys/user/max_inotify_" + name} {
		text, err := os.ReadFile(path)
		n, bad := strconv.Atoi(strings.TrimSpace(string(text)))
		if err := errors.Join(err, bad); err != nil {
			errs = append(errs, err)
			continue
		}
		if least == 0 || n < least {
			least = n
		}
	}
	if len(errs) == 2 {
		return 0, fmt.Errorf("read limit of inotify %s: %w", name, errs[0])
	}
	return least, nil
}

// inotifyOf counts in one process; what cannot be read counts as none.
func inotifyOf(proc string) (instances, watches int) {
	fds, _ := os.ReadDir(filepath.Join(proc, "fd"))
	for _, fd := range fds {
		to, err := os.Readlink(filepath.Join(proc, "fd", fd.Name()))
		if err != nil || to != "anon_inode:inotify" {
			continue
		}
		instances++
		text, _ := os.ReadFile(filepath.Join(proc, "fdinfo", fd.Name()))
		watches += bytes.Count(text, []byte("\ninotify wd:")) // the first line is the offset
	}
	return instances, watches
}
