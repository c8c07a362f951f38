package local

import (
	"testing"

	"github.com/founder-mode/fm"
)

// TestLabelsGiveAPriorityThatTheFieldDoesNot. Caught: labels ignored, the last
// label winning.
func TestLabelsGiveAPriorityThatTheFieldDoesNot(t *testing.T) {
	for _, c := range []struct {
		field  string
		labels []string
		want   fm.Priority
	}{
		{"", nil, 0},
		{"low", []string{"critical"}, fm.Low},
		{"", []string{"bug", "high", "low"}, fm.High},
		{"", []string{"priority: critical"}, fm.Critical},
		{"soon", []string{"priority/low"}, fm.Low},
		{"", []string{"highlight"}, 0},
	} {
		if got := priority(c.field, c.labels); got != c.want {
			t.Errorf("priority(%q, %q): got %s, want %s", c.field, c.labels, got, c.want)
		}
	}
}
