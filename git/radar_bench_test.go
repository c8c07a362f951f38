package git_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/git"
)

const (
	benchFiles    = 10_000
	benchBranches = 20
)

func benchFile(i int) string { return fmt.Sprintf("area%02d/part%02d/file%04d.go", i%20, i/20%25, i) }

func benchText(i int, changed string) string {
	var s strings.Builder
	for line := range 60 {
		if line == 30 && changed != "" {
			s.WriteString(changed + "\n")
			continue
		}
		fmt.Fprintf(&s, "line %d of file %d says nothing in particular\n", line, i)
	}
	return s.String()
}

// fleet is a repository of 10,000 files and 20 branches of three commits, with
// four changed files and a new one in each, and a base that went on since. All
// change file 0 as well when they have something in common; each begins at
// another commit of the base when they are spread.
func fleet(b *testing.B, kind string) (*yard, []fm.Site) {
	b.Helper()
	y, s := newYard(b, ""), &story{}
	files := tree{}
	for i := range benchFiles {
		files[benchFile(i)] = benchText(i, "")
	}
	bases := []int{s.commit(trunk, files)}
	for i := range benchBranches {
		n := 9000 + i
		if i == benchBranches-1 && kind == "common" {
			n = 0
		}
		bases = append(bases, s.commit(trunk, tree{benchFile(n): benchText(n, "of the base")}, bases[i]))
	}
	var sites []fm.Site
	for i := range benchBranches {
		at, on := bases[0], on(fm.TaskID(fmt.Sprint(i+1)))
		if kind == "spread" {
			at = bases[i]
		}
		for c := range 3 {
			changes := tree{}
			for f := range 2 {
				n := 1 + i*100 + c*2 + f
				changes[benchFile(n)] = benchText(n, fmt.Sprint("of branch ", i))
			}
			if kind == "common" {
				changes[benchFile(0)] = benchText(0, fmt.Sprint("of branch ", i, " and commit ", c))
			}
			if c == 2 {
				changes[fmt.Sprintf("area%02d/part%02d/new%d.go", i, c, i)] = benchText(i, "new")
			}
			at = s.commit("refs/heads/"+on.Branch, changes, at)
		}
		sites = append(sites, on)
	}
	y.tell(s)
	return y, sites
}

func (y *yard) sweep(repo *git.Repo, sites []fm.Site, want int) {
	y.Helper()
	if found, err := repo.Conflicts(y.Context(), sites); err != nil || len(found) != want {
		y.Fatalf("%d conflicts (%v), want %d", len(found), err, want)
	}
}

// benchKinds says how many conflicts there are: where all branches and the base
// change the same line of one file, each with each other one.
func benchKinds() map[string]int {
	return map[string]int{"disjoint": 0, "spread": 0, "common": benchBranches * (benchBranches + 1) / 2}
}

// A first look at 20 branches of a repository with 10,000 files.
func BenchmarkRadarSweep(b *testing.B) {
	for kind, want := range benchKinds() {
		b.Run(kind, func(b *testing.B) {
			y, sites := fleet(b, kind)
			for b.Loop() {
				b.StopTimer()
				repo := y.open()
				b.StartTimer()
				y.sweep(repo, sites, want)
			}
		})
	}
}

// The look after one of the agents has committed.
func BenchmarkRadarIncremental(b *testing.B) {
	for kind, want := range benchKinds() {
		b.Run(kind, func(b *testing.B) {
			y, sites := fleet(b, kind)
			y.sweep(y.repo, sites, want)
			ref, stamp := "refs/heads/"+sites[7].Branch, y.repo.Stamp(sites)
			for b.Loop() {
				b.StopTimer()
				y.git(y.root, "update-ref", ref, y.git(y.root, "commit-tree", "-m", "more", "-p", ref, ref+"^{tree}"))
				b.StartTimer()
				now := y.repo.Stamp(sites)
				if now == stamp {
					b.Fatal("the stamp says that nothing has moved")
				}
				stamp = now
				y.sweep(y.repo, sites, want)
			}
		})
	}
}
