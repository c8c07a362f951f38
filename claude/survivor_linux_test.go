package claude

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/founder-mode/fm"
)

// running says whether a child of the test runs that nobody has waited for.
func running(cmd *exec.Cmd) bool {
	var info syscall.WaitStatus
	pid, err := syscall.Wait4(cmd.Process.Pid, &info, syscall.WNOHANG, nil)
	return err == nil && pid == 0
}

// What carries a mark of this project is listed, with its run, and what is ended
// is that process and no other: not one of another project, not one that came to
// have the number since.
// Caught: projects compared by prefix; End without the start time.
func TestSurvivorsAreKnownByTheirMarkAndEndedOneByOne(t *testing.T) {
	c := bare(t)
	project := "FM_PROJECT=" + c.project.Root
	mine := orphan(t, "orphan", "FM_TASK=456", "FM_ATTEMPT=2", "FM_WORKER=worker-1", project)
	other := orphan(t, "orphan", "FM_TASK=457", "FM_ATTEMPT=1", project)
	foreign := orphan(t, "orphan", "FM_TASK=456", "FM_ATTEMPT=2", project+"2")
	plain := orphan(t, "orphan")
	all, err := c.Survivors(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[int]fm.Run{}
	var of456 Survivor
	for _, s := range all {
		got[s.PID] = s.Run
		if s.PID == mine.Process.Pid {
			of456 = s
		}
	}
	if len(got) != 2 || got[mine.Process.Pid] != (fm.Run{Task: "456", Attempt: 2}) || got[other.Process.Pid] != (fm.Run{Task: "457", Attempt: 1}) {
		t.Errorf("got %+v, want processes %d and %d", all, mine.Process.Pid, other.Process.Pid)
	}
	if !strings.HasSuffix(of456.Command, " orphan") {
		t.Errorf("its command line: %q", of456.Command)
	}
	later := of456
	later.start += "0"
	if err := c.End(t.Context(), later); err != nil || !running(mine) {
		t.Errorf("a process with another start: %v, it runs: %v; want it left alone", err, running(mine))
	}
	for range 2 { // the second time it is gone
		if err := c.End(t.Context(), of456); err != nil {
			t.Fatal(err)
		}
	}
	if running(mine) {
		t.Error("it still runs")
	}
	for _, cmd := range []*exec.Cmd{other, foreign, plain} {
		if !running(cmd) {
			t.Errorf("process %d was ended, too", cmd.Process.Pid)
		}
	}
}
