package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/founder-mode/fm"
)

// mounts puts a folder on a small disk of its own, with what is in it.
func (b *bench) mounts(dir, size string) {
	b.Helper()
	disk := filepath.Join(b.dir, "disk")
	err := os.Mkdir(disk, 0o755)
	if err == nil {
		err = unix.Mount("none", disk, "tmpfs", 0, "size="+size)
	}
	if err != nil {
		b.Fatal(err)
	}
	if out, err := exec.CommandContext(b.Context(), "cp", "-a", dir+"/.", disk).CombinedOutput(); err != nil {
		b.Fatalf("cp: %v: %s", err, out)
	}
	if err := unix.Mount(disk, dir, "", unix.MS_MOVE, ""); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }) // the namespace ends with the test, too
}

// fills takes all the room that a disk has, and whatever becomes free there.
func (b *bench) fills(dir string) (free func()) {
	b.Helper()
	path := filepath.Join(dir, "filler")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	full, end, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for first := true; ; first = false {
			for _, size := range []int{64 << 10, block, 1} {
				for err := error(nil); err == nil; {
					_, err = f.Write(make([]byte, size))
				}
			}
			if first {
				close(full)
			}
			select {
			case <-tick.C:
			case <-end:
				return
			}
		}
	}()
	<-full
	free = sync.OnceFunc(func() {
		close(end)
		<-ended
		if err := errors.Join(f.Close(), os.Remove(path)); err != nil {
			b.Error(err)
		}
	})
	b.Cleanup(free) // of a test that failed
	return free
}

// TestAFullDiskPausesAndLosesNothing: the disk with fm's files is full while
// three agents work. fm status says so; a command that changes something fails
// with one line that names the cause; work that is finished is not pushed before
// that can be written down, and nothing new is begun. A supervisor that is killed
// then is replaced by one that adopts the agents. With room again all goes on by
// itself, no attempt is spent and both files read well. Caught: a status.json that
// stood still, so that fm status told of a good minute for as long as the disk
// was full.
//
// Fault: F4.
func TestAFullDiskPausesAndLosesNothing(t *testing.T) {
	t.Parallel()
	if !setApart(t) {
		return
	}
	b := newTroubled(t, fm.Config{})
	var parts []part
	for _, name := range []string{"one", "two", "three", "four"} {
		parts = append(parts, acts(name, append([]doing{b.waits(name)}, done(name)...)...))
	}
	b.plays(parts...)
	b.mounts(b.project.Dir(), "2m")
	b.must("work", "1", "--workers", "3")
	b.busy(3)
	free := b.fills(b.project.Dir())
	b.until("a command to be refused for lack of room", 30*time.Second, func() (any, bool) {
		out, err := b.fm("queue", "priority", "5", "high")
		if err == nil {
			out, err = b.fm("queue", "priority", "5", "low")
		}
		return out, err != nil && strings.Contains(out, "no space left on device") && strings.Count(out, "\n") == 1
	})
	b.lets("one")
	b.says("no space left on device")
	before, old := b.pids(), b.status().PID
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	b.until("another supervisor that says it, too", 30*time.Second, func() (any, bool) {
		s := b.status()
		return s, s.PID != old && strings.Contains(strings.Join(s.Problems, "\n"), "no space left on device")
	})
	b.looks(3)
	for run, pid := range b.pids() {
		if before[run] != pid {
			t.Errorf("session of %s: got pid %d, want %d: a live session was restarted", run, pid, before[run])
		}
	}
	if out, err := exec.CommandContext(t.Context(), "git", "-C", filepath.Join(b.dir, "remote.git"), "branch", "--list", "subissue/*").CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("pushed without a record: %s, %v", out, err)
	}
	if _, err := os.Stat(b.tree("5")); err == nil {
		t.Error("a new task was begun")
	}
	free()
	for _, name := range []string{"two", "three", "four"} {
		b.lets(name)
	}
	for _, id := range []fm.TaskID{"2", "3", "4", "5"} {
		b.once(id)
	}
	for check, found := range b.findings() {
		if (check == "queue" || check == "ledger") && !found[0].OK {
			t.Errorf("afterwards: %+v", found)
		}
	}
}

// TestAFullRemoteIsWaitedFor: a push that the remote has no room for is made
// again later; no attempt is spent on it, and the agent is not asked for anything.
// Caught: a push that was taken for refused, which is for a person to see to.
//
// Fault: F4.
func TestAFullRemoteIsWaitedFor(t *testing.T) {
	t.Parallel()
	if !setApart(t) {
		return
	}
	b := newTroubled(t, fm.Config{})
	b.plays(acts("One", done("one")...))
	remote := filepath.Join(b.dir, "remote.git")
	b.mounts(remote, "1m")
	free := b.fills(remote)
	b.must("work", "1", "--workers", "1")
	b.until("the pull request to be owed for lack of room", 30*time.Second, func() (any, bool) {
		task := b.task("2")
		return task, task.Status == fm.Working && task.Failures == 0 && strings.Contains(task.Note, "No space left on device")
	})
	free()
	b.once("2")
}

