package main

import (
	"bufio"
	"bytes"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestNothingIsPreparedThatNobodyAskedFor counts what the packages allocate
// before main begins, which every command pays for, each time. Caught: a
// package that compiles its regular expressions when the program starts.
func TestNothingIsPreparedThatNobodyAskedFor(t *testing.T) {
	t.Parallel()
	const (
		one = 100 << 10 // bytes, by one package; a pattern with {1,200} takes more
		all = 600 << 10
	)
	cmd := exec.CommandContext(t.Context(), filepath.Join(binary, "fm"), "status", "--line")
	cmd.Dir, cmd.Env, cmd.WaitDelay = t.TempDir(), []string{"GODEBUG=inittrace=1"}, time.Second
	var trace bytes.Buffer
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &trace)
	}
	sum, packages := 0, 0
	for lines := bufio.NewScanner(&trace); lines.Scan(); {
		// init internal/bytealg @0.008 ms, 0 ms clock, 0 bytes, 0 allocs
		words := strings.Fields(lines.Text())
		if len(words) < 11 || words[0] != "init" {
			continue
		}
		n, err := strconv.Atoi(words[7])
		if err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		packages++
		if sum += n; n > one {
			t.Errorf("%s allocates %d KiB before main begins, want at most %d", words[1], n>>10, one>>10)
		}
	}
	if packages < 20 || sum > all {
		t.Errorf("%d packages allocate %d KiB before main begins, want at most %d", packages, sum>>10, all>>10)
	}
}
