package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	difference "github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm/failpoint/catalog"
)

// atOnce is how many projects are played at the same time. They mostly wait.
const atOnce = 6

// waiting is how many more there are of those that wait for long.
const waiting = 10

// matrixDepth tells how much is killed. By default it is each step, before and
// after, on each forge.
const (
	matrixDepth = "FM_MATRIX"
	noDepth     = "none"
	lineDepth   = "line" // also behind each line of the ledger, in each kind of work
	fullDepth   = "full" // each step in each kind of work
)

// crashMatrix is what was found out.
type crashMatrix struct {
	depth string
	room  map[bool]chan struct{} // by whether it is slow

	mu      sync.Mutex
	shown   map[scenery][]instant // what an undisturbed run reached, in order
	chosen  map[scenery][]instant
	results []blow
}

// scenery is a drama on a forge.
type scenery struct{ drama, forge string }

// blow is what became of one kill.
type blow struct {
	scenery
	instant
	verdict outcomeOfKill
}

type outcomeOfKill string

const (
	itHeld   outcomeOfKill = "itHeld"
	itBroke  outcomeOfKill = "itBroke"
	itMissed outcomeOfKill = "not reached"
)

func sceneries(all []drama) (n int) {
	for _, d := range all {
		n += len(d.forges)
	}
	return n
}

// record plays without a kill.
func (m *crashMatrix) record(t *testing.T, d drama, forge string) remains {
	t.Helper()
	m.room[d.slow] <- struct{}{}
	defer func() { <-m.room[d.slow] }()
	th := newTheater(t, d, forge, instant{})
	began := time.Now()
	d.act(th)
	got := th.remains()
	t.Logf("played in %s", time.Since(began))
	if len(got.Wrong) > 0 {
		t.Errorf("without a kill: %q", got.Wrong)
	}
	times := map[instant]int{}
	var reached []instant
	for _, line := range linesOf(th.read("bin/fm.reached")) {
		words := strings.Fields(line)
		if len(words) != 4 {
			t.Fatalf("%q is no line of what was reached", line)
		}
		i := instant{command: words[0], name: words[1], when: words[2]}
		times[i]++
		i.time = times[i]
		reached = append(reached, i)
	}
	th.close()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.shown[scenery{d.name, forge}] = reached
	return got
}

// choose says where fm is killed: in what a kind of work has for its own, and at
// each other step in the first kind of work that comes to it.
func (m *crashMatrix) choose(all []drama) {
	m.chosen = map[scenery][]instant{}
	once := map[string]bool{} // by spot
	m.eachShown(all, func(d drama, at scenery, i instant, last int) {
		if m.owns(d, at.forge, i, last) {
			once[spot(at.forge, i)] = true
			m.chosen[at] = append(m.chosen[at], i)
		}
	})
	m.eachShown(all, func(_ drama, at scenery, i instant, _ int) {
		if !once[spot(at.forge, i)] {
			once[spot(at.forge, i)] = true
			m.chosen[at] = append(m.chosen[at], i)
		}
	})
}

// eachShown goes through all that was reached, with the number of times.
func (m *crashMatrix) eachShown(all []drama, do func(d drama, at scenery, i instant, last int)) {
	for _, d := range all {
		for _, forge := range d.forges {
			at, last := scenery{d.name, forge}, map[instant]int{}
			for _, i := range m.shown[at] {
				last[i.kind()] = i.time
			}
			for _, i := range m.shown[at] {
				do(d, at, i, last[i.kind()])
			}
		}
	}
}

// spot is where a step is killed once. What is Jira's is killed there, and the
// rest of that work is as it is where pull requests are files.
func spot(forge string, i instant) string {
	if forge == onJira && !strings.HasPrefix(i.name, "jira.") {
		forge = onLocal
	}
	return forge + " " + i.kind().String()
}

// owns says whether a step is killed in this kind of work, whoever else reaches
// it.
func (m *crashMatrix) owns(d drama, forge string, i instant, last int) bool {
	ledger := i.name == "ledger.append" && i.when == "after"
	switch {
	case m.depth == fullDepth:
		return i.time == 1 || i.time == last && !slices.Contains(frequent(), i.name) || i.name == "ledger.append"
	case d.name == "work" && (ledger && forge != onJira || slices.Contains(deeds(forge), i.name)):
		return true
	case m.depth == lineDepth && ledger && forge == onLocal:
		return true
	}
	return i.time == 1 && slices.Contains(d.own, i.name) && (m.depth == lineDepth || forge == d.forges[0])
}

