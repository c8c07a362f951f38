package git_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

// world makes random histories: the files of each commit, by its mark.
type world struct {
	story
	*rand.Rand
	trees map[int]tree
	bases []int
	heads map[string]int // branch to its last mark
	start map[string]int // of the base that the branch has
	added int
}

func (w *world) pick(of []string) string { return of[w.IntN(len(of))] }

// folders that exist, by what may be renamed or added to.
func (w *world) folder() string { return w.pick([]string{"a/", "b/", "b/c/", "d/", ""}) }

// change makes a tree out of another one, as an agent might.
func (w *world) change(old tree) tree {
	files := maps.Clone(old)
	for range 1 + w.IntN(3) {
		names := slices.Sorted(maps.Keys(files))
		if len(names) == 0 {
			break
		}
		name := w.pick(names)
		switch w.IntN(10) {
		case 0:
			delete(files, name)
		case 1:
			files = moved(files, name, w.folder()+fmt.Sprint("r", w.IntN(3)))
		case 2:
			folder := w.folder()
			if to := fmt.Sprint("m", w.IntN(2), "/"); folder != "" {
				for _, inside := range names {
					if rest, ok := strings.CutPrefix(inside, folder); ok {
						files = moved(files, inside, to+rest)
					}
				}
			}
		case 3, 4:
			w.added++
			put(files, w.folder()+fmt.Sprint("n", w.IntN(3)), text(fmt.Sprint("new ", w.added)))
		case 5:
			put(files, name+"/inside", text("inside"))
		case 6:
			put(files, name, w.pick([]string{"exec:" + text(name), "link:" + name, "\x00" + fmt.Sprint(w.IntN(9))}))
		default:
			lines := strings.Split(files[name], "\n")
			lines[w.IntN(len(lines))] = fmt.Sprint("edit ", w.IntN(1000))
			files[name] = strings.Join(lines, "\n")
		}
	}
	return files
}

func moved(files tree, from, to string) tree {
	text := files[from]
	delete(files, from)
	put(files, to, text)
	return files
}

// put adds a file, and removes what cannot be beside it.
func put(files tree, name, text string) {
	maps.DeleteFunc(files, func(other, _ string) bool {
		return strings.HasPrefix(other, name+"/") || strings.HasPrefix(name, other+"/")
	})
	files[name] = text
}

func (w *world) commit(ref string, files tree, parents ...int) int {
	mark := w.whole(ref, files, parents...)
	w.trees[mark] = files
	return mark
}

func (w *world) baseMoves() {
	last := w.bases[len(w.bases)-1]
	w.bases = append(w.bases, w.commit(trunk, w.change(w.trees[last]), last))
}

func (w *world) branchMoves(branch string, start int) {
	if w.heads[branch] == 0 {
		w.heads[branch], w.start[branch] = start, start
	}
	w.heads[branch] = w.commit("refs/heads/"+branch, w.change(w.trees[w.heads[branch]]), w.heads[branch])
}

// branchMerges brings a commit into a branch, file by file: its own change wins.
func (w *world) branchMerges(branch string, other int) {
	before, files := w.trees[w.start[branch]], maps.Clone(w.trees[w.heads[branch]])
	theirs := w.trees[other]
	for name := range before {
		if _, ok := theirs[name]; !ok && files[name] == before[name] {
			delete(files, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		if files[name] == before[name] && theirs[name] != before[name] {
			put(files, name, theirs[name])
		}
	}
	w.heads[branch] = w.commit("refs/heads/"+branch, files, w.heads[branch], other)
}

func newWorld(seed uint64) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 5)), trees: map[int]tree{}, heads: map[string]int{}, start: map[string]int{}}
	files := tree{}
	for _, name := range []string{"a/f", "a/g", "b/f", "b/c/f", "b/c/g", "d/f", "top"} {
		files[name] = text(name)
	}
	w.bases = []int{w.commit(trunk, files)}
	return w
}

// night lets everything move, and begins with at least two branches. Spread,
// branches begin anywhere, and merge the base and each other.
func (w *world) night(sites []fm.Site, steps int, spread string) {
	for range steps {
		branch := sites[w.IntN(len(sites))].Branch
		switch n := w.IntN(10); {
		case n < 2:
			w.baseMoves()
		case n < 4 && spread != "" && w.heads[branch] != 0:
			other := w.bases[w.IntN(len(w.bases))]
			if head := w.heads[sites[w.IntN(len(sites))].Branch]; head != 0 && w.IntN(3) == 0 {
				other = head
			}
			if other != w.heads[branch] {
				w.branchMerges(branch, other)
			}
		default:
			start := w.bases[0]
			if spread != "" {
				start = w.bases[w.IntN(len(w.bases))]
			}
			w.branchMoves(branch, start)
		}
	}
}

