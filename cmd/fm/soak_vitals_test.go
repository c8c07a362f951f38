package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is what a process needs at one moment.
type sample struct {
	role string
	life string // which process
	what string // memory in kB, files, threads or goroutines
	n    int
	at   time.Time
}

// watchVitals samples the supervisor and the tmux server.
func (s *soak) watchVitals(ctx context.Context) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		now := time.Now()
		var taken []sample
		for _, p := range s.beings() {
			if p.role == "supervisor" {
				taken = append(taken, sampled("supervisor", p, now)...)
			}
		}
		if p, ok := s.being(s.terminalPID()); ok {
			taken = append(taken, sampled("tmux server", p, now)...)
		}
		s.mu.Lock()
		s.samples = append(s.samples, taken...)
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func sampled(role string, p being, now time.Time) []sample {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		return nil
	}
	taken := []sample{}
	for _, want := range []struct{ key, what string }{{"VmRSS:", "memory (kB)"}, {"Threads:", "threads"}} {
		if _, rest, ok := bytes.Cut(text, []byte(want.key)); ok {
			if fields := bytes.Fields(rest); len(fields) > 0 {
				n, _ := strconv.Atoi(string(fields[0])) // proc_pid_status(5): a number
				taken = append(taken, sample{role, p.name(), want.what, n, now})
			}
		}
	}
	if open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.pid)); err == nil {
		taken = append(taken, sample{role, p.name(), "open files", len(open), now})
	}
	return taken
}

var vitalLine = regexp.MustCompile(`time=(\S+) level=DEBUG msg=vitals pid=(\d+) goroutines=(\d+) heap_kb=(\d+)`)

// ownVitals reads what supervisors say of themselves, in their log.
func (s *soak) ownVitals() []sample {
	var taken []sample
	for _, name := range []string{"supervisor.log.1", "supervisor.log"} {
		text, _ := os.ReadFile(filepath.Join(s.project.Logs(), name)) // none is none
		for _, m := range vitalLine.FindAllStringSubmatch(string(text), -1) {
			at, err := time.Parse(time.RFC3339Nano, m[1])
			if err != nil {
				continue
			}
			for i, what := range []string{"goroutines", "heap (kB)"} {
				n, _ := strconv.Atoi(m[3+i]) // the pattern has digits
				taken = append(taken, sample{"supervisor", m[2] + "@", what, n, at})
			}
		}
	}
	return taken
}

// course is how something went with one process.
type course struct {
	role, what, life  string
	first, last, most int // medians of its first and last third, and the largest
	n                 int
	slope             float64 // for each minute, by least squares
}

// courses sums up the samples of each life since from.
func courses(samples []sample, from time.Time) []course {
	type key struct{ role, what, life string }
	grouped := map[key][]sample{}
	var order []key
	for _, x := range samples {
		life, _, _ := strings.Cut(x.life, "@")
		k := key{x.role, x.what, life}
		if x.at.Before(from) {
			continue
		}
		if grouped[k] == nil {
			order = append(order, k)
		}
		grouped[k] = append(grouped[k], x)
	}
	var all []course
	for _, k := range order {
		g := grouped[k]
		third := max(1, len(g)/3)
		c := course{role: k.role, what: k.what, life: k.life, first: median(g[:third]), last: median(g[len(g)-third:]), n: len(g), slope: slope(g)}
		for _, x := range g {
			c.most = max(c.most, x.n)
		}
		all = append(all, c)
	}
	return all
}

func median(g []sample) int {
	var n []int
	for _, x := range g {
		n = append(n, x.n)
	}
	slices.Sort(n)
	return n[len(n)/2]
}

func slope(g []sample) float64 {
	var sx, sy, sxx, sxy float64
	for _, x := range g {
		m, n := x.at.Sub(g[0].at).Minutes(), float64(x.n)
		sx, sy, sxx, sxy = sx+m, sy+n, sxx+m*m, sxy+m*n
	}
	if d := float64(len(g))*sxx - sx*sx; d > 0 {
		return (float64(len(g))*sxy - sx*sy) / d
	}
	return 0
}

// tolerance is by how much the last third of a calm may be above its first: what
// a garbage collector, or panes that fill their history, do anyway.
func tolerance(c course) int {
	switch c.what {
	case "memory (kB)":
		return 8<<10 + c.first/4
	case "heap (kB)":
		return 8 << 10
	case "goroutines":
		return 12
	case "open files":
		return 8
	}
	return 6 // threads
}

// flat checks the processes that lived through the calm, if that was long enough
// for a trend.
func (s *soak) flat() []course {
	s.mu.Lock()
	all := courses(append(slices.Clone(s.samples), s.ownVitals()...), s.calmSince)
	s.mu.Unlock()
	for _, c := range all {
		if c.n >= 12 && c.last-c.first > tolerance(c) {
			s.broken("", "%s of the %s (process %s) grow from %d to %d, by %.0f in a minute, and nothing is killed", c.what, c.role, c.life, c.first, c.last, c.slope)
		}
	}
	return all
}

// files counts what fm keeps, by folder.
func (s *soak) files() map[string]int {
	counts := map[string]int{}
	_ = filepath.WalkDir(s.project.Dir(), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			at, _ := filepath.Rel(s.project.Dir(), path) // below it
			folder, _, below := strings.Cut(at, "/")
			if !below {
				folder = "."
			}
			counts[folder]++
		}
		return nil
	})
	return counts
}

// gitSize is that of the repository's own folder, in kB.
func (s *soak) gitSize() int {
	var size int64
	_ = filepath.WalkDir(filepath.Join(s.project.Root, ".git"), func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // a file of git's own that is gone already
		}
		if info, err := d.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	return int(size >> 10)
}
