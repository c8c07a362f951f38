package tmux

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

func TestSecondEnsureChangesNothing(t *testing.T) {
	t.Parallel()
	s := up(t)
	before, err := s.Generation(t.Context())
	must(t, err)
	if started, err := s.Ensure(t.Context()); err != nil || started {
		t.Errorf("Ensure: started %v, %v", started, err)
	}
	if after, err := s.Generation(t.Context()); after != before || err != nil || before == "" {
		t.Errorf("generation %q, then %q, %v", before, after, err)
	}
}

// Caught: boot that calls itself the starter whoever was first.
func TestRacingEnsuresStartOneServer(t *testing.T) {
	t.Parallel()
	s := down(t)
	dir := filepath.Dir(s.path)
	var racers []*exec.Cmd
	var outs []*strings.Builder
	for range 4 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), role+"=ensure", roleDir+"="+dir)
		out := &strings.Builder{}
		cmd.Stdout, cmd.Stderr = out, out
		must(t, cmd.Start())
		racers, outs = append(racers, cmd), append(outs, out)
	}
	starters := 0
	for i, cmd := range racers {
		if err := cmd.Wait(); err != nil {
			t.Errorf("racer %d: %v: %s", i, err, outs[i])
		}
		starters += strings.Count(outs[i].String(), "true")
	}
	if starters > 1 { // none, when the starter was overtaken by the hub of another
		t.Errorf("%d of them say that they started the server", starters)
	}
	if got := hand(t, s, "list-sessions", "-F", "#{session_name}"); got != hub {
		t.Errorf("sessions %q, want only %s", got, hub)
	}
}

func TestConfigurationLoadsWithoutAnError(t *testing.T) {
	t.Parallel()
	s := up(t)
	if out, err := s.run(t.Context(), "source-file", "-v", s.opts.ConfFile); err != nil {
		t.Errorf("source-file: %v: %s", err, out)
	}
	for option, want := range map[string]string{
		"history-limit": "5000", "remain-on-exit": "on", "destroy-unattached": "off", "@fm_conf": s.id,
	} {
		if got := hand(t, s, "show-options", "-gqv", option) + hand(t, s, "show-options", "-gwqv", option); !strings.HasPrefix(got, want) {
			t.Errorf("%s is %q, want %q", option, got, want)
		}
	}
}

// A server that another command started, because ours had just died, would
// have the user's configuration and the secrets of our environment.
// Caught: no -N for each of the three.
func TestOnlyEnsureStartsAServer(t *testing.T) {
	t.Parallel()
	s := down(t)
	for name, command := range map[string]func() error{
		"new-session": func() error {
			_, err := s.run(t.Context(), "new-session", "-d", "-s", "x", "sleep", "1000")
			return err
		},
		"control": func() error { _, err := s.dialControl(t.Context(), func(string) {}); return err },
		"attach": func() error {
			argv := s.attachArgv(target(1), ReadWrite)
			return exec.CommandContext(t.Context(), argv[0], argv[1:]...).Run()
		},
	} {
		if err := command(); err == nil {
			t.Errorf("%s succeeded without a server", name)
		}
		if up, err := s.running(t.Context()); up || err != nil {
			t.Errorf("%s: a server runs: %t, %v", name, up, err)
		}
	}
}

func TestEnsureMendsAForeignServer(t *testing.T) {
	t.Parallel()
	s := down(t)
	hand(t, s, "-f", "/dev/null", "new-session", "-d", "-s", "mine")
	if started, err := s.Ensure(t.Context()); err != nil || started {
		t.Fatalf("Ensure: started %v, %v", started, err)
	}
	hand(t, s, "kill-session", "-t", "=mine") // exit-empty would end the server
	hand(t, s, "kill-session", "-t", exact(hub))
	if got := observe(t, s); got.Generation == "" || len(got.Sessions)+len(got.Strangers) > 0 {
		t.Errorf("a server without sessions is seen as %+v", got)
	}
	if started, err := s.Ensure(t.Context()); err != nil || started {
		t.Fatalf("Ensure: started %v, %v", started, err)
	}
	hand(t, s, "has-session", "-t", "="+hub)
}

// Fault: F2.
func TestEnsureStartsOverAStaleSocket(t *testing.T) {
	t.Parallel()
	s := up(t)
	before, err := s.Generation(t.Context())
	must(t, err)
	must(t, syscall.Kill(serverPID(before), syscall.SIGKILL))
	until(t, "the server is gone", func() (any, bool) { return before, ended(serverPID(before)) })
	if got := observe(t, s); got.Generation != "" {
		t.Errorf("a killed server is seen as %+v", got)
	}
	if started, err := s.Ensure(t.Context()); err != nil || !started {
		t.Fatalf("Ensure: started %v, %v", started, err)
	}
	if after, err := s.Generation(t.Context()); err != nil || after == before || after == "" {
		t.Errorf("generation %q, then %q, %v", before, after, err)
	}
}

// Caught: a missing socket taken for a server that is down, which starts a
// second server and leaves the workers of the first alone.
func TestDeletedSocketIsNoDeath(t *testing.T) {
	t.Parallel()
	s := up(t)
	before, err := s.Generation(t.Context())
	must(t, err)
	must(t, os.Remove(s.path))
	if got := observe(t, s); got.Generation != before {
		t.Errorf("generation %q, then %q", before, got.Generation)
	}
	must(t, os.Remove(s.path))
	if started, err := s.Ensure(t.Context()); err != nil || started {
		t.Errorf("Ensure: started %v, %v", started, err)
	}
}

