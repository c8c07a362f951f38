package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// doing is a step of the scripted agent.
type doing = map[string]any

// part is a subissue and what its agent does, turn by turn. It does every turn
// in each attempt, but for the steps that name one.
type part struct {
	title string
	turns [][]doing
}

// acts is a part of one turn.
func acts(title string, steps ...doing) part { return part{title, [][]doing{steps}} }

// done are the steps of an agent that does what it should.
func done(name string) []doing {
	return []doing{
		{"do": "write", "path": name + ".txt", "content": "what " + name + " is about\n"},
		{"do": "commit", "message": "Write " + name},
		{"do": "completion", "status": "SUCCESS", "summary": "Wrote " + name},
	}
}

// waits lets the agent wait for a file beside the project.
func (b *bench) waits(name string) doing {
	return doing{"do": "run", "argv": []string{"sh", "-c", "until test -e " + filepath.Join(b.dir, name) + "; do sleep 0.05; done"}}
}

// lets ends that wait.
func (b *bench) lets(name string) {
	b.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), nil, 0o644); err != nil {
		b.Fatal(err)
	}
}

// newTroubled is a project whose agents follow a script, which plays writes.
func newTroubled(tb testing.TB, config fm.Config, environ ...string) *bench {
	tb.Helper()
	config.Agent.Command, config.Agent.Args = filepath.Join(binary, "fm"), []string{"scripted-agent"}
	b := newBench(tb, config, environ...)
	b.environ = append(b.environ, "FM_SCENARIO="+filepath.Join(b.dir, "scenario.json"), "CLAUDE_CONFIG_DIR="+filepath.Join(b.dir, "agent"))
	return b
}

// plays makes issue 1 with a subissue for each part, 2 and so on.
func (b *bench) plays(parts ...part) {
	b.Helper()
	b.plain(b.project.File("issues/1-parent.md"), "# Parent\n")
	var tasks []doing
	for i, p := range parts {
		id := strconv.Itoa(i + 2)
		b.plain(b.project.File("issues/"+id+"-part.md"), "---\nparent: 1\n---\n# "+p.title+"\n")
		var turns []doing
		for _, steps := range p.turns {
			turns = append(turns, doing{"steps": steps})
		}
		tasks = append(tasks, doing{"id": id, "turns": turns})
	}
	b.write(filepath.Join(b.dir, "scenario.json"), doing{"tasks": tasks})
}

func (b *bench) plain(path, text string) {
	b.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// tree is the worktree of a task.
func (b *bench) tree(id fm.TaskID) string {
	return filepath.Join(b.project.Root, ".worktrees", "issue-"+string(id))
}

// task gives what the queue says of a task.
func (b *bench) task(id fm.TaskID) fm.Task {
	b.Helper()
	for _, t := range b.tasks() {
		if t.ID == id {
			return t
		}
	}
	b.Fatalf("no task %s", id)
	return fm.Task{}
}

// becomes waits until a task has a status.
func (b *bench) becomes(id fm.TaskID, want fm.Status) fm.Task {
	b.Helper()
	var t fm.Task
	b.until(fmt.Sprintf("task %s to be %s", id, want), time.Minute, func() (any, bool) {
		t = b.task(id)
		return t, t.Status == want
	})
	return t
}

// once holds that a task was merged by its first attempt.
func (b *bench) once(id fm.TaskID) {
	b.Helper()
	if t := b.becomes(id, fm.Merged); t.Attempt != 1 || t.Failures != 0 {
		b.Errorf("task %s: got attempt %d, failures %d, want 1 and 0: %q", id, t.Attempt, t.Failures, t.Note)
	}
}

// says waits until fm status says something.
func (b *bench) says(word string) {
	b.Helper()
	var out string
	var ran time.Time
	b.until(fmt.Sprintf("fm status to say %q", word), 30*time.Second, func() (any, bool) {
		if time.Since(ran) < 200*time.Millisecond {
			return out, false
		}
		var err error
		out, err = b.fm("status")
		ran = time.Now()
		return out, err == nil && strings.Contains(out, word)
	})
}

// problem waits until the supervisor names a problem.
func (b *bench) problem(word string) {
	b.Helper()
	b.until(fmt.Sprintf("a problem with %q", word), 30*time.Second, func() (any, bool) {
		s := b.status()
		return s, strings.Contains(strings.Join(s.Problems, "\n"), word)
	})
}

// looks waits until the supervisor has shown so many times what it saw.
func (b *bench) looks(n int) {
	b.Helper()
	last := b.status().At
	b.until(fmt.Sprintf("%d looks of the supervisor", n), time.Minute, func() (any, bool) {
		s := b.status()
		if s.At.After(last) {
			last = s.At
			n--
		}
		return s, n <= 0
	})
}

// apartEnv marks the process of a test that has namespaces of its own.
const apartEnv = "FM_TEST_APART"

// setApart says whether the rest of a test is to run here: in a process that may
// mount and set limits, because it is root in a user namespace of its own.
// Otherwise the test has run in such a process.
func setApart(t *testing.T) bool {
	t.Helper()
	if os.Getenv(apartEnv) != "" {
		return true
	}
	words := []string{"unshare", "-Urm", "--"}
	if out, err := exec.CommandContext(t.Context(), words[0], append(words[1:], "sh", "-c", "mount -t tmpfs none /mnt && echo 100 >/proc/sys/user/max_inotify_instances")...).CombinedOutput(); err != nil {
		t.Logf("the system gives no namespaces to a user, so the fault is not made here: %v: %s", err, out)
		return false
	}
	cmd := exec.CommandContext(t.Context(), words[0], append(words[1:], os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")...)
	cmd.Env = append(os.Environ(), apartEnv+"=1", binaryEnv+"="+binary)
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("in namespaces of its own: %v\n%s", err, out)
	}
	return false
}
