package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

func (v *visit) checkGit(ctx context.Context) []finding {
	version, err := git.Version(ctx)
	if err != nil {
		return failed(err, v.installing("git"))
	}
	return well("%s", version)
}

// checkTmux also compares with the server that runs, which an upgrade of tmux
// leaves as it was.
func (v *visit) checkTmux(ctx context.Context) []finding {
	server, err := v.terminal(ctx, func() {})
	if err != nil {
		return failed(err, v.installing("tmux"))
	}
	serving, err := server.Serving(ctx)
	installed := server.Version()
	switch {
	case errors.Is(err, fm.ErrGone), err == nil && serving.Version == installed:
		return well("%s", installed)
	case err != nil:
		return failed(err, "fm recover")
	case serving.Version == "":
		what := fmt.Sprintf("%s is installed, and the server that runs does not understand it (%s): the agents go on in a new server, with the same conversations", installed, or(serving.Refusal, "it says nothing"))
		return []finding{{level: wrong, found: what, fix: killing(serving.PID) + " && fm recover"}}
	}
	return []finding{{
		level: warning, fix: "fm stop && fm resume",
		found: fmt.Sprintf("%s is installed, and the server that runs is %s: begin anew when it suits you", installed, serving.Version),
	}}
}

func killing(pid int) string {
	if pid == 0 {
		return "kill PID_OF_TMUX_SERVER"
	}
	return fmt.Sprintf("kill %d", pid)
}

// installing is the command for a package, as far as the machine's is known.
func (v *visit) installing(program string) string {
	for _, by := range []struct{ manager, command string }{
		{"brew", "brew install "},
		{"apt-get", "sudo apt-get install "},
		{"dnf", "sudo dnf install "},
		{"pacman", "sudo pacman -S "},
		{"apk", "sudo apk add "},
		{"zypper", "sudo zypper install "},
	} {
		for _, dir := range filepath.SplitList(v.getenv("PATH")) {
			if exists(filepath.Join(dir, by.manager)) {
				return by.command + program
			}
		}
	}
	return ""
}

// checkHooks looks at what the hooks of agents call: this program, by its path.
func (v *visit) checkHooks(context.Context) []finding {
	self, err := os.Executable()
	if err == nil {
		_, err = os.Stat(self)
	}
	if err != nil {
		return failed(fmt.Errorf("agents report to this fm, and it is not there any more (%w): install it again", err), "")
	}
	return well("%s hook", self)
}

// npmInstall installs the agent.
const npmInstall = "npm install -g @anthropic-ai/claude-code"

func (v *visit) checkAgent(ctx context.Context) []finding {
	agent, err := v.quietAgent()
	if err != nil {
		return failed(err, npmInstall)
	}
	version, err := agent.Version(ctx)
	if err != nil {
		return failed(fmt.Errorf("%w: run it by hand to see what is wrong", err), quoted(agent.Path())+" --version")
	}
	return well("%s at %s", version, agent.Path())
}

func (v *visit) checkLogin(ctx context.Context) []finding {
	agent, err := v.quietAgent()
	if err != nil {
		return failed(err, npmInstall)
	}
	login, err := agent.Login(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		return []finding{{level: aside, found: "not known: this claude does not say without a request"}} // an older release
	case err == nil && !login.In:
		return failed(errors.New("claude is not logged in: log in, or set ANTHROPIC_API_KEY"), strings.TrimSpace(quoted(agent.Path())+" auth login"))
	}
	return well("logged in (%s); whether it is still taken, the first request shows", login.How)
}
