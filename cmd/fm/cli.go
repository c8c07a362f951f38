package main

import (
	"os"
	"path/filepath"
)

const description = `Have Claude split issues, run one worker per subissue in tmux, and see each
become a merged pull request.

Issues → subissues → queue → workers → pull requests → done. Start with: fm try`

// cli is the grammar of the command line. One field is one verb; what it does
// stands in the file of the same name. The groups are the headings of fm --help,
// see groups. All that a command with the tag remarks prints are remarks on what
// it did, which --quiet keeps away; one with the tag fullscreen has the terminal
// for itself.
type cli struct {
	Dir     string      `short:"C" name:"dir" group:"every" placeholder:"DIR" help:"Work as if fm had been started in DIR."`
	Quiet   bool        `short:"q" group:"every" xor:"loud" help:"Print only what was asked for, and what is wrong."`
	Verbose bool        `short:"v" group:"every" xor:"loud" help:"Say on stderr what runs and what is written on the way."`
	Short   versionFlag `name:"version" group:"every" help:"Print the version."`

	Work    workCmd    `cmd:"" group:"work" remarks:"" help:"Split issues and have workers do them."`
	Fix     fixCmd     `cmd:"" group:"work" help:"Mend issues whole, several at a time, a pull request for each."`
	Plan    planCmd    `cmd:"" group:"work" remarks:"" help:"Show how issues would be split, in files to edit."`
	Add     addCmd     `cmd:"" group:"work" remarks:"" help:"Add issues to the running queue."`
	Overlap overlapCmd `cmd:"" group:"work" help:"Show which tasks are in each other's way."`

	Dashboard dashboardCmd `cmd:"" group:"watch" fullscreen:"" aliases:"ui" help:"See it all on one screen, and take part (also fm ui)."`
	Status    statusCmd    `cmd:"" group:"watch" help:"Show workers, queue, parents and throughput."`
	Logs      logsCmd      `cmd:"" group:"watch" help:"Read what happened in a worker's session."`
	Report    reportCmd    `cmd:"" group:"watch" help:"Tell what became of a night, and what to do first."`
	Why       whyCmd       `cmd:"" group:"watch" help:"Say why a task is where it is."`

	Inbox   inboxCmd   `cmd:"" group:"part" help:"Show the questions that wait for you."`
	Answer  answerCmd  `cmd:"" group:"part" remarks:"" help:"Answer the question that an agent waits with."`
	Attach  attachCmd  `cmd:"" group:"part" help:"Join a worker's session."`
	Send    sendCmd    `cmd:"" group:"part" remarks:"" help:"Say something to an agent."`
	Hold    holdCmd    `cmd:"" group:"part" remarks:"" help:"Keep a worker's session for yourself."`
	Release releaseCmd `cmd:"" group:"part" remarks:"" help:"Hand a worker's session back to fm."`

	Pause   pauseCmd   `cmd:"" group:"steer" remarks:"" help:"Start nothing new; what runs goes on."`
	Resume  resumeCmd  `cmd:"" group:"steer" remarks:"" help:"Go on after a pause or a stop."`
	Stop    stopCmd    `cmd:"" group:"steer" remarks:"" help:"Let the workers finish and end, or end them now."`
	Workers workersCmd `cmd:"" group:"steer" help:"List, add and remove workers."`
	Queue   queueCmd   `cmd:"" group:"steer" help:"Show and change the queue."`

	Doctor  doctorCmd  `cmd:"" group:"mend" help:"Say what is ready and what is not, and what to do."`
	Debug   debugCmd   `cmd:"" group:"mend" help:"Show all that is known of a task."`
	Recover recoverCmd `cmd:"" group:"mend" remarks:"" help:"Bring the supervisor back after a crash."`
	Restore restoreCmd `cmd:"" group:"mend" remarks:"" help:"Bring a task's worktree back after fm removed it."`
	Undo    restoreCmd `cmd:"" group:"mend" remarks:"" hidden:"" help:"Bring a task's worktree back after fm removed it."`

	Try        tryCmd        `cmd:"" group:"setup" remarks:"" help:"See the whole of it on a small project made for it."`
	Init       initCmd       `cmd:"" group:"setup" remarks:"" help:"Make a repository ready for fm."`
	Trust      trustCmd      `cmd:"" group:"setup" remarks:"" help:"Let run what came with the repository, after you have read it."`
	Completion completionCmd `cmd:"" group:"setup" help:"Print what has your shell complete the words of fm."`
	Version    versionCmd    `cmd:"" group:"setup" help:"Say which fm this is."`
	Help       helpCmd       `cmd:"" group:"setup" help:"Explain a command."`

	Man        manCmd        `cmd:"" hidden:"" help:"Print the manual page, for man -l -."`
	Complete   completeCmd   `cmd:"" hidden:"" help:"Say which words could stand in a command line." passthrough:""`
	Supervise  superviseCmd  `cmd:"" hidden:"" help:"Be the supervisor of the project."`
	Guard      guardCmd      `cmd:"" hidden:"" help:"Start the supervisor and start it again when it dies."`
	Credential credentialCmd `cmd:"" hidden:"" help:"Answer git's question for the password of the repository's host."`
	Hook       hookCmd       `cmd:"" hidden:"" help:"Take a hook payload of Claude Code."`
	Scripted   scriptedCmd   `cmd:"" hidden:"" name:"scripted-agent" help:"Behave as claude does, from a scenario." passthrough:""`
}

// folder is where the user is, or said to be.
func (c cli) folder() (string, error) {
	if c.Dir == "" {
		return os.Getwd()
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", usage("-C %s: not a folder", c.Dir)
	}
	return dir, nil
}