// TestAReadOnlyDiskIsSaidOnce: the disk with fm's files was mounted read-only
// after an error. Each command says so in one line, and what only reads works. The
// agents, whose hooks cannot write, work on. When it can be written again, fm
// resume finds all of it. Caught: fm status that failed, because it opened the
// ledger to write into it; fm resume that waited for a supervisor that could not
// say why it did not come.
//
// Fault: F5.
func TestAReadOnlyDiskIsSaidOnce(t *testing.T) {
	t.Parallel()
	if !setApart(t) {
		return
	}
	b := newTroubled(t, fm.Config{})
	var parts []part
	for _, name := range []string{"one", "two"} {
		parts = append(parts, acts(name, append([]doing{b.waits("go")}, done(name)...)...))
	}
	b.plays(parts...)
	b.mounts(b.project.Dir(), "4m")
	b.must("work", "1", "--workers", "2")
	b.busy(2)
	before := b.pids()
	// The kernel itself takes it from who has files open; a mount does not.
	b.losesSupervisor()
	b.until("the disk to be read-only", 30*time.Second, func() (any, bool) {
		err := unix.Mount("", b.project.Dir(), "", unix.MS_REMOUNT|unix.MS_RDONLY, "")
		return err, err == nil
	})
	for _, words := range [][]string{{"resume"}, {"pause"}, {"queue", "hold", "2"}, {"work", "1"}, {"stop"}} {
		out, err := b.fm(words...)
		if err == nil || strings.Count(out, "read-only file system") != 1 || !strings.HasPrefix(out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:], "fm: ") {
			t.Errorf("fm %s: got %v and %q, want one line that says what is wrong", strings.Join(words, " "), err, out)
		}
	}
	for _, words := range [][]string{{"status"}, {"queue"}, {"why", "2"}} {
		b.must(words...)
	}
	b.lets("go")
	for _, id := range []fm.TaskID{"2", "3"} {
		b.until("the agent of "+string(id)+" to be done", 30*time.Second, func() (any, bool) {
			_, err := os.Stat(filepath.Join(b.tree(id), "COMPLETION.md"))
			return err, err == nil
		})
	}
	for run, pid := range b.pids() {
		if before[run] != pid {
			t.Errorf("session of %s: got pid %d, want %d", run, pid, before[run])
		}
	}
	if err := unix.Mount("", b.project.Dir(), "", unix.MS_REMOUNT, ""); err != nil {
		t.Fatal(err)
	}
	b.must("resume")
	b.once("2")
	b.once("3")
}

// TestASupervisorOnAReadOnlyDiskGoesOnByItself: the disk becomes read-only under a
// supervisor that runs; what it has open it can still write. fm status says why
// nothing more is heard of it. Killed, it cannot come back as long as nothing can
// be written, and its guard goes on trying; the agents do not notice. When the
// disk can be written again, nobody has to do anything: each task is done once.
// Caught: fm status that said that none ran, because it opened the lock to write.
//
// Fault: F5.
func TestASupervisorOnAReadOnlyDiskGoesOnByItself(t *testing.T) {
	t.Parallel()
	if !setApart(t) {
		return
	}
	b := newTroubled(t, fm.Config{})
	var parts []part
	for _, name := range []string{"one", "two"} {
		parts = append(parts, acts(name, append([]doing{b.waits(name)}, done(name)...)...))
	}
	b.plays(append(parts, acts("three", done("three")...))...)
	b.must("work", "1", "--workers", "2")
	b.busy(2)
	before, old := b.pids(), b.status().PID
	dir := b.project.Dir()
	err := unix.Mount(dir, dir, "", unix.MS_BIND, "")
	if err == nil {
		err = unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	b.says("cannot be written: read-only file system")
	b.lets("one")
	b.until("its agent to be done", 30*time.Second, func() (any, bool) {
		_, err := os.Stat(filepath.Join(b.tree("2"), "COMPLETION.md"))
		return err, err == nil
	})
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	b.says("is not running")
	for run, pid := range b.pids() {
		if before[run] != pid {
			t.Errorf("session of %s: got pid %d, want %d: a live session was restarted", run, pid, before[run])
		}
	}
	if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
	b.until("another supervisor", time.Minute, func() (any, bool) {
		s := b.status()
		return s, s.PID != old && s.Server != ""
	})
	b.lets("two")
	for _, id := range []fm.TaskID{"2", "3", "4"} {
		b.once(id)
	}
}