// Caught: an error of list-panes taken for an empty server; a wait without
// limit on either transport.
func TestHungServerIsAnError(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"exec", "control"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			s := up(t)
			must(t, s.Start(t.Context(), 1, runOf("7", 1), sh(t, forever)))
			if transport == "control" {
				watched(t, s)
			}
			pid := serverPID(observe(t, s).Generation)
			must(t, syscall.Kill(pid, syscall.SIGSTOP))
			defer func() { _ = syscall.Kill(pid, syscall.SIGCONT) }()
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, err := s.Observe(ctx)
			wantErr(t, err, context.DeadlineExceeded)
			must(t, syscall.Kill(pid, syscall.SIGCONT))
			if one := session(t, s, 1); !one.Alive {
				t.Errorf("after the hang: %+v", one)
			}
		})
	}
}

// Caught: more slots.
func TestHungServerCostsFourProcesses(t *testing.T) {
	t.Parallel()
	s := up(t)
	pid := serverPID(observe(t, s).Generation)
	must(t, syscall.Kill(pid, syscall.SIGSTOP))
	defer func() { _ = syscall.Kill(pid, syscall.SIGCONT) }()
	for range 8 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err := s.run(ctx, "list-sessions")
		wantErr(t, err, context.DeadlineExceeded)
		cancel()
	}
	if n := len(s.slots); n != 4 {
		t.Errorf("%d execs hang, want 4", n)
	}
	must(t, syscall.Kill(pid, syscall.SIGCONT))
	until(t, "all slots are free", func() (any, bool) { return len(s.slots), len(s.slots) == 0 })
}

func TestSessionsGetOnlyTheGivenEnvironment(t *testing.T) {
	t.Setenv("FM_SECRET_TOKEN", "canary")
	t.Setenv("TMUX", "/nowhere/default,1,0")
	t.Setenv("TMUX_PANE", "%0")
	t.Setenv("LC_ALL", "C")
	s := up(t)
	cmd := sh(t, "env > env.part && mv env.part env; "+forever)
	cmd.Env = map[string]string{"GIVEN": "a b;"}
	must(t, s.Start(t.Context(), 1, runOf("7", 1), cmd))
	var env []string
	until(t, "the environment is written", func() (any, bool) {
		b, err := os.ReadFile(filepath.Join(cmd.Dir, "env"))
		env = strings.Split(string(b), "\n")
		return err, err == nil
	})
	if got := lookup(env, "FM_SECRET_TOKEN") + lookup(env, "LC_ALL"); got != "" {
		t.Errorf("inherited %q", got)
	}
	if got := lookup(env, "TMUX"); !strings.HasPrefix(got, s.path+",") {
		t.Errorf("TMUX=%q, want our own server's", got)
	}
	if lookup(env, "FROM_OPTIONS") != "yes" || lookup(env, "GIVEN") != "a b;" || !utf8Locale(env) || lookup(env, "TERM") == "" {
		t.Errorf("environment %q", env)
	}
}

func TestSocketNameIsWhatTmuxLMeans(t *testing.T) {
	dir, err := os.MkdirTemp("", "fm") //nolint:usetesting // a socket path holds 100 bytes; that of TempDir is longer
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv("TMUX_TMPDIR", dir)
	s := up(t, func(o *Options) { o.Socket = "fm-test" })
	out, err := exec.CommandContext(t.Context(), "tmux", "-L", "fm-test", "list-sessions", "-F", "#{session_name}").CombinedOutput()
	if err != nil || string(out) != hub+"\n" {
		t.Errorf("tmux -L: %q, %v", out, err)
	}
	if !strings.HasPrefix(s.path, dir) {
		t.Errorf("socket %s is not in %s", s.path, dir)
	}
}

func TestShutdownReturnsWhenTheServerIsGone(t *testing.T) {
	t.Parallel()
	s := up(t)
	gen, err := s.Generation(t.Context())
	must(t, err)
	must(t, s.Shutdown(t.Context()))
	if !ended(serverPID(gen)) {
		t.Errorf("server %s still runs", gen)
	}
	must(t, s.Shutdown(t.Context()))
	if gen, err := s.Generation(t.Context()); gen != "" || err != nil {
		t.Errorf("generation %q, %v of a server that is down", gen, err)
	}
}

func TestUnusableTmuxIsRefusedWithAHint(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := New(t.Context(), options(t.TempDir()))
	wantErr(t, err, fm.ErrRefused)
	if err == nil || !strings.Contains(err.Error(), "install tmux") {
		t.Errorf("no hint in %v", err)
	}
	for version, old := range map[string]bool{
		"tmux 3.1c": true, "tmux 2.9": true, "tmux 3.2": false, "tmux 3.3a": false,
		"tmux next-3.7": false, "tmux 4.0": false, "tmux master": false, "tmux openbsd-7.6": false,
	} {
		if tooOld(version) != old {
			t.Errorf("%s: too old is %v", version, !old)
		}
	}
}
