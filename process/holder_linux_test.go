package process

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Caught: the lock of another file; a waiter taken for the holder; a stopped
// holder taken for one that works.
func TestTheHolderOfALockIsFoundWithoutTakingIt(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lock")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if pid, _ := LockHolder(path); pid != 0 {
		t.Errorf("a free lock is held by %d", pid)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if pid, stopped := LockHolder(path); pid != os.Getpid() || stopped {
		t.Errorf("got %d, stopped %v; want %d", pid, stopped, os.Getpid())
	}
	if pid, _ := LockHolder(filepath.Join(dir, "none")); pid != 0 {
		t.Errorf("a lock that is not there is held by %d", pid)
	}
	const waits = "1: FLOCK  ADVISORY  WRITE 12 fe:01:99 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 13 fe:01:77 0 EOF\n2: POSIX  ADVISORY  WRITE 14 fe:01:77 0 EOF\n"
	if got := holderIn(waits, 0xfe, 1, 99); got != 12 {
		t.Errorf("got %d, want 12", got)
	}
	if got := holderIn(waits, 0xfe, 1, 77); got != 0 {
		t.Errorf("who waits, or has another kind of lock, is taken for the holder: %d", got)
	}
}

// Fault: F28.
func TestAStoppedProcessIsSeen(t *testing.T) {
	cmd := hold(t)
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	await(t, "the stop", func() bool { at, err := readStat(cmd.Process.Pid); return err == nil && at.state == 'T' })
}

func FuzzHolder(f *testing.F) {
	f.Add("1: FLOCK  ADVISORY  WRITE 12 fe:01:99 0 EOF\n")
	f.Add("1: FLOCK ADVISORY WRITE -1 ::\n")
	f.Fuzz(func(t *testing.T, locks string) {
		if got := holderIn(locks, 0xfe, 1, 99); got < 0 {
			t.Errorf("pid %d", got)
		}
	})
}
