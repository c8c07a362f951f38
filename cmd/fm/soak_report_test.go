package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// report prints what a soak did and found, and fails it for what was broken.
func (s *soak) report() {
	s.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "SOAK: seed %d, %d workers, %.1f minutes, %s\n", s.order.seed, s.order.workers, time.Since(s.began).Minutes(), s.outcome())
	s.mu.Lock()
	for _, p := range s.phases {
		fmt.Fprintf(&b, "  %7.1f s  %s\n", p.at.Sub(s.began).Seconds(), p.name)
	}
	for _, what := range slices.Sorted(maps.Keys(s.counts)) {
		fmt.Fprintf(&b, "  %6d  %s\n", s.counts[what], what)
	}
	for _, op := range []string{"supervisor started", "supervisor begins again"} {
		fmt.Fprintf(&b, "  %6d  times in the log: %s\n", s.logged(op), op)
	}
	all := append(slices.Clone(s.samples), s.ownVitals()...)
	found, calm := slices.Clone(s.violations), s.calmSince
	s.mu.Unlock()
	if !calm.IsZero() {
		b.WriteString("needs in the calm: process, first third, last third, most, for each minute\n")
		for _, c := range courses(all, calm) {
			if c.n >= 3 {
				fmt.Fprintf(&b, "  %-12s %-12s %7s %8d %8d %8d %+9.1f\n", c.role, c.what, c.life, c.first, c.last, c.most, c.slope)
			}
		}
	}
	b.WriteString(overLives(all))
	fmt.Fprintf(&b, "files of the project, by folder: %v; .git: %d kB\n", s.files(), s.gitSize())
	s.Log(b.String())
	told := map[fm.TaskID]bool{}
	for _, v := range found {
		s.Errorf("VIOLATION: #%s %s", v.task, v.what)
		if v.task != "" && !told[v.task] && len(told) < 6 {
			told[v.task] = true
			s.Log(s.story(v.task))
		}
	}
}

func (s *soak) outcome() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.violations) > 0 {
		return fmt.Sprintf("%d violations", len(s.violations))
	}
	if s.Failed() {
		return "not finished"
	}
	return "no violations"
}

func (s *soak) logged(op string) int {
	n := 0
	for _, name := range []string{"supervisor.log.1", "supervisor.log"} {
		text, _ := os.ReadFile(filepath.Join(s.project.Logs(), name)) // none is none
		n += strings.Count(string(text), `msg="`+op+`"`)
	}
	return n
}

// overLives compares what the lives of a kind of process came to, from the first
// to the last.
func overLives(samples []sample) string {
	var b strings.Builder
	b.WriteString("needs of each life, from the first to the last: medians\n")
	grouped := map[string][]int{}
	for _, c := range courses(samples, time.Time{}) {
		grouped[c.role+" "+c.what] = append(grouped[c.role+" "+c.what], c.last)
	}
	for _, what := range slices.Sorted(maps.Keys(grouped)) {
		n := grouped[what]
		fmt.Fprintf(&b, "  %-26s %3d lives: %d … %d, most %d\n", what, len(n), n[0], n[len(n)-1], slices.MaxFunc(n, cmp.Compare[int]))
	}
	return b.String()
}

// story is everything that there is about a task.
func (s *soak) story(id fm.TaskID) string {
	var b strings.Builder
	fmt.Fprintf(&b, "the story of #%s, which is %q, touched %d times:\n", id, s.kindOf(s.Context(), id), s.touched[id])
	for _, e := range s.history(id) {
		fmt.Fprintf(&b, "  ledger %s %-9s %s a=%d r=%d %s %s\n", e.At.Format("15:04:05.000"), e.Op, e.Task.Status, e.Task.Attempt, e.Task.Revision, e.Task.Worker, e.Why)
	}
	for run, lives := range s.lives {
		for _, l := range lives {
			if run.Task == id {
				fmt.Fprintf(&b, "  agent %s pid %d seen %s to %s %s\n", run, l.pid, l.first.Format("15:04:05.000"), l.last.Format("15:04:05.000"), s.excused(s.Context(), l))
			}
		}
	}
	for _, at := range s.falls {
		fmt.Fprintf(&b, "  the terminal server was killed at %s\n", at.Format("15:04:05.000"))
	}
	journal, _ := os.ReadFile(s.project.File("journal/" + string(id)))
	fmt.Fprintf(&b, "  journal:\n%s", journal[max(0, len(journal)-12000):])
	log, _ := os.ReadFile(filepath.Join(s.project.Logs(), "supervisor.log"))
	var about []string
	for line := range strings.Lines(string(log)) {
		if strings.Contains(line, string(id)) && !strings.Contains(line, "msg=vitals") && !strings.Contains(line, "level=DEBUG") {
			about = append(about, line)
		}
	}
	return b.String() + "  supervisor.log:\n" + strings.Join(about[max(0, len(about)-60):], "")
}
