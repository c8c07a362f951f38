package fm_test

import (
	"encoding/json"
	"testing"

	"github.com/founder-mode/fm"
)

// Caught: an amount that was read back a millionth short.
func TestAmountsSurviveJSON(t *testing.T) {
	for _, want := range []fm.USD{0, 1, 50_000, 290_000, 1_234_567, 4_999_999, 1 << 40} {
		text, err := json.Marshal(fm.Spending{Cost: want, Tokens: 7})
		if err != nil {
			t.Fatal(err)
		}
		var got fm.Spending
		if err := json.Unmarshal(text, &got); err != nil || got.Cost != want {
			t.Errorf("%s: got %d (%v), want %d", text, got.Cost, err, want)
		}
	}
}
