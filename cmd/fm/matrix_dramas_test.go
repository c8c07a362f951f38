package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

type obj = map[string]any

// drama is a kind of work, small and fast, with all that the person does in it.
// It comes to the same end when fm is killed on the way.
type drama struct {
	name     string
	forges   []string
	config   func(*fm.Config)
	issues   []string // titles
	parts    []string // titles of subissues of the first issue that are there already
	scenario obj
	act      func(*theater)

	own     []string       // steps that are killed in this kind of work, whoever else reaches them
	forgive func(*remains) // what may differ
	slow    bool           // it waits for long, and does little
}

func dramas() []drama {
	return slices.Concat(workDramas(), orderDramas(), fixDramas(), mendDramas())
}

func bothForges() []string { return []string{onLocal, onGitHub} }

// workDramas are the main job, and what goes wrong in it.
func workDramas() []drama {
	return []drama{{
		name: "work", forges: []string{onLocal, onGitHub, onJira}, issues: []string{"A basket"},
		scenario: obj{
			"splits": []obj{{"title": "A basket", "subissues": []obj{piece("Put in"), piece("Take out")}}},
			"tasks":  []obj{script("Put in", writes("in")), script("Take out", writes("out"))},
		},
		act: func(th *theater) {
			th.do("work", th.id(1), "--workers", "2")
			th.statuses(2, fm.Merged)
			th.closed(1)
			th.do("stop")
		},
	}, {
		name: "retry", forges: bothForges(), issues: []string{"A basket"}, parts: []string{"Crashes", "Gives up"},
		scenario: obj{"tasks": []obj{
			script("Crashes", having(writes("crash", obj{"do": "leave_orphan"}, obj{"do": "crash", "exit": 1, "attempt": 1}), "attempt", 1), having(writes("crash"), "attempt", 2)),
			script("Gives up", givesUp(1), having(writes("up"), "attempt", 2)),
		}},
		act: func(th *theater) {
			th.do("work", "1", "--workers", "2")
			th.until("a failure of each", endurance, func() (any, bool) {
				q := th.read("app/.founder-mode/queue.txt")
				return q, strings.Count(q, "|f=1|") == 2
			})
			// It need not wait for its turn.
			th.doUnless(th.not(2, fm.Pending), "queue", "retry", "2")
			th.doUnless(th.not(3, fm.Pending), "queue", "retry", "3")
			th.statuses(2, fm.Merged)
			th.closed(1)
			th.do("stop")
		},
		own: []string{"agent.reap", "tmux.start", "agent.begin"}, slow: true,
		// An agent that crashed is resumed once before that counts; a supervisor
		// that comes anew does not know that it was.
		forgive: func(r *remains) { r.Lives = slices.Compact(slices.Clone(r.Lives)) },
	}, {
		name: "failure", slow: true, forges: []string{onLocal}, issues: []string{"A basket"}, parts: []string{"Crashes"},
		config:   func(c *fm.Config) { c.Health.Attempts = 1 },
		scenario: obj{"tasks": []obj{script("Crashes", obj{"attempt": 1, "steps": []obj{{"do": "crash", "signal": "KILL"}}}, having(writes("crash"), "attempt", 2))}},
		act: func(th *theater) {
			th.do("work", "1", "--workers", "1")
			th.status1(2, fm.Failed)
			th.doUnless(th.not(2, fm.Failed), "queue", "retry-all")
			th.statuses(1, fm.Merged)
			th.closed(1)
			th.do("stop")
		},
	}, {
		name: "conflict", forges: bothForges(), issues: []string{"A basket"}, parts: []string{"First", "Second"},
		scenario: obj{"tasks": []obj{
			script("First", obj{"steps": []obj{
				waitsFor("../issue-3/TASK.md"),
				{"do": "write", "path": "basket.txt", "content": "in\n"},
				{"do": "commit", "message": "Put in"},
				{"do": "completion", "status": "SUCCESS", "summary": "In."},
			}}),
			script("Second", obj{"steps": []obj{
				{"do": "write", "path": "basket.txt", "content": "in\n"},
				{"do": "commit", "message": "Put in, too"},
				{"do": "write", "path": "basket.txt", "content": "in, and out\n"},
				{"do": "commit", "message": "Take out"},
				runs("until git --git-dir=../../../remote.git show main:basket.txt >/dev/null 2>&1; do sleep 0.05; done"),
				{"do": "completion", "status": "SUCCESS", "summary": "Out."},
			}}),
		}},
		act: func(th *theater) {
			th.do("work", "1", "--workers", "2")
			th.statuses(2, fm.Merged)
			th.closed(1)
			th.do("stop")
		},
		own: []string{"git.push", "git.reset-rebased"},
	}, {
		name: "limit", forges: bothForges(), issues: []string{"A basket"}, parts: []string{"First"},
		scenario: obj{"tasks": []obj{
			script("First", obj{"steps": []obj{{"do": "limit", "resets_in_ms": 1000}}}, writes("one")),
		}},
		act: func(th *theater) {
			th.do("work", "1", "--workers", "1")
			th.statuses(1, fm.Merged)
			th.closed(1)
			th.do("stop")
		},
		own: []string{"tmux.paste", "tmux.press"}, slow: true,
	}, {
		name: "terminal lost", forges: bothForges(), issues: []string{"A basket"}, parts: []string{"First"},
		// Its agent is deaf to the hang-up, and has to be found and ended.
		scenario: obj{"tasks": []obj{script("First", opened("one", obj{"do": "ignore_hup"}), opened("one"))}},
		act: func(th *theater) {
			th.do("work", "1", "--workers", "1")
			th.working(1)
			th.sh("kill -9 $(tmux -S " + th.dir + "/tmux-*/fm-* display-message -p '#{pid}')")
			th.sh("touch go")
			th.tended(1, fm.Merged)
			th.closed(1)
			th.do("stop")
		},
		own: []string{"tmux.start-server", "tmux.start-guard", "guard.start", "tmux.start", "agent.reap"},
		// Nobody knows how far it was when its terminal was taken from it.
		forgive: func(r *remains) { r.Lives = slices.Compact(slices.Clone(r.Lives)) },
		slow:    true,
	}}
}

