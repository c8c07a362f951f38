package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/founder-mode/fm/failpoint/catalog"
)

// The page of reliability is made of parts. That of the matrix is what a run of
// it found; the tables of steps and faults are read from the source.
const (
	docs          = "../../docs"
	matrixPart    = "reliability.matrix.md"
	reasonsPart   = "reliability.faults.md"
	promisesPart  = "reliability.promises.md"
	powerPart     = "reliability.power.md"
	nightPart     = "reliability.night.md"
	whatToDo      = "; write it anew with: scripts/proof --page"
	noticeOfProof = "<!-- Made by scripts/proof from docs/reliability.*.md and the source; do not edit. -->\n"
)

// TestThePageOfReliabilityIsThatOfTheSource holds docs/reliability.md to its
// parts, to the steps that the source has, and to the tests that show a fault.
//
// Caught: a new failpoint that the page does not know; a fault without a test or
// a reason.
func TestThePageOfReliabilityIsThatOfTheSource(t *testing.T) {
	source, err := catalog.Read("../..")
	if err != nil {
		t.Fatal(err)
	}
	want := reliabilityPage(t, source)
	path := filepath.Join(docs, "reliability.md")
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), want); diff != "" {
		t.Errorf("docs/reliability.md (-is +wanted)%s\n%s", whatToDo, diff)
	}
	matrix := partOf(matrixPart)
	for _, p := range source.Points {
		if !strings.Contains(matrix, "| `"+p.Name+"` |") {
			t.Errorf("%s: the matrix does not know %s; run scripts/proof", p.File, p.Name)
		}
	}
	known := map[string]bool{}
	for _, p := range source.Points {
		known[p.Name] = true
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z.-]+)` \\|").FindAllStringSubmatch(matrix, -1) {
		if !known[row[1]] {
			t.Errorf("the matrix has %s, which is no failpoint any more; run scripts/proof", row[1])
		}
	}
}

// partOf gives a part of the page, "" where it is not written yet.
func partOf(name string) string {
	text, _ := os.ReadFile(filepath.Join(docs, name)) // a missing part is left out
	return string(text)
}

func reliabilityPage(t *testing.T, source catalog.Catalog) string {
	t.Helper()
	parts := []string{partOf(promisesPart), partOf(matrixPart), mutantTable(), faultTable(t, source), partOf(powerPart), partOf(nightPart)}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return noticeOfProof + "\n" + strings.Join(parts, "\n")
}

// faults are those of the list that fm was built against, in words.
func faults() []string {
	return []string{
		"the supervisor is killed at any step", "the tmux server is killed", "an agent crashes, hangs, ends without a result, floods its terminal, or asks",
		"the disk is full", "the file system is read-only", "fsync fails", "inotify instances are used up", "inotify watches are used up",
		"events are lost because there are too many", "the clock jumps", "git locks are left behind", "a worktree is deleted", "worktrees are added at once",
		"GitHub answers wrongly, late or not at all", "the queue is corrupted", "the ledger is corrupted", "two supervisors", "a hostile COMPLETION.md",
		"hostile text in issues", "hostile ids", "hostile branch names", "names that tmux takes for another session", "names that tmux expands",
		"escapes and markup on the screen", "prompt injection", "a reboot", "an agent is killed for lack of memory", "the supervisor is stopped for ten minutes",
	}
}

var reasonLine = regexp.MustCompile(`(?m)^[*-] \**(F\d+)\b`)

// faultTable says which tests show which fault. A fault without one stands in the
// part with the reasons.
func faultTable(t *testing.T, source catalog.Catalog) string {
	t.Helper()
	shown := map[string][]string{}
	for _, test := range source.Tests {
		for _, f := range test.Faults {
			shown[f] = append(shown[f], fmt.Sprintf("`%s` (%s)", test.Name, test.Package))
		}
	}
	reasons := partOf(reasonsPart)
	for _, m := range reasonLine.FindAllStringSubmatch(reasons, -1) {
		if len(shown[m[1]]) == 0 {
			shown[m[1]] = []string{"see the reason below"}
		}
	}
	b := &strings.Builder{}
	b.WriteString("## Faults\n\nEach of these is brought about by the tests beside it. What is shown in another way, or not, stands below with the reason.\n\n| | fault | shown by |\n|---|---|---|\n")
	for i, fault := range faults() {
		name := fmt.Sprintf("F%d", i+1)
		if len(shown[name]) == 0 {
			t.Errorf("%s, %s: no test says that it shows it, and docs/%s has no line that begins with \"* %s\"", name, fault, reasonsPart, name)
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, fault, strings.Join(shown[name], ", "))
	}
	if reasons != "" {
		b.WriteString("\n" + reasons)
	}
	return b.String()
}

// mutantTable says which broken fms the matrix tells.
func mutantTable() string {
	b := &strings.Builder{}
	b.WriteString("That the matrix would tell a broken fm is shown by `TestTheMatrixTellsABrokenFm`, which builds these, and is only content when each is seen:\n\n| an fm in which | plays | is killed |\n|---|---|---|\n")
	for _, m := range mutants() {
		at := "not at all"
		if m.at != (instant{}) {
			at = "at `" + m.at.String() + "`"
		}
		fmt.Fprintf(b, "| %s | %s, %s | %s |\n", m.name, m.drama, m.forge, at)
	}
	return b.String()
}

// page gives the part of the matrix.
func (m *crashMatrix) page(source catalog.Catalog) string {
	b := &strings.Builder{}
	count := map[outcomeOfKill]int{}
	cells := map[string]int{} // of kills that held, by step, kind of work and forge
	for _, r := range m.results {
		count[r.verdict]++
		if r.verdict == itHeld {
			cells[r.name+","+r.drama+","+r.forge]++
		}
	}
	which := "each step on each forge, what others see each time, and in each kind of work its own steps"
	switch m.depth {
	case lineDepth:
		which += ", and behind each line of the ledger on the local forge"
	case fullDepth:
		which = "each step in each kind of work that reaches it, the first and the last time; the ledger each time"
	}
	b.WriteString("## The crash matrix\n\n")
	fmt.Fprintf(b, "Every step at which a process of fm changes the world has a name. `TestCrashMatrix` plays each kind of work on real tmux and git, kills the process with SIGKILL right before or right after a step, "+
		"does what the guard or a person would do then, and compares what there is in the end with a run in which nobody was killed. Killed here: %s.\n\n", which)
	fmt.Fprintf(b, "**%d kills, %d violations.** %d more were armed and never reached, because the order of steps is not the same in each run.\n\n", count[itHeld]+count[itBroke], count[itBroke], count[itMissed])
	var kinds []string
	for _, d := range dramas() {
		kinds = append(kinds, d.name)
	}
	fmt.Fprintf(b, "Kills that held, as local/GitHub/Jira; – where the step is not reached, or killed elsewhere.\n\n| step | file | %s |\n|---|---|%s\n", strings.Join(kinds, " | "), strings.Repeat("---|", len(kinds)))
	for _, p := range source.Points {
		fmt.Fprintf(b, "| `%s` | %s |", p.Name, p.File)
		for _, k := range kinds {
			b.WriteString(" " + cell(cells, p.Name, k) + " |")
		}
		b.WriteString("\n")
	}
	excused := unreached()
	if len(excused) > 0 {
		b.WriteString("\nNot reached by any kind of work:\n\n")
		for _, p := range source.Points {
			if why, ok := excused[p.Name]; ok {
				fmt.Fprintf(b, "* `%s`: %s\n", p.Name, why)
			}
		}
	}
	return b.String()
}

func cell(cells map[string]int, step, drama string) string {
	var words []string
	some := false
	for _, forge := range []string{onLocal, onGitHub, onJira} {
		n := cells[step+","+drama+","+forge]
		some = some || n > 0
		words = append(words, dashed(n))
	}
	if !some {
		return "–"
	}
	if words[2] == "–" {
		words = words[:2]
	}
	return strings.Join(words, "/")
}

func dashed(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}
