package main

import (
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

const description = `Have Claude split issues, run one worker per subissue in tmux, and see each become a merged pull request.

Issues → subissues → queue → workers → pull requests → done. Start with: fm try`

// cli is the grammar of the command line. One field is one verb; what it does
// stands in the file of the same name.
type cli struct {
	Dir     string           `short:"C" name:"dir" placeholder:"DIR" help:"Work as if fm had been started in DIR."`
	Version kong.VersionFlag `help:"Print the version."`

	Work    workCmd    `cmd:"" help:"Split issues and have workers do them."`
	Fix     fixCmd     `cmd:"" help:"Mend issues whole, several at a time, a pull request for each."`
	Plan    planCmd    `cmd:"" help:"Show how issues would be split, and write it to files that can be edited."`
	Add     addCmd     `cmd:"" help:"Add issues to the running queue."`
	Overlap overlapCmd `cmd:"" help:"Show which tasks are in each other's way, before anything is merged."`
	Status  statusCmd  `cmd:"" help:"Show workers, queue, parents and throughput."`
	Attach  attachCmd  `cmd:"" help:"Join a worker's session."`
	Logs    logsCmd    `cmd:"" help:"Read what happened in a worker's session."`
	Why     whyCmd     `cmd:"" help:"Say why a task is where it is."`
	Debug   debugCmd   `cmd:"" help:"Show all that is known of a task."`
	Inbox   inboxCmd   `cmd:"" help:"Show the questions that wait for you."`
	Answer  answerCmd  `cmd:"" help:"Answer the question that an agent waits with."`
	Send    sendCmd    `cmd:"" help:"Say something to an agent."`
	Hold    holdCmd    `cmd:"" help:"Keep a worker's session for yourself."`
	Release releaseCmd `cmd:"" help:"Hand a worker's session back to fm."`
	Pause   pauseCmd   `cmd:"" help:"Start nothing new; what runs goes on."`
	Resume  resumeCmd  `cmd:"" help:"Go on after a pause or a stop."`
	Stop    stopCmd    `cmd:"" help:"Let the workers finish and end, or end them now."`
	Workers workersCmd `cmd:"" help:"List, add and remove workers."`
	Queue   queueCmd   `cmd:"" help:"Show and change the queue."`
	Restore restoreCmd `cmd:"" help:"Bring a task's worktree back after fm removed it."`
	Undo    restoreCmd `cmd:"" hidden:"" help:"Bring a task's worktree back after fm removed it."`
	Recover recoverCmd `cmd:"" help:"Bring the supervisor back after a crash."`
	Init    initCmd    `cmd:"" help:"Make a repository ready: settings, git excludes, slash commands."`
	Doctor  doctorCmd  `cmd:"" help:"Say what is ready and what is not, and what to do."`
	Try     tryCmd     `cmd:"" help:"See the whole of it on a small project made for it."`

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

// version is what the build says of itself.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "devel"
	}
	return info.Main.Version
}