// orderDramas are what a person asks for while others work.
func orderDramas() []drama {
	return []drama{{
		name: "pause", forges: bothForges(), issues: []string{"A basket"}, parts: []string{"First", "Second"},
		scenario: obj{"tasks": []obj{script("*", opened("one"), opened("one"))}},
		act: func(th *theater) {
			th.do("work", "1", "--workers", "1")
			th.working(1)
			th.do("pause")
			th.sh(`sed -i 's/"tmux": {}/"tmux": {"history": 900}/; 1s/{/{"tmux": {"history": 900},/' .founder-mode/config.json`)
			th.sh("touch go")
			th.status1(2, fm.Merged)
			th.do("resume")
			th.statuses(2, fm.Merged)
			th.closed(1)
			th.do("stop")
		},
		own: []string{"state.write", "tmux.configure", "git.take-ready", "git.take-branch", "git.take-hand"},
	}, {
		name: "workers", forges: bothForges(), issues: []string{"A basket"}, parts: []string{"First", "Second"},
		scenario: obj{"tasks": []obj{script("*", opened("one"), opened("one"))}},
		act: func(th *theater) {
			th.do("work", "1", "--workers", "1")
			th.doUnless(th.wants(`"workers": 2`), "workers", "add", "1")
			th.working(2)
			th.doUnless(th.wants(`"workers": 1`), "workers", "remove", "1")
			th.sh("touch go")
			th.statuses(2, fm.Merged)
			th.closed(1)
			th.until("one session", endurance, func() (any, bool) {
				sight := th.sight()
				return sight, len(sight.Sessions) == 1
			})
			th.do("stop")
		},
		own: []string{"state.write", "tmux.close"},
	}, {
		name: "queue edit", forges: bothForges(), issues: []string{"A basket"}, parts: []string{"First", "Second", "Third", "Fourth"},
		scenario: obj{"tasks": []obj{script("*", opened("one"), opened("one"))}},
		act: func(th *theater) {
			th.do("init")
			th.do("work", "1", "--workers", "1")
			th.working(1)
			th.sh("echo '# a remark of mine' >>.founder-mode/queue.txt; echo '3||99|hold||' >>.founder-mode/queue.txt")
			th.do("queue", "priority", "4", "critical")
			th.sh(`sed -i 's/^3\(|1|3|pending\)/2\1/' .founder-mode/queue.txt`)
			th.doUnless(th.is(5, fm.Hold), "queue", "hold", "5")
			th.doUnless(th.not(5, fm.Hold), "queue", "retry", "5")
			th.doUnless(th.is(5, fm.Cancelled), "queue", "cancel", "5")
			th.sh("touch go")
			for id := 2; id <= 4; id++ {
				th.status1(id, fm.Merged)
			}
			th.status1(99, fm.Hold)
			th.do("stop")
		},
	}, {
		name: "words", forges: []string{onLocal}, issues: []string{"A basket"}, parts: []string{"Asks", "Listens"},
		scenario: obj{"tasks": []obj{
			script("Asks", writes("asks", obj{"do": "ask", "tool": "Bash", "question": "Do you want to proceed?", "command": "make"}), writes("asks")),
			script("Listens", obj{"steps": []obj{waitsFor("../../go")}}, writes("hears"), writes("hears")),
		}},
		act: func(th *theater) {
			th.do("work", "1", "--workers", "2")
			th.until("a question", endurance, func() (any, bool) {
				out, _ := th.run("inbox")
				return out, strings.Contains(out, "1. Yes")
			})
			th.doUnless(th.unasked, "answer", "worker-1", "--option", "1")
			th.doUnless(th.heard, "send", "worker-2", "Go on.")
			th.sh("touch go")
			th.statuses(2, fm.Merged)
			th.closed(1)
			th.do("stop")
		},
		own: []string{"tmux.paste", "tmux.press"},
	}, {
		name: "stop now", forges: bothForges(), issues: []string{"A basket"}, parts: []string{"First"},
		scenario: obj{"tasks": []obj{script("First", opened("one", obj{"do": "write", "path": "thought.txt", "content": "half\n"}, obj{"do": "write", "path": "begun", "content": ""}),
			opened("one", obj{"do": "run", "argv": []string{"rm", "-f", "begun"}}))}},
		act: func(th *theater) {
			th.do("work", "1", "--workers", "1")
			th.until("half a thought", endurance, func() (any, bool) { return nil, th.exists(".worktrees/issue-2/begun") })
			th.do("stop", "--now")
			th.sh("touch go; rm -f .worktrees/issue-2/begun")
			th.do("resume")
			th.statuses(1, fm.Merged)
			th.closed(1)
			th.do("stop")
		},
		own: []string{"state.write", "git.preserve", "tmux.end-server", "tmux.start"},
		// Who was cut off before it was kept finds nothing to stop any more; it
		// stands in the worktree, which stays.
		forgive: func(r *remains) {
			r.Refs = slices.DeleteFunc(slices.Clone(r.Refs), func(ref string) bool { return strings.HasPrefix(ref, "refs/fm/preserved/") })
		},
	}, {
		name: "another place", forges: []string{onGitHub}, issues: []string{"A basket"}, parts: []string{"First"},
		config:   func(c *fm.Config) { c.Source = "" },
		scenario: obj{"tasks": []obj{script("First", writes("one"))}},
		act: func(th *theater) {
			th.childFile(31, 0, "Here")
			th.childFile(32, 31, "Its part")
			th.do("work", "--source", "local", "31", "--workers", "1")
			th.statuses(1, fm.Merged)
			th.do("stop")
			th.do("work", "--source", "github", "1")
			th.statuses(1, fm.Merged)
			th.closed(1)
			th.do("stop")
		},
		own: []string{"place.put-aside", "state.write", "git.note-last", "git.take-out"},
	}}
}

