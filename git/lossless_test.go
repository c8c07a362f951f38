package git_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
)

// walk is a random life of a main checkout. Every text that is written in it is
// unique, so that it can be looked for.
type walk struct {
	*yard
	rng  *rand.Rand
	said []string
	safe map[string]bool // texts that a ref has reached
	n    int
}

func (w *walk) note(format string, args ...any) {
	w.said = append(w.said, fmt.Sprintf(format, args...))
}

// edit is done by the agent or by the user: git does not know who.
func (w *walk) edit() {
	names := []string{"a.txt", "b.txt", "main.txt", "dir/c.txt", "dir/deep/d.txt", "ignored/x.o", "e.log"}
	name := names[w.rng.IntN(len(names))]
	w.n++
	text := fmt.Sprintf("text-%d-%s", w.n, strings.ReplaceAll(name, "/", "-"))
	w.write(filepath.Join(w.root, name), text+"\n")
	w.note("edit %s: %s", name, text)
	if w.rng.IntN(3) == 0 {
		how := []string{"--all", "--force"}[w.rng.IntN(2)]
		w.note("add %s %s", how, name)
		_, _ = w.tryGit(w.root, "add", how, "--", name) // of an ignored file it may be refused
	}
}

// step does one thing. It says whether what stood in the files before has to be
// somewhere still: not when somebody wrote over it.
func (w *walk) step() (keeps bool) {
	id := fm.TaskID(fmt.Sprint(1 + w.rng.IntN(3)))
	at := []fm.Site{inMain(id), stacked(id), mending(id)}[w.rng.IntN(3)]
	switch w.rng.IntN(10) {
	case 0, 1, 2:
		_, _, err := w.repo.Prepare(w.Context(), at)
		w.note("prepare %+v: %v", at, err)
	case 3, 4:
		err := w.tryRemove(at)
		w.note("remove %+v: %v", at, err)
	case 5:
		_, err := w.repo.Preserve(w.Context(), at)
		w.note("preserve %+v: %v", at, err)
	case 6:
		_, err := w.tryGit(w.root, "switch", "--quiet", "--no-overwrite-ignore", []string{"main", "mine"}[w.rng.IntN(2)])
		w.note("the user switches: %v", err)
	case 7:
		w.note("commit on %s", w.git(w.root, "branch", "--show-current"))
		w.git(w.root, "add", "--all")
		w.git(w.root, "commit", "--quiet", "--allow-empty", "-m", "commit")
	default:
		for range 1 + w.rng.IntN(3) {
			w.edit()
		}
		return false
	}
	return true
}

var texts = regexp.MustCompile(`text-[0-9]+-[a-z.-]+`)

// written finds the texts in the files.
func (w *walk) written() map[string]bool {
	found := map[string]bool{}
	for _, text := range w.mainFiles() {
		for _, one := range texts.FindAllString(text, -1) {
			found[one] = true
		}
	}
	return found
}

// reached finds those in all that refs reach.
func (w *walk) reached() map[string]bool {
	var ids strings.Builder
	for line := range strings.Lines(w.git(w.root, "rev-list", "--objects", "--all")) {
		ids.WriteString(strings.Fields(line)[0] + "\n")
	}
	list := filepath.Join(w.TempDir(), "ids")
	w.write(list, ids.String())
	found := map[string]bool{}
	for _, one := range texts.FindAllString(w.git(w.root, "-c", "alias.all=!git cat-file --batch < '"+list+"'", "all"), -1) {
		found[one] = true
	}
	return found
}

// check asks for every text that was safe once, and for those that were there.
func (w *walk) check(before map[string]bool) {
	w.Helper()
	now := w.reached()
	for one := range w.safe {
		if !now[one] {
			w.Fatalf("%s is lost:\n%s", one, strings.Join(w.said, "\n"))
		}
	}
	w.safe = now
	here := w.written()
	for one := range before {
		if !now[one] && !here[one] {
			w.Fatalf("%s is lost from the files:\n%s", one, strings.Join(w.said, "\n"))
		}
	}
}

// Whoever wrote something in the main checkout finds it again: in the files, in
// a branch, or under refs/fm/preserved.
//
// Caught: clear without save.
func TestNothingIsEverLost(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			y := newYard(t, "")
			y.write(filepath.Join(y.root, ".git/info/exclude"), "ignored\n*.log\n")
			y.git(y.root, "branch", "mine")
			w := &walk{yard: y, rng: rand.New(rand.NewPCG(seed, 5))}
			for range 20 {
				before := w.written()
				if !w.step() {
					before = nil
				}
				w.check(before)
			}
			before := w.written()
			for _, id := range []fm.TaskID{"1", "2", "3"} {
				if err := y.tryRemove(inMain(id)); err != nil {
					t.Errorf("%v:\n%s", err, strings.Join(w.said, "\n"))
				}
			}
			w.check(before)
			branch := y.git(y.root, "branch", "--show-current")
			if strings.HasPrefix(branch, "fix/") {
				t.Errorf("the checkout is left on %s:\n%s", branch, strings.Join(w.said, "\n"))
			}
			if _, err := os.Lstat(filepath.Join(y.root, ".git", "fm-home")); err == nil {
				t.Errorf("the home is not forgotten:\n%s", strings.Join(w.said, "\n"))
			}
		})
	}
}
