package ui

import (
	"syscall"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
)

// BenchmarkFrame draws one frame with 100 workers on 200×50 cells, as the event
// loop does: cleared, painted, and compared with what is on the screen.
func BenchmarkFrame(b *testing.B) {
	screen := tcell.NewSimulationScreen("UTF-8")
	if err := screen.Init(); err != nil {
		b.Fatal(err)
	}
	defer screen.Fini()
	screen.SetSize(200, 50)
	m := sampleModel(sampleView(100))
	c := canvas{screen: screen, w: 200, h: 50, theme: themeOf(Coloured)}
	before := cpuTime(b)
	for b.Loop() {
		m.move(1)
		screen.Clear()
		m.settle(c.w, c.h)
		paint(c, &m)
		screen.Show()
		if m.selected() == 99 {
			m.move(-99)
		}
	}
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
}

// cpuTime is what this process has used of a core: on a machine that is busy
// with something else, wall time says little.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