// fixDramas are the second way to work: issues as a whole.
func fixDramas() []drama {
	return []drama{{
		name: "fix", forges: bothForges(), issues: []string{"First", "Second"},
		scenario: obj{"tasks": []obj{script("First", writes("one")), script("Second", writes("two"))}},
		act: func(th *theater) {
			th.do("fix", "1", "2")
			th.statuses(2, fm.Merged)
			th.do("stop")
		},
	}, {
		name: "main checkout", slow: true, forges: bothForges(), issues: []string{"First", "Second"},
		scenario: obj{"tasks": []obj{
			script("First", obj{"steps": []obj{
				{"do": "write", "path": "half.txt", "content": "half\n"},
				{"do": "commit", "message": "Half of it"},
				{"do": "write", "path": "half.txt", "content": "three quarters\n"},
				runs("git branch -f other HEAD~1 && git checkout -q --detach && git checkout -q - && touch .git/MERGE_MODE; git update-ref MERGE_HEAD other || true"),
				{"do": "completion", "status": "FAILED", "summary": "I cannot."},
			}}),
			script("Second", writes("two")),
		}},
		act: func(th *theater) {
			th.sh("git commit -q -a -m Settings && git push -q || true")
			th.do("fix", "1", "2", "--sequential", "--no-pr")
			th.do("stop")
		},
	}}
}

