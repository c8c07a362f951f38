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
const atOnce = 5

// waiting is how many more there are of those that wait for long.
const waiting = 6

// fullMatrix has the whole product killed, not only each step once.
const fullMatrix = "FM_MATRIX"

// crashMatrix is what was found out.
type crashMatrix struct {
	full bool
	room map[bool]chan struct{} // by whether it is slow

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

// choose says where fm is killed. A kind of work comes first where it is the
// only one to reach a step, and the work of all of them is spread.
func (m *crashMatrix) choose(all []drama) {
	m.chosen = map[scenery][]instant{}
	once := map[string]bool{} // forge and step
	for _, d := range all {
		for _, forge := range d.forges {
			at := scenery{d.name, forge}
			last := map[instant]int{}
			for _, i := range m.shown[at] {
				last[i.kind()] = i.time
			}
			for _, i := range m.shown[at] {
				if spared()[d.name+" "+i.kind().String()] != "" {
					continue
				}
				if m.counts(d, forge, i, last[i.kind()]) || !once[spot(forge, i)] {
					once[spot(forge, i)] = true
					m.chosen[at] = append(m.chosen[at], i)
				}
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

// counts says whether a step is killed in this kind of work, whoever else reaches
// it. The ledger is what all of fm goes by: it is killed behind each line of it.
func (m *crashMatrix) counts(d drama, forge string, i instant, last int) bool {
	switch {
	case m.full:
		return i.time == 1 || i.time == last && !slices.Contains(frequent(), i.name) || i.name == "ledger.append"
	case i.time == 1 && slices.Contains(d.own, i.name):
		return true
	}
	return i.name == "ledger.append" && i.when == "after" && (forge == onLocal || forge == onGitHub && d.name == "work")
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

// spared are the kills from which fm comes back too late for a test to wait for
// it, by kind of work, and why.
func spared() map[string]string {
	return map[string]string{}
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