// deeds are the steps that others see. Like the lines of the ledger, which all of
// fm goes by, they are not killed once, but each time.
func deeds(forge string) []string {
	return map[string][]string{onLocal: {"local.create", "local.replace"}, onGitHub: {"github.write"}, onJira: {"jira.write"}}[forge]
}

// frequent are the steps whose last time is nothing special.
func frequent() []string { return []string{"status.write", "journal.write", "plugin.install"} }

// kind is the instant without its number.
func (i instant) kind() instant { i.time = 0; return i }

func (m *crashMatrix) killAll(t *testing.T, d drama, forge string, want remains) {
	t.Helper()
	var over sync.WaitGroup
	for _, i := range m.chosen[scenery{d.name, forge}] {
		over.Go(func() {
			m.room[d.slow] <- struct{}{}
			defer func() { <-m.room[d.slow] }()
			t.Run(strings.ReplaceAll(i.String(), " ", ","), func(t *testing.T) {
				r := blow{scenery: scenery{d.name, forge}, instant: i, verdict: itBroke}
				defer func() {
					m.mu.Lock()
					defer m.mu.Unlock()
					m.results = append(m.results, r)
				}()
				r.verdict = kill(t, d, forge, i, want)
			})
		})
	}
	over.Wait()
}

// kill plays once with a kill.
func kill(t *testing.T, d drama, forge string, i instant, want remains) outcomeOfKill {
	t.Helper()
	th := newTheater(t, d, forge, i)
	d.act(th)
	got := th.remains()
	if !th.hit() {
		t.Logf("not reached: %s", i)
		return itMissed
	}
	if d.forgive != nil {
		d.forgive(&got)
		d.forgive(&want)
	}
	if diff := difference.Diff(want, got); diff != "" {
		t.Errorf("killed at %s (-undisturbed +killed):\n%s", i, diff)
		return itBroke
	}
	th.close()
	return itHeld
}

// sum prints what was found out.
func (m *crashMatrix) sum(t *testing.T) {
	t.Helper()
	count := map[outcomeOfKill]int{}
	for _, r := range m.results {
		count[r.verdict]++
		if r.verdict != itHeld {
			t.Logf("%s: %s, %s: %s", r.verdict, r.drama, r.forge, r.instant)
		}
	}
	t.Logf("%d kills: %d itHeld, %d violations; %d were not reached", len(m.results)-count[itMissed], count[itHeld], count[itBroke], count[itMissed])
	if count[itMissed] > 3+len(m.results)/20 {
		t.Errorf("%d of %d kills were not reached", count[itMissed], len(m.results))
	}
}

// complete holds that no step of the source was forgotten.
func (m *crashMatrix) complete(t *testing.T) {
	t.Helper()
	source, err := catalog.Read("../..")
	if err != nil {
		t.Fatal(err)
	}
	reached := map[string]bool{}
	for _, all := range m.shown {
		for _, i := range all {
			reached[i.name] = true
		}
	}
	for _, r := range m.results {
		reached[r.name] = true
	}
	excuse := unreached()
	for _, p := range source.Points {
		_, excused := excuse[p.Name]
		switch {
		case reached[p.Name] && excused:
			t.Errorf("%s is reached after all: take it from the list", p.Name)
		case !reached[p.Name] && !excused:
			t.Errorf("no kind of work reaches %s (%s:%d)", p.Name, p.File, p.Line)
		}
		delete(excuse, p.Name)
	}
	for name := range excuse {
		t.Errorf("%s is excused, and is no failpoint", name)
	}
	if *update {
		if err := os.WriteFile(filepath.Join(docs, matrixPart), []byte(m.page(source)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// unreached are the steps that no kind of work reaches, and why.
func unreached() map[string]string {
	return map[string]string{
		"git.adopt-index":  "only where files that git ignores lie in the way of a branch in the main checkout",
		"git.move-rebased": "only where a branch is rebased whose worktree is gone",
		"queue.keep":       "its place in the life of the file is cut at every operation by the simulated power cuts",
		"tmux.configure":   "only where a server of an older fm runs",
	}
}