// mendDramas are what fm finds broken when it comes back.
func mendDramas() []drama {
	return []drama{{
		name: "damage", forges: []string{onLocal}, issues: []string{"A basket"}, parts: []string{"First"},
		scenario: obj{"tasks": []obj{script("First", opened("one"), opened("one"))}},
		act: func(th *theater) {
			th.do("work", "1", "--workers", "1")
			th.working(1)
			th.do("stop", "--now")
			th.sh("printf 'deadbeef 99' >>.founder-mode/ledger; : >.founder-mode/queue.txt")
			th.do("queue", "rebuild")
			th.sh(`sed -i '2s/[0-9]/X/3' .founder-mode/ledger`)
			th.do("queue", "rebuild")
			th.sh("touch go")
			th.do("resume")
			th.statuses(1, fm.Merged)
			th.closed(1)
			th.do("stop")
		},
		own: []string{"ledger.cut", "ledger.replace", "queue.keep", "queue.exchange"},
		// A person who repairs twice has two copies of what was damaged.
		forgive: func(r *remains) {
			r.Files = slices.DeleteFunc(slices.Clone(r.Files), func(name string) bool { return strings.Contains(name, ".damaged.") })
		},
	}, {
		name: "broken trees", slow: true, forges: []string{onLocal}, issues: []string{"A basket"}, parts: []string{"Gone", "Pointer", "Strayed"},
		scenario: obj{"tasks": []obj{
			script("Gone", opened("gone"), opened("gone")), script("Pointer", opened("pointer"), opened("pointer")), script("Strayed", opened("strayed"), opened("strayed")),
		}},
		act: func(th *theater) {
			th.do("work", "1", "--workers", "3")
			th.working(3)
			th.do("stop", "--now")
			th.sh(`lock=$(git -C .worktrees/issue-3 rev-parse --absolute-git-dir)/index.lock
				echo "$lock" >../lock
				rm -rf .worktrees/issue-2
				echo 'gitdir: /nowhere' >.worktrees/issue-3/.git
				touch -d '2 hours ago' "$lock"
				git -C .worktrees/issue-4 switch -q -c elsewhere
				git clone -q ../remote.git ../theirs && cd ../theirs && git commit -q --allow-empty -m theirs && git push -q
				cd ../app && touch -d '2 hours ago' .git/packed-refs.lock`)
			th.do("doctor", "--fix")
			th.sh("touch -d '2 hours ago' $(cat ../lock); touch go")
			th.do("resume")
			th.statuses(3, fm.Merged)
			th.closed(1)
			th.do("stop")
		},
	}, {
		name: "restore", forges: []string{onLocal}, issues: []string{"A basket"}, parts: []string{"First"},
		config: func(c *fm.Config) {
			c.Verify = "touch ../../verifying; until test -e ../../verified; do sleep 0.05; done"
		},
		scenario: obj{"tasks": []obj{script("First", writes("one"))}},
		act: func(th *theater) {
			th.do("work", "1", "--workers", "1")
			th.until("a check", endurance, func() (any, bool) { return nil, th.exists("verifying") })
			th.sh("echo 'half a thought' >.worktrees/issue-2/thought.txt; touch verified")
			th.statuses(1, fm.Merged)
			th.closed(1)
			th.do("stop")
			th.do("restore", "2")
		},
		own: []string{"git.add-worktree", "git.restoring", "git.restore-files"},
	}}
}

// piece is a subissue of a split.
func piece(title string) obj {
	return obj{
		"title": title, "description": "Do it.", "acceptance_criteria": []string{"it is done"},
		"estimated_hours": 1, "priority": "normal",
	}
}

func script(title string, turns ...obj) obj { return obj{"title": title, "turns": turns} }

func having(turn obj, key string, value any) obj {
	turn = maps.Clone(turn)
	turn[key] = value
	return turn
}

// writes is a turn that does the work: it writes part-NAME.txt and commits it.
func writes(name string, before ...obj) obj {
	return obj{"steps": append(slices.Clone(before),
		obj{"do": "write", "path": "part-" + name + ".txt", "content": "what " + name + " is about\n"},
		obj{"do": "commit", "message": "Write " + name},
		obj{"do": "completion", "status": "SUCCESS", "summary": "Wrote " + name},
	)}
}

