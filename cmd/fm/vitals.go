package main

import (
	"context"
	"log/slog"
	"os"
	"runtime"
	"time"
)

// vitalsEvery is how often the supervisor writes down what it needs itself.
const vitalsEvery = 10 * time.Second

// vitals writes what the supervisor needs itself into its log, for who looks for a
// leak, until ctx ends. Where nobody debugs it costs nothing.
func vitals(ctx context.Context, log *slog.Logger) {
	if !log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	tick := time.NewTicker(vitalsEvery)
	defer tick.Stop()
	for {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		log.LogAttrs(ctx, slog.LevelDebug, "vitals", slog.Int("pid", os.Getpid()),
			slog.Int("goroutines", runtime.NumGoroutine()), slog.Uint64("heap_kb", m.HeapAlloc>>10))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