// judge merges everything with everything, with git as it is.
type judge struct {
	*yard
	merges map[[2]string][]string
	tips   map[string]string // by ref
}

func (y *yard) judge() *judge {
	j := &judge{yard: y, merges: map[[2]string][]string{}, tips: map[string]string{}}
	for line := range strings.Lines(y.git(y.root, "for-each-ref", "--format=%(refname) %(objectname)")) {
		name, sha, _ := strings.Cut(strings.TrimSpace(line), " ")
		j.tips[name] = sha
	}
	return j
}

// naive gives the files in which two commits conflict.
func (j *judge) naive(a, b string) []string {
	j.Helper()
	if files, ok := j.merges[[2]string{a, b}]; ok {
		return files
	}
	cmd := exec.CommandContext(j.Context(), "git", "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", "--allow-unrelated-histories", a, b)
	cmd.Dir, cmd.Env = j.root, j.env
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		j.Fatalf("merge %s %s: %v", a, b, err)
	}
	files := map[string]bool{}
	for _, name := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")[1:] {
		name, _, _ = strings.Cut(name, "~"+a)
		name, _, _ = strings.Cut(name, "~"+b)
		files[name] = true
	}
	j.merges[[2]string{a, b}] = slices.Sorted(maps.Keys(files))
	return j.merges[[2]string{a, b}]
}

// conflicts gives all that there are.
func (j *judge) conflicts(sites []fm.Site, spread string) []fm.Conflict {
	j.Helper()
	tip := func(at fm.Site) string { return j.tips["refs/heads/"+at.Branch] }
	ahead := slices.DeleteFunc(slices.Clone(sites), func(at fm.Site) bool {
		return tip(at) == "" || j.git(j.root, "rev-list", "--count", trunk+".."+tip(at)) == "0"
	})
	var want []fm.Conflict
	add := func(a, b fm.TaskID, files []string) {
		if len(files) > 0 {
			want = append(want, fm.Conflict{Tasks: [2]fm.TaskID{a, b}, Files: files})
		}
	}
	for i, a := range ahead {
		add(a.Task, "", j.naive(tip(a), j.tips[trunk]))
		for _, b := range ahead[i+1:] {
			files := slices.Clone(j.naive(tip(a), tip(b)))
			if spread != "" {
				files = slices.DeleteFunc(files, func(name string) bool {
					return j.fromBase(tip(a), tip(b), name) || j.fromBase(tip(b), tip(a), name)
				})
			}
			add(a.Task, b.Task, files)
		}
	}
	return want
}

// fromBase says whether a conflicts in a file, which b has not changed, with the
// commits of the base that b stands on as well.
func (j *judge) fromBase(a, b, name string) bool {
	inherited := false
	for base := range strings.FieldsSeq(j.git(j.root, "merge-base", "--all", trunk, b)) {
		changed := j.git(j.root, "diff", "--name-only", "--no-renames", base, b)
		if slices.Contains(strings.Split(changed, "\n"), name) {
			return false
		}
		inherited = inherited || slices.Contains(j.naive(a, base), name)
	}
	return inherited
}

// What the radar tells of random histories is what git tells when each is merged
// with each, and it stays so as they go on, in a Repo that remembers and in one
// that does not.
//
// Caught: no renamed folders in the prefilter; files that are reported as git
// merge-tree has them; a branch that has merged the base since taken to stand
// where it began.
func TestTheRadarTellsWhatMergingEverythingTells(t *testing.T) {
	t.Parallel()
	told := make(chan int, 100)
	t.Run("all", func(t *testing.T) {
		for seed := range uint64(15) {
			for _, spread := range []string{"", "spread"} {
				t.Run(fmt.Sprint(seed, spread), func(t *testing.T) {
					t.Parallel()
					told <- compareAll(t, seed, spread)
				})
			}
		}
	})
	close(told)
	sum := 0
	for n := range told {
		sum += n
	}
	if sum < 100 {
		t.Fatalf("only %d conflicts in all: the histories are too tame", sum)
	}
}

func compareAll(t *testing.T, seed uint64, spread string) (told int) {
	t.Helper()
	y, w := newYard(t, ""), newWorld(seed)
	sites := []fm.Site{on("1"), mended("2"), on("3"), on("4")}
	for round := range 2 {
		w.night(sites, 8, spread)
		y.tell(&w.story)
		want := y.judge().conflicts(sites, spread)
		told += len(want)
		for name, repo := range map[string]*git.Repo{"old": y.repo, "new": y.open()} {
			got, err := repo.Conflicts(t.Context(), sites)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("round %d, %s repo (-want +got):\n%s\n%s", round, name, diff, y.git(y.root, "log", "--graph", "--all", "--format=%h %D", "--name-status"))
			}
		}
	}
	return told
}
