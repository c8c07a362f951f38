package main

import "slices"

// The groups, in the order of what rests on what.
const (
	programs   = "Programs"
	theProject = "Project"
	theWork    = "Work"
	theMachine = "Machine"
)

// checks leaves out what only makes sense where the one before it held.
func (d *doctor) checks() []check {
	var all []check
	_, agent := d.agent()
	for _, c := range catalogue() {
		switch {
		case c.name == "login" && agent != nil:
		case d.lost != nil && c.group != programs && c.name != "repository":
		default:
			all = append(all, c)
		}
	}
	return all
}

// catalogue lists every check. docs/doctor.md is made of it.
func catalogue() []check {
	return slices.Concat(programChecks(), projectChecks(), workChecks(), machineChecks())
}

func programChecks() []check {
	return []check{
		{
			group: programs, name: "git", look: (*visit).checkGit,
			fix:   "`sudo apt-get install git`, or as your machine has it",
			about: "The version that is installed: 2.38 or newer.",
		},
		{
			group: programs, name: "tmux", look: (*visit).checkTmux,
			fix:   "the same for tmux; `fm stop && fm resume` after an upgrade; `kill PID && fm recover` where the server refuses the new one",
			about: "The version that is installed: 3.2 or newer; and that of the server that runs, where it is another one, as after an upgrade. A warning while the two understand each other.",
		},
		{
			group: programs, name: "claude", look: (*visit).checkAgent,
			fix:   "`npm install -g @anthropic-ai/claude-code`",
			about: "The version of the agent's command, and where it is.",
		},
		{
			group: programs, name: "login", look: (*visit).checkLogin, advisory: true,
			fix:   "`claude auth login`",
			about: "Whether the command says that it is logged in, and how; no secret is shown, and nothing is asked of the model.",
		},
		{
			group: programs, name: "hooks", look: (*visit).checkHooks,
			fix:   "install fm again",
			about: "The fm that agents report to, by its path.",
		},
	}
}

func projectChecks() []check {
	return []check{
		{
			group: theProject, name: "repository", look: (*visit).checkRepository,
			fix:   "`git init`; a first commit",
			about: "The main checkout of the repository, and whether anything was ever committed.",
		},
		{
			group: theProject, name: "remote", look: (*visit).checkRemote, advisory: true,
			fix:   "`git remote add origin URL`; `git push -u origin main`",
			about: "Where branches are pushed, and whether the branch is there that work begins at. A remote that gives no answer now is a warning.",
		},
		{
			group: theProject, name: "identity", look: (*visit).checkIdentity,
			fix:   "`git config --global user.name` and `user.email`",
			about: "As whom agents commit: git refuses a commit of nobody.",
		},
		{
			group: theProject, name: "issues", look: (*visit).checkIssues,
			fix:   "`gh auth login`, or what the line says",
			about: "Where issues and pull requests are; on GitHub and in Jira, whether the token is taken and may work there. Files in the place of issues on GitHub, for want of a token, are a warning.",
		},
		{
			group: theProject, name: "token", look: (*visit).checkToken,
			fix:   "`gh auth refresh --scopes repo,workflow`, or a new token",
			about: "Whose token it is, its scopes and when it ends. A scope or permission that fm needs and that is certainly missing is an error; what GitHub does not tell is said to be unknown; an end within a week is a warning, and so is a missing scope `workflow`.",
		},
		{
			group: theProject, name: "settings", look: (*visit).checkSettings,
			fix:   "`${EDITOR:-vi} .founder-mode/config.json`; `fm trust`",
			about: "Whether `config.json` and `state.json` can be read, and what came with the repository and has something run is [trusted](security.md#a-repository-from-elsewhere).",
		},
		{
			group: theProject, name: "files", look: (*visit).checkFiles, mends: true,
			fix:   "`fm doctor --fix`; `sudo chown -R` where somebody else owns them",
			about: "Whether `.founder-mode` is yours and can be written, by you alone: that others may read it is a warning. Tokens that were left for the supervisor are for your eyes only. `--fix` takes the rights of others away, and gives you yours.",
		},
		{
			group: theProject, name: "leftovers", look: (*visit).checkLeftovers, mends: true, advisory: true,
			fix:   "`fm doctor --fix`",
			about: "Files that a process was writing when it was killed. A warning. `--fix` removes those that are older than an hour and whose process is gone.",
		},
	}
}

func workChecks() []check {
	return []check{
		{
			group: theWork, name: "queue", look: (*visit).checkQueue, mends: true,
			fix:   "`fm doctor --fix`; `fm queue rebuild` for the ledger; your editor for your lines",
			about: "Whether the ledger is whole, `queue.txt` is, each of the two can rebuild the other, and every line that somebody edited can be taken. `--fix` writes `queue.txt` anew from the ledger when only that is damaged, and keeps what stood there.",
		},
		{
			group: theWork, name: "clock", look: (*visit).checkClock,
			fix:   "`sudo timedatectl set-ntp true`",
			about: "Whether the ledger's last entry is of the future: the clock was set back then, and what waits for a time waits too long. A warning.",
		},
		{
			group: theWork, name: "supervisor", look: (*visit).checkSupervisor,
			fix:   "`fm recover`; `kill PID` for one that hangs or is old: its guard starts another, which adopts the agents",
			about: "Whether it runs where something is left to do, shows what it sees, and is of the fm that is installed.",
		},
		{
			group: theWork, name: "processes", look: (*visit).checkProcesses, mends: true,
			fix:   "`fm doctor --fix`; `fm recover` where the attempt goes on",
			about: "Agents of this project, and what they started, whose attempt is over and whose session is gone. They are known by the mark in their environment. `--fix` ends those of attempts that are over.",
		},
		{
			group: theWork, name: "worktrees", look: (*visit).checkTrees, mends: true,
			fix:   "`fm doctor --fix`; `git worktree remove` and the like where something would be lost",
			about: "Worktrees that no task needs, that stand ready for no task, that have vanished, or that stand in the way. `--fix` forgets those that have vanished, and removes those whose task is over, if nothing in them is uncommitted, all commits are pushed or merged, and nobody is in them; `fm restore` brings one back.",
		},
		{
			group: theWork, name: "locks", look: (*visit).checkLocks, mends: true,
			fix:   "`fm doctor --fix`; `kill -CONT PID`",
			about: "Lock files of git's whose owner is gone, and locks of fm's that a stopped process holds. `--fix` removes those of git's that are older than a minute and whose owner is provably gone.",
		},
	}
}

func machineChecks() []check {
	return []check{
		{
			group: theMachine, name: "disk", look: (*visit).checkDisk,
			fix:   "`du` shows what takes the room",
			about: "Room and inodes where worktrees, `.founder-mode` and the agent's home are: 1 GB and 10,000 inodes at least.",
		},
		{
			group: theMachine, name: "inotify", look: (*visit).checkInotify, advisory: true,
			fix:   "`sudo sysctl fs.inotify.max_user_watches=N`",
			about: "Whether the kernel has watches left. A warning: without them fm sees changes some seconds late.",
		},
		{
			group: theMachine, name: "logout", look: (*visit).checkLogout, advisory: true,
			fix:   "`loginctl enable-linger`; `systemd-run --user --scope fm resume` where sessions are killed",
			about: "On a machine with systemd-logind, whether workers outlive your logout. A warning.",
		},
	}
}
