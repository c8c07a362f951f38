package main

// The examples of each command, as its --help and the manual show them, in the
// order of cli.go. Every line is a command line that a shell would take; behind
// "  # " stands what it is for. Each is parsed by a test.

// Help gives the examples.
func (workCmd) Help() string {
	return `fm work 12,13 --workers 4            # split two issues, four workers
fm work 12,13 4                      # the same, shorter
fm work --label bug --priority high  # all open issues with that label
fm work --plan plan-12.md --wait     # by a plan of fm plan; stay until merged
fm work --source jira PROJ-123       # an issue in Jira`
}

// Help gives the examples.
func (fixCmd) Help() string {
	return `fm fix 12 13 14                      # three at a time
fm fix 12 13 --sequential --no-pr    # in the main checkout, nothing is pushed
fm fix --label bug --max-parallel 5 --timeout 30m
fm fix 12 13 --on-overlap sequence --json > result.json`
}

// Help gives the examples.
func (planCmd) Help() string {
	return `fm plan 12                           # writes plan-12.md, creates nothing
fm plan 12 --out login.md            # then: fm work --plan login.md`
}

// Help gives the examples.
func (addCmd) Help() string {
	return `fm add 14                            # more work for those who work
fm add --label urgent --priority critical`
}

// Help gives the examples.
func (overlapCmd) Help() string {
	return `fm overlap                           # who conflicts with whom, on which file
fm overlap --json`
}

// Help gives the examples.
func (dashboardCmd) Help() string {
	return `fm dashboard                         # ? shows the keys, q leaves
fm ui                                # the same, shorter`
}

// Help gives the examples.
func (statusCmd) Help() string {
	return `fm status --watch                    # redrawn as it changes, until Ctrl-C
fm status > status.txt               # whole; on a terminal it fits the screen
fm status --json                     # for scripts; docs/status.md explains it
fm status --format '{{.Counts.pending}}'
fm status --line                     # for the status line of a terminal`
}

// Help gives the examples.
func (logsCmd) Help() string {
	return `fm logs worker-3 -f                  # as it happens
fm logs 456                          # what was done for a task
fm logs worker-3 --since 1h          # or 22:15, or 2026-11-20
fm logs supervisor --raw             # its lines as they were written`
}

// Help gives the examples.
func (reportCmd) Help() string {
	return `fm report                            # the last 24 hours, as Markdown
fm report --since 22:15 -o night.md  # GitHub renders its chart of the workers
fm report --json | jq .metrics`
}

// Help gives the examples.
func (whyCmd) Help() string {
	return `fm why 456                           # in a sentence, and how it came there
fm why 456 --json`
}

// Help gives the examples.
func (inboxCmd) Help() string {
	return `fm inbox                             # the questions, with their options
fm inbox --json`
}

// Help gives the examples.
func (answerCmd) Help() string {
	return `fm answer worker-3 --option 2        # as fm inbox counts them
fm answer 456 "use PostgreSQL"       # in your own words`
}

// Help gives the examples.
func (attachCmd) Help() string {
	return `fm attach worker-3                   # F12 leads back
fm attach                            # pick one
fm attach --next                     # the next one that waits for you
fm attach 3 --popup                  # over what you do in tmux
fm attach 3 --read-only              # look only`
}

// Help gives the examples.
func (sendCmd) Help() string {
	return `fm send worker-3 "the API has changed, see docs/api.md"
fm send 456 - < notes.txt            # from the standard input`
}

// Help gives the examples.
func (holdCmd) Help() string {
	return `fm hold worker-3                     # fm presses no key there`
}

// Help gives the examples.
func (releaseCmd) Help() string {
	return `fm release worker-3                  # fm goes on`
}

// Help gives the examples.
func (pauseCmd) Help() string {
	return `fm pause                             # go on with: fm resume`
}

// Help gives the examples.
func (resumeCmd) Help() string {
	return `fm resume
fm resume --permission-mode acceptEdits`
}

// Help gives the examples.
func (stopCmd) Help() string {
	return `fm stop                              # after what the workers have begun
fm stop --now                        # at once; their work is preserved`
}

// Help gives the examples.
func (workersCmd) Help() string {
	return `fm workers                           # who is there
fm workers add 2`
}

// Help gives the examples.
func (workersListCmd) Help() string {
	return `fm workers list`
}

// Help gives the examples.
func (workersAddCmd) Help() string {
	return `fm workers add 2`
}

// Help gives the examples.
func (workersRemoveCmd) Help() string {
	return `fm workers remove 2                  # those that work finish first`
}

// Help gives the examples.
func (queueCmd) Help() string {
	return `fm queue                             # what is there
fm queue retry 456`
}

// Help gives the examples.
func (queueShowCmd) Help() string {
	return `fm queue show`
}

// Help gives the examples.
func (queuePriorityCmd) Help() string {
	return `fm queue priority 456 high`
}

// Help gives the examples.
func (queueRetryCmd) Help() string {
	return `fm queue retry 456 457`
}

// Help gives the examples.
func (queueRetryAllCmd) Help() string {
	return `fm queue retry-all`
}

// Help gives the examples.
func (queueHoldCmd) Help() string {
	return `fm queue hold 456                    # until: fm queue retry 456`
}

// Help gives the examples.
func (queueCancelCmd) Help() string {
	return `fm queue cancel 456 457`
}

// Help gives the examples.
func (queueRebuildCmd) Help() string {
	return `fm queue rebuild                     # from what there is in files
fm queue rebuild --from tracker      # with everything in .founder-mode lost`
}

// Help gives the examples.
func (doctorCmd) Help() string {
	return `fm doctor                            # each with what to do
fm doctor --fix                      # mend what is safe to mend
fm doctor --probe                    # does fm understand this claude?
fm doctor --json`
}

// Help gives the examples.
func (debugCmd) Help() string {
	return `fm debug 456`
}

// Help gives the examples.
func (recoverCmd) Help() string {
	return `fm recover                           # after a crash or a reboot`
}

// Help gives the examples.
func (restoreCmd) Help() string {
	return `fm restore 456                       # what stood uncommitted in it, too`
}

// Help gives the examples.
func (tryCmd) Help() string {
	return `fm try                               # scripted agents: no account, no cost
fm try --agent claude --workers 2    # the real one, on your account`
}

// Help gives the examples.
func (initCmd) Help() string {
	return `fm init                              # again after each update of it
fm init --dry-run                    # what would it write?`
}

// Help gives the examples.
func (trustCmd) Help() string {
	return `fm trust                             # what it shows is run from now on`
}

// Help gives the examples.
func (completionCmd) Help() string {
	return `source <(fm completion bash)         # in ~/.bashrc
source <(fm completion zsh)          # in ~/.zshrc, after compinit
fm completion fish > ~/.config/fish/completions/fm.fish`
}

// Help gives the examples.
func (versionCmd) Help() string {
	return `fm version --json                    # for a report of an error`
}

// Help gives the examples.
func (helpCmd) Help() string {
	return `fm help work
fm help queue retry`
}
