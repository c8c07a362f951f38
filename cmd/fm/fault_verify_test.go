package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/process"
)

// TestAVerifyCommandDiesWithItsSupervisor: a supervisor is killed while the
// project's verify command runs, which has a server beside it that left its
// session. The next one begins when both are gone. Caught: two of them in
// one folder, of which the first one's end was nobody's.
func TestAVerifyCommandDiesWithItsSupervisor(t *testing.T) {
	t.Parallel()
	b := newTroubled(t, fm.Config{Verify: `
		setsid sh -c 'echo $$ >>"$HOME/servers"; exec sleep 600' &
		until test -s "$HOME/servers"; do sleep 0.05; done
		echo $$ >>"$HOME/began"; until test -e "$HOME/verify"; do sleep 0.05; done; kill $!; echo $$ >>"$HOME/ended"`})
	b.plays(acts("Work", done("work")...))
	b.must("work", "1", "--workers", "1")
	b.until("the command to run", 30*time.Second, func() (any, bool) { return b.status(), len(b.noted("began")) == 1 })
	old := b.status().PID
	b.kill(old)
	b.until("the command of the next supervisor", 30*time.Second, func() (any, bool) { return b.status(), len(b.noted("began")) == 2 })
	for _, name := range []string{"servers", "began"} {
		if pid := b.noted(name)[0]; process.Alive(pid, "") {
			t.Errorf("%s: process %d outlived the supervisor %d", name, pid, old)
		}
	}
	b.lets("home/verify")
	b.once("2")
	if ended := b.noted("ended"); len(ended) != 1 {
		t.Errorf("got an end of the commands %v, want one", ended)
	}
}

// noted are the numbers that a command wrote into a file of its home.
func (b *bench) noted(name string) []int {
	b.Helper()
	text, _ := os.ReadFile(filepath.Join(b.dir, "home", name)) // absent until it is there
	var all []int
	for word := range strings.FieldsSeq(string(text)) {
		n, err := strconv.Atoi(word)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}
