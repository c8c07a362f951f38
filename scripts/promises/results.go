package main

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// metric is one number of one benchmark.
type metric struct {
	name string // without "Benchmark" and the number of cores; of a whole process: how bench-cli calls it
	unit string
}

// results are what was measured, run by run.
type results map[metric][]float64

// cores is what go test puts behind the name of a benchmark.
var cores = regexp.MustCompile(`-\d+$`)

// read takes in the output of go test -bench (its format is described at
// https://go.dev/design/14313-benchmark-format) or the table of bench-cli. What
// is neither is passed over.
func (r results) read(text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "Benchmark"):
			r.readBenchmark(strings.Fields(line))
		case strings.HasPrefix(line, "| ") && strings.HasSuffix(line, " ms |"):
			r.readProcess(strings.Split(strings.Trim(line, "| "), " | "))
		}
	}
}

// readBenchmark reads: name, number of runs, and pairs of a value and its unit.
func (r results) readBenchmark(words []string) {
	name := cores.ReplaceAllString(strings.TrimPrefix(words[0], "Benchmark"), "")
	for i := 2; i+1 < len(words); i += 2 {
		value, err := strconv.ParseFloat(words[i], 64)
		if err != nil {
			return
		}
		at := metric{name, words[i+1]}
		r[at] = append(r[at], value)
	}
}

// readProcess reads: name, shortest and middle run by the clock, and more.
func (r results) readProcess(cells []string) {
	if len(cells) < 3 {
		return
	}
	value, err := strconv.ParseFloat(strings.TrimSuffix(cells[2], " ms"), 64)
	if err == nil {
		at := metric{cells[0], "middle-ms"}
		r[at] = append(r[at], value)
	}
}

// middle is the median of the runs.
func (r results) middle(at metric) (value float64, ok bool) {
	all := slices.Sorted(slices.Values(r[at]))
	if len(all) == 0 {
		return 0, false
	}
	return all[len(all)/2], true
}
