package tmux

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// BenchmarkScan looks at the screens of 100 workers, as the dashboard's grid
// does. Its reference has one tmux per pane. They take turns.
func BenchmarkScan(b *testing.B) {
	const panes = 100
	s := up(b)
	var workers []fm.WorkerID
	for i := range panes {
		w := fm.WorkerID(i + 1)
		workers = append(workers, w)
		must(b, s.Start(b.Context(), w, runOf("7", i+1), sh(b, fmt.Sprintf("echo pane %d; ", w)+forever)))
	}
	watched(b, s)
	until(b, "all panes show something", func() (any, bool) {
		got, err := s.Screens(b.Context(), workers)
		shown := 0
		for _, text := range got {
			if text != "" {
				shown++
			}
		}
		return fmt.Sprint(shown, err), shown == panes
	})
	var ours, each, ratio []float64
	for b.Loop() {
		began := time.Now()
		got, err := s.Screens(b.Context(), workers)
		if err != nil || len(got) != panes {
			b.Fatal(len(got), err)
		}
		scan := time.Since(began)
		began = time.Now()
		for _, w := range workers {
			if _, err := s.run(b.Context(), "capture-pane", "-p", "-t", target(w)); err != nil {
				b.Fatal(err)
			}
		}
		reference := time.Since(began)
		ours = append(ours, float64(scan)/float64(time.Millisecond))
		each = append(each, float64(reference)/float64(time.Millisecond))
		ratio = append(ratio, float64(scan)/float64(reference))
	}
	middle := func(all []float64) float64 { slices.Sort(all); return all[len(all)/2] }
	b.ReportMetric(middle(ours), "scan-ms")
	b.ReportMetric(middle(each), "exec-per-pane-ms")
	b.ReportMetric(middle(ratio), "ratio")
	b.ReportMetric(0, "ns/op")
}
