package main

import (
	"strings"
	"testing"
)

const output = `goos: linux
BenchmarkScan-2   	 20	  3.5 scan-ms	 190 exec-per-pane-ms	 0.0184 ratio	 0 ns/op
BenchmarkScan-2   	 20	  9.5 scan-ms	 190 exec-per-pane-ms	 0.05 ratio	 0 ns/op
BenchmarkScan-2   	 20	  4.5 scan-ms	 190 exec-per-pane-ms	 0.0237 ratio	 0 ns/op
BenchmarkClaim-2  	  5	 31.5 fm-p99-ms	 700 fm-claims/s	 0.9 sqlite-p99-ms	 7000 sqlite-claims/s
BenchmarkFrame-2  	 500	 1767000 ns/op	 1835000 cpu-ns/op
BenchmarkHundredWorkers/rest-2  	 1	 0.2 %core-at-1Hz	 23.0 MB	 0 forks
BenchmarkWorktree/bare-add-2  	 20	 60000000 ns/op
BenchmarkWorktree/prepare-ready-2  	 20	 18000000 ns/op
BenchmarkBroken-2 	 x y
| command | shortest | middle | shortest CPU | middle CPU |
|---|---|---|---|---|
| ` + "`fm status`" + `, 10,000 tasks | 9.9 ms | 25.4 ms | 10.7 ms | 12.2 ms |
| ` + "`git --version`" + ` | 1.2 ms | 1.3 ms | 1.1 ms | 1.2 ms |
`

// Caught: the mean of runs instead of the middle one; a row without its
// measurement taken for held; a ratio that must be large taken for one that must
// be small.
func TestRowsSayWhatWasMeasured(t *testing.T) {
	r := results{}
	r.read(output)
	got := table(promises(), r)
	for _, want := range []string{
		"| screens of 100 panes | ≤ 20 ms, ratio ≤ 0.2 | 4.5 ms | 190 ms (one exec per pane) | 0.0237 | yes |",
		"| durable claim by 8 processes, 10,000 tasks, 99 of 100 | ≤ 10 ms | 31.5 ms | 0.9 ms (SQLite) | 35.0 | **no** |",
		"| … claims per second | ratio ≥ 0.5 | 700 /s | 7000 /s (SQLite) | 0.1 | **no** |",
		"| frame of the dashboard with 100 workers | ≤ 5 ms | 1.77 ms | – | – | yes |",
		"| a worktree of 1,000 files, made beforehand, taken for a task | ratio ≤ 1 | 18.0 ms | 60.0 ms (`git worktree add`) | 0.3 | yes |",
		"| … processes started | 0 | 0 | – | – | yes |",
		"| `fm status` on 10,000 tasks, whole process | ≤ 20 ms | 25.4 ms | 1.3 ms (`git --version`) | 19.5 | **no** |",
		"| death of an agent → known, 99 of 100 | ≤ 20 ms | – | – | – | not measured |",
		"| lost or doubled tasks, pull requests, subissues | 0 | tests: see [reliability.md](reliability.md) | – | – |  |",
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("no row\n%s\nin\n%s", want, got)
		}
	}
	if n := strings.Count(got, "Claims by eight processes"); n != 1 {
		t.Errorf("the reason for two missed promises stands there %d times, want once:\n%s", n, got)
	}
}

// A promise whose reason cannot be found would be missed in silence.
func TestEveryPromiseHasAPlaceForItsReason(t *testing.T) {
	for _, p := range promises() {
		if p.by == "" && (p.note == "" || !strings.Contains(reasons, "\n## "+p.note+"\n")) {
			t.Errorf("%s: no heading %q in notes.md", p.what, p.note)
		}
	}
}
