package main

import "testing"

// TestWidthsAreThoseOfATerminal: what is cut or padded by any other measure
// leaves a table ragged. Caught: marks that were counted, and wide characters
// that were counted once.
func TestWidthsAreThoseOfATerminal(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "plain": 5, "größer": 6, "日本語": 6, "한글": 4, "ｆｕｌｌ": 8, "e\u0301": 1, "🚀": 2, "a🚀b": 4, "…": 1, "│": 1, "✓": 1, "✅": 2, "⏸": 1,
	} {
		if got := columns(text); got != want {
			t.Errorf("%q: %d columns, want %d", text, got, want)
		}
	}
	for _, tt := range []struct {
		text  string
		limit int
		want  string
	}{
		{"plain", 5, "plain"},
		{"plain", 4, "pla…"},
		{"日本語", 6, "日本語"},
		{"日本語", 5, "日本…"},
		{"日本語", 4, "日…"},
		{"plain", 1, "…"},
		{"plain", 0, ""},
	} {
		got := cut(tt.text, tt.limit)
		if got != tt.want || columns(got) > tt.limit {
			t.Errorf("cut(%q, %d): %q, want %q", tt.text, tt.limit, got, tt.want)
		}
	}
}
