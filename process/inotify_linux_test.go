package process

import (
	"testing"

	"golang.org/x/sys/unix"
)

// Caught: watches counted without their instance; the first watch passed over.
//
// Fault: F7, F8.
func TestInotifyIsCountedPerInstanceAndWatch(t *testing.T) {
	before, watchesBefore := inotifyOf("/proc/self")
	const instances, watches = 3, 2
	for range instances {
		fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(fd) })
		for range watches {
			if _, err := unix.InotifyAddWatch(fd, t.TempDir(), unix.IN_CREATE); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, gotWatches := inotifyOf("/proc/self")
	if got-before != instances || gotWatches-watchesBefore != instances*watches {
		t.Errorf("%d instances and %d watches more, want %d and %d", got-before, gotWatches-watchesBefore, instances, instances*watches)
	}
	use, err := InotifyUse(t.Context())
	if err != nil || use.Instances.Limit <= 0 || use.Watches.Limit <= 0 || use.Instances.Used < got || use.Watches.Used < gotWatches {
		t.Errorf("of the user: %+v, %v; want at least those of this process", use, err)
	}
}

func TestLessThanATenthIsScarce(t *testing.T) {
	for share, want := range map[Share]bool{{0, 128}: false, {115, 128}: false, {116, 128}: true, {200, 128}: true, {0, 0}: false} {
		if got := share.Scarce(); got != want {
			t.Errorf("%+v is scarce: %v", share, got)
		}
	}
}
