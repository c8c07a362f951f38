package scripted

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// background starts a command that the agent does not wait for. When it ends,
// the agent wakes itself.
type background struct {
	MS int `json:"ms"`
}

func (b *background) check() error { return needMillis(b.MS) }

func (b *background) do(ctx context.Context, t *turn) error {
	seconds := strconv.FormatFloat(float64(b.MS)/1000, 'f', 3, 64)
	line := "sleep " + seconds
	use := toolUse{name: "Bash", show: line, input: map[string]any{"command": line, "run_in_background": true}}
	return t.tool(ctx, use, func(ctx context.Context) (string, error) {
		return "Running in the background (↓ to manage)", t.s.jobs.start(ctx, t.s.env.Dir, "sleep", seconds)
	})
}

// job is a command in the background, as the Stop hook is told of it.
type job struct {
	ID          string `json:"id"`
	Type        string `json:"type"`
	Status      string `json:"status"`
	Description string `json:"description"`
	Command     string `json:"command"`
	pid         int
}

// jobs are the commands in the background. Its methods may be called
// concurrently.
type jobs struct {
	ended chan string // what the agent is told, once for each; read by the session

	mu     sync.Mutex // of what follows
	live   []job
	closed bool
}

// start runs a command in a session of its own until it ends or the jobs do.
func (j *jobs) start(ctx context.Context, dir string, argv ...string) error {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	started := job{
		ID: newID()[:8], Type: "shell", Status: "running", Description: "a step of the scenario",
		Command: strings.Join(argv, " "), pid: cmd.Process.Pid,
	}
	j.mu.Lock()
	j.live = append(j.live, started)
	j.mu.Unlock()
	go func() {
		_ = cmd.Wait() // how it ended counts for nothing
		if j.over(started) {
			// It ends with the process at the latest, should no session read.
			j.ended <- fmt.Sprintf("<task-notification>\n<task-id>%s</task-id>\n<status>completed</status>\n"+
				"<summary>Background command %q completed (exit code 0)</summary>\n</task-notification>", started.ID, started.Description)
		}
	}()
	return nil
}

// over takes a job off the list, and says whether somebody is to hear of it.
func (j *jobs) over(ended job) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.live = slices.DeleteFunc(j.live, func(o job) bool { return o.ID == ended.ID })
	return !j.closed
}

func (j *jobs) running() []job {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]job{}, j.live...)
}

// end kills them all, as the CLI does when it exits in order.
func (j *jobs) end() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	for _, o := range j.live {
		_ = syscall.Kill(-o.pid, syscall.SIGKILL) // it may have ended
	}
}
