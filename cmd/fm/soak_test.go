package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/local"
)

// TestSoak has a project at work with real git, tmux and processes, while
// everything is killed that can be, git's locks are left behind, worktrees are
// removed, and people edit the queue, attach and type. FM_SOAK=20m makes it last
// (scripts/night gives it); without, it ends with some dozen tasks, so that it
// does not rot. All along and in the end (see soak_check_test.go):
//
//   - No task is lost: each that was ever handed over is merged in the end, or
//     stands with a reason, or was called off by a person (INV-2, INV-7).
//   - None is done twice: one claim for each attempt, attempts that only rise, one
//     pull request and one merge that brings its files to main (INV-3, INV-5).
//   - At no moment do two agents live for one task (INV-1).
//   - An agent that was neither killed from here nor by its own scenario lives
//     until its attempt ends, whatever becomes of the supervisor (INV-12).
//   - What a person types stays as it is while that person is there, and is never
//     sent.
//   - queue.txt is whole whenever it is read, and comments survive (INV-8, INV-9).
//   - There is one supervisor (INV-6), and what it and the tmux server need does
//     not grow (see soak_vitals_test.go).
//
// Not seen here: INV-4, which supervisor.TestNights and the crash matrix check;
// INV-10, which the hostile corpora do; INV-11, which
// supervisor.TestOneTaskHoldsUpNoOther does.
//
// Fault: F1, F2, F3, F11, F12, F17, F28.
func TestSoak(t *testing.T) {
	terms := soakTerms(t)
	if terms.last == 0 {
		t.Parallel()
	}
	s := newSoak(t, terms)
	defer s.report()
	s.begin()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var watching sync.WaitGroup
	watching.Go(func() { s.watchProcesses(ctx) })
	watching.Go(func() { s.watchView(ctx) })
	watching.Go(func() { s.watchVitals(ctx) })
	defer func() { cancel(); watching.Wait() }()

	s.phase("storm", terms.last*6/10, terms.tasks, s.generate, s.chaos, s.people, s.visitors, s.answers)
	s.mend()
	s.phase("calm", terms.last*4/10, terms.tasks/3, s.generate, s.people, s.visitors, s.answers)
	s.settle()
	cancel()
	watching.Wait()
	s.verdict()
}

// soakOrder is what a soak is asked for.
type soakOrder struct {
	last    time.Duration // of storm and calm together; 0 for a number of tasks
	tasks   int           // that are added in the storm; used without last
	workers int
	seed    uint64
}

func soakTerms(tb testing.TB) soakOrder {
	tb.Helper()
	o := soakOrder{tasks: 15, workers: 4, seed: uint64(time.Now().UnixNano()) % 1_000_000}
	number := func(name string, otherwise uint64) uint64 {
		text := os.Getenv(name)
		if text == "" {
			return otherwise
		}
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		return n
	}
	o.seed = number("FM_SOAK_SEED", o.seed)
	o.workers = int(number("FM_SOAK_WORKERS", uint64(o.workers)))
	if text := os.Getenv("FM_SOAK"); text != "" {
		last, err := time.ParseDuration(text)
		if err != nil {
			tb.Fatalf("FM_SOAK: %v", err)
		}
		o.last = last
	}
	return o
}

// soak is a project in trouble, and what is known of it.
type soak struct {
	*bench
	order   soakOrder
	began   time.Time
	tracker *local.Tracker

	pen sync.Mutex // of people who write in queue.txt: one at a time

	mu         sync.Mutex // of what follows
	dice       *rand.Rand
	counts     map[string]int
	issues     map[fm.TaskID]string   // that are tasks themselves, and their kind
	bundles    map[fm.IssueID]bool    // that are split
	off        map[fm.TaskID]bool     // may have been called off by a person
	touched    map[fm.TaskID]int      // how often people and chaos did something to it
	shaken     map[fm.TaskID]bool     // and that was more than the death of an agent
	remarks    []string               // comments that a person wrote
	said       []string               // what visitors typed
	killed     map[string]bool        // pid and start of what was killed here
	falls      []time.Time            // of the tmux server
	lives      map[fm.Run][]*agedLife // of agents, in their order
	violations []violation
	samples    []sample
	phases     []phaseMark
	calmSince  time.Time
	pairs      map[string]bool // of agents of one task, seen at the last look
}

type phaseMark struct {
	name string
	at   time.Time
}

// violation is a broken promise, and about which task it is.
type violation struct {
	task fm.TaskID
	what string
}

func newSoak(tb testing.TB, o soakOrder) *soak {
	tb.Helper()
	s := &soak{
		order: o, dice: rand.New(rand.NewPCG(o.seed, 7)), counts: map[string]int{}, issues: map[fm.TaskID]string{}, bundles: map[fm.IssueID]bool{},
		off: map[fm.TaskID]bool{}, touched: map[fm.TaskID]int{}, shaken: map[fm.TaskID]bool{}, killed: map[string]bool{}, lives: map[fm.Run][]*agedLife{}, pairs: map[string]bool{},
	}
	s.bench = newBench(tb, s.config(5))
	s.environ = append(s.environ,
		"FM_SCENARIO="+filepath.Join(s.dir, "scenario.json"), "CLAUDE_CONFIG_DIR="+filepath.Join(s.dir, "agent"), "FM_DEBUG=1")
	s.write(filepath.Join(s.dir, "scenario.json"), soakScenario())
	s.tracker = local.NewTracker(s.project.Issues())
	s.began = time.Now()
	tb.Logf("seed %d, %d workers; again with: scripts/night --soak %s --seed %[1]d --workers %[2]d", o.seed, o.workers, max(o.last, time.Minute))
	return s
}

