package ui

import (
	"fmt"
	"testing"
)

// TestOverviewFrames holds what the first page looks like.
func TestOverviewFrames(t *testing.T) {
	views := map[string]View{"1": sampleView(1), "8": sampleView(8), "100": sampleView(100), "hostile": hostileView()}
	for name, v := range views {
		for _, size := range sizes() {
			m := sampleModel(v)
			m.move(1)
			golden(t, fmt.Sprintf("overview-%s-%dx%d", name, size[0], size[1]), frame(t, m, size[0], size[1]))
		}
	}
}
