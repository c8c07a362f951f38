package disk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// volume is a file system in a file, mounted in a folder of ours.
type volume struct {
	kind, image, loop, at string
}

func sh(words ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", strings.Join(words, " "), err, out)
	}
	return strings.TrimSpace(string(out)), err
}

// newVolume makes a file system; the test's end takes it away again.
func newVolume(t *testing.T, kind, dir string) *volume {
	t.Helper()
	v := &volume{kind: kind, image: filepath.Join(dir, kind+".image"), at: filepath.Join(dir, kind)}
	if err := os.MkdirAll(v.at, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(v.image)
	if err == nil {
		err = f.Truncate(640 << 20)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if v.loop, err = sh("losetup", "--find", "--show", v.image); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = v.unmount() // it may not be mounted
		if _, err := sh("losetup", "--detach", v.loop); err != nil {
			t.Error(err)
		}
	})
	force := map[string]string{"ext4": "-F", "xfs": "-f"}[kind]
	if _, err := sh("mkfs."+kind, "-q", force, v.loop); err != nil {
		t.Fatal(err)
	}
	v.mount(t)
	return v
}

func (v *volume) mount(t *testing.T) {
	t.Helper()
	if _, err := sh("mount", "-t", v.kind, v.loop, v.at); err != nil {
		t.Fatal(err)
	}
}

// unmount waits for those who are in there still; their writes fail by now.
func (v *volume) unmount() error {
	var err error
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		if _, err = sh("umount", v.at); err == nil || !strings.Contains(err.Error(), "busy") {
			return err
		}
	}
	return err
}

// cut is the end of the power: nothing more reaches the device, not even what
// the journal holds in memory. See ioctl_xfs_goingdown(2).
func (v *volume) cut() error {
	const shutdown, noLogFlush = 0x8004587d, 2
	d, err := os.Open(v.at)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // a folder
	return unix.IoctlSetPointerInt(int(d.Fd()), shutdown, noLogFlush)
}

// result is a line of the table.
type result struct {
	what             string
	cuts, told, with int
	example          string
}

// cutReally cuts the power of file systems as often as was asked for.
func cutReally(t *testing.T, cuts int) {
	t.Helper()
	dir := os.Getenv(powerDir)
	var table []result
	for _, kind := range []string{"ext4", "xfs"} {
		if only := os.Getenv(powerOnly); only != "" && only != kind {
			continue
		}
		r := result{what: kind}
		r.run(t, newVolume(t, kind, dir), cuts)
		table = append(table, r)
		lazy := result{what: kind + ", queue never synced"}
		lazy.run(t, newVolume(t, kind, filepath.Join(dir, "lazy")), max(3, cuts/10), powerLazily+"=yes")
		table = append(table, lazy)
		if r.with > 0 {
			t.Errorf("%s: %d of %d cuts lost something, such as %s", kind, r.with, r.cuts, r.example)
		}
		if lazy.with == 0 {
			t.Errorf("%s: without a sync nothing was lost: these cuts prove nothing", kind)
		}
	}
	fmt.Printf("\n%-28s %6s %9s %15s  %s\n", "file system", "cuts", "promises", "cuts with loss", "such as")
	for _, r := range table {
		fmt.Printf("%-28s %6d %9d %15d  %s\n", r.what, r.cuts, r.told, r.with, r.example)
	}
}

func (r *result) run(t *testing.T, v *volume, cuts int, env ...string) {
	t.Helper()
	var all *told
	home := ""
	for n := range cuts {
		if all == nil { // also after a loss: what is broken is broken
			all, home = newTold(), filepath.Join(v.at, fmt.Sprint("project-", n))
			if err := os.Mkdir(home, 0o755); err != nil {
				t.Fatal(err)
			}
			unix.Sync()
		}
		before := all.count
		c, err := start(t.Context(), home, env...)
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Duration(300+rand.IntN(2500)) * time.Millisecond) // the moment is chance
		// An fsync that is under way in the moment of the cut may return without
		// an error, for want of a machine that is dead: nobody could hear of it.
		heard := c.heard()
		if err := v.cut(); err != nil {
			t.Fatal(err)
		}
		all.hear(heard)
		if trouble := newTold().hear(c.end()); trouble != "" && !strings.Contains(trouble, "nput/output error") {
			fmt.Printf("%s: cut %d: it had ended before: %.300s\n", r.what, n+1, trouble)
		}
		if err := v.unmount(); err != nil {
			t.Fatal(err)
		}
		v.mount(t)
		r.cuts++
		r.told += all.count - before
		if broken := all.check(t.Context(), home); len(broken) > 0 {
			r.with++
			if r.example == "" {
				r.example = strings.Join(broken[:min(3, len(broken))], "; ")
			}
			fmt.Printf("%s: cut %d: %q\n", r.what, n+1, broken[:min(6, len(broken))])
			all = nil
		}
	}
}