// config is that of the project; attempts is what a person changes in it.
func (s *soak) config(attempts int) fm.Config {
	return fm.Config{
		Agent:  fm.AgentConfig{Command: filepath.Join(binary, "fm"), Args: []string{"scripted-agent"}},
		Health: fm.HealthConfig{Idle: seconds(20), Attempts: attempts}, Presence: fm.PresenceConfig{Grace: seconds(20)},
		Tmux: fm.TmuxConfig{Width: 200, Height: 40, History: 500},
	}
}

// begin hands over the first work.
func (s *soak) begin() {
	s.Helper()
	s.must("work", string(s.bundle(s.Context())), "--workers", fmt.Sprint(s.order.workers))
}

// phase runs what happens at the same time until it has lasted for so long, or
// for so many tasks.
func (s *soak) phase(name string, last time.Duration, tasks int, doing ...func(context.Context)) {
	s.Helper()
	s.mu.Lock()
	s.phases = append(s.phases, phaseMark{name, time.Now()})
	s.mu.Unlock()
	ctx, cancel := context.WithCancel(s.Context())
	defer cancel()
	var all sync.WaitGroup
	for _, do := range doing {
		all.Go(func() { do(ctx) })
	}
	from, added := time.Now(), s.handedOver()
	s.until("the end of the "+name, max(last+time.Minute, 4*time.Minute), func() (any, bool) {
		if s.order.last > 0 {
			return "", time.Since(from) >= last
		}
		n := s.handedOver() - added
		return fmt.Sprintf("%d tasks were added of %d", n, tasks), n >= tasks
	})
	cancel()
	all.Wait()
}

// handedOver counts the tasks that there are.
func (s *soak) handedOver() int { return s.count("tasks added") }

func (s *soak) count(what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[what]
}

func (s *soak) add(what string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[what] += n
}

// roll gives a number below n. Who asks when is a matter of the machine, so that
// a seed gives the same dice, and not the same night.
func (s *soak) roll(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dice.IntN(n)
}

// rest lets time pass, between half of d and one and a half of it.
func (s *soak) rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d/2 + time.Duration(s.roll(int(d))))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// broken takes note of a broken promise.
func (s *soak) broken(id fm.TaskID, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	what := fmt.Sprintf("%s: ", time.Since(s.began).Round(time.Millisecond)) + fmt.Sprintf(format, args...)
	s.violations = append(s.violations, violation{id, what})
}

// touch says that something was done to a task which may cost it an attempt.
func (s *soak) touch(id fm.TaskID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.touched[id]++
	s.shaken[id] = true
}

// kinds are those of tasks: a word of their titles, and how often there are such.
func soakKinds() map[string]int {
	return map[string]int{
		"quick": 6, "slow": 5, "doubtful": 1, "crashing": 1, "asking": 1, "waiting": 2, "committing": 2, "flooding": 1, "deaf": 3, "hanging": 1,
	}
}

// soakScenario says what agents do for each kind. A turn is the same as often as it
// is played, since whoever is interrupted begins it anew.
func soakScenario() object {
	file := func(name string) object {
		return does("run", object{"argv": []string{"sh", "-c", `mkdir -p work && echo "done for $FM_TASK" > work/` + name}})
	}
	busy := func(n int) []object { return slices.Repeat([]object{does("busy", object{"ms": 700})}, n) }
	end := []object{file("$FM_TASK.txt"), does("commit", nil), does("completion", object{"status": "SUCCESS", "summary": "Done."})}
	first := func(steps ...object) []object {
		for _, step := range steps {
			step["attempt"] = 1
		}
		return steps
	}
	var commits []object
	for i := range 8 {
		commits = append(commits, file(fmt.Sprintf("$FM_TASK-%d.txt", i)), does("commit", nil))
	}
	flood := does("print", object{"text": strings.Repeat("all work and no play makes a flood of words, and of wide ones: 日本語\n", 700)})
	kinds := map[string][]object{
		"quick":      nil,
		"slow":       busy(8),
		"doubtful":   first(does("completion", object{"status": "FAILED", "summary": "I do not see how."}), does("no_completion", nil)),
		"crashing":   append(busy(1), first(does("crash", object{"signal": "KILL"}))...),
		"asking":     append(busy(1), does("ask", object{"command": "make love"})),
		"committing": commits,
		"flooding":   append(busy(1), flood, flood, flood),
		"deaf":       append([]object{does("ignore_hup", nil)}, busy(6)...),
		"hanging":    first(does("hang", nil)),
		"waiting":    nil,
	}
	var tasks []object
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		played := object{"steps": slices.Concat(kinds[kind], end)}
		turns := slices.Repeat([]object{played}, 12)
		if kind == "waiting" { // for a word, twice
			silent := object{"steps": []object{does("no_completion", nil)}}
			turns = append([]object{silent, silent}, turns...)
		}
		tasks = append(tasks, object{"title": kind, "turns": turns})
	}
	var split []fm.Subissue
	for _, title := range []string{"A quick part", "A slow part", "A part that is deaf"} {
		split = append(split, fm.Subissue{Title: title, Description: "Do it.", Criteria: []string{"it is done"}, Hours: 1, Priority: "normal"})
	}
	return object{"tasks": tasks, "splits": []object{{"title": "bundle", "subissues": split}}}
}