// opened is writes in a folder of its own, once there is the file go.
func opened(name string, before ...obj) obj {
	return obj{"steps": append(slices.Clone(before), waitsFor("../../go"),
		runs("echo \"what "+name+" is about\" >part-$(basename $PWD).txt"),
		obj{"do": "commit", "message": "Write " + name},
		obj{"do": "completion", "status": "SUCCESS", "summary": "Wrote " + name},
	)}
}

func waitsFor(path string) obj { return runs("until test -e " + path + "; do sleep 0.05; done") }

func givesUp(attempt int) obj {
	return obj{"attempt": attempt, "steps": []obj{{"do": "completion", "status": "FAILED", "summary": "I cannot."}}}
}

func runs(line string) obj { return obj{"do": "run", "argv": []string{"sh", "-c", line}} }

// tended is [theater.statuses] with a person who looks in: when the terminal and
// its guard were taken away and the supervisor dies, too, nobody is left to begin
// again.
func (th *theater) tended(n int, want fm.Status) {
	th.Helper()
	th.until("tasks that are done", endurance, func() (any, bool) {
		text := th.read("app/.founder-mode/queue.txt")
		if strings.Count(text, "|"+string(want)+"|") == n {
			return text, true
		}
		if th.hit() && !th.guarded() {
			_, _ = th.run("recover") // the next look tells
		}
		return text, false
	})
}

// guarded says whether a guard or a supervisor of the theater lives.
func (th *theater) guarded() bool {
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is good
	for _, path := range paths {
		line, _ := os.ReadFile(path) // it may be gone
		words := strings.Split(string(line), "\x00")
		if strings.HasPrefix(words[0], th.dir+"/") && (slices.Contains(words, "guard") || slices.Contains(words, "supervise")) {
			return true
		}
	}
	return false
}

// closed waits until so many parents are closed, and none is open.
func (th *theater) closed(n int) {
	th.Helper()
	th.until("closed parents", endurance, func() (any, bool) {
		s, closed := th.status(), 0
		for _, p := range s.Parents {
			if p.Closed {
				closed++
			}
		}
		return s, closed == n && len(s.Parents) == n
	})
}

// word gives the status of a task as it stands in the queue.
func (th *theater) word(id int) fm.Status {
	for line := range strings.Lines(th.read("app/.founder-mode/queue.txt")) {
		if cells := strings.SplitN(line, "|", 6); len(cells) == 6 && !strings.HasPrefix(line, "#") && cells[2] == fmt.Sprint(id) {
			return fm.Status(cells[3])
		}
	}
	return ""
}

func (th *theater) is(id int, want fm.Status) func() bool {
	return func() bool { return th.word(id) == want }
}

func (th *theater) not(id int, was fm.Status) func() bool {
	return func() bool { return th.word(id) != was }
}

func (th *theater) status1(id int, want fm.Status) {
	th.Helper()
	th.until(fmt.Sprintf("%d that is %s", id, want), endurance, func() (any, bool) {
		return th.read("app/.founder-mode/queue.txt"), th.word(id) == want
	})
}

// working waits until so many agents are at work.
func (th *theater) working(n int) { th.Helper(); th.busy(n) }

// wants says whether what the user wants has a text in it.
func (th *theater) wants(text string) func() bool {
	return func() bool {
		return strings.Contains(strings.ReplaceAll(th.read("app/.founder-mode/state.json"), "\":", "\": "), text) ||
			strings.Contains(th.read("app/.founder-mode/state.json"), text)
	}
}

func (th *theater) exists(name string) bool {
	_, err := os.Lstat(filepath.Join(th.project.Root, name))
	return err == nil
}

// unasked says whether nobody waits for an answer.
func (th *theater) unasked() bool {
	out, err := th.run("inbox")
	return err == nil && strings.Contains(out, "Nobody waits for you")
}

// heard says whether the agent was told to go on.
func (th *theater) heard() bool {
	out, err := th.run("logs", "worker-2")
	return err == nil && strings.Contains(out, "Go on.")
}

// childFile writes an issue as a person would; parent 0 is none.
func (th *theater) childFile(id, parent int, title string) {
	th.Helper()
	head := ""
	if parent > 0 {
		head = fmt.Sprintf("parent: %d\n", parent)
	}
	if err := os.MkdirAll(th.project.Issues(), 0o755); err != nil {
		th.Fatal(err)
	}
	th.file(fmt.Sprintf("app/.founder-mode/issues/%d-issue.md", id), "---\n"+head+"---\n# "+title+"\n")
}
