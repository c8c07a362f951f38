package supervisor

import (
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"testing"
)

// seeds are those of the nights to run: n of them, or, when FM_NIGHT_SEED says
// where to begin, FM_NIGHTS from there (scripts/night sets both).
func seeds(tb testing.TB, n uint64) (all []uint64) {
	tb.Helper()
	number := func(name string, otherwise uint64) uint64 {
		text := os.Getenv(name)
		if text == "" {
			return otherwise
		}
		got, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		return got
	}
	from := number("FM_NIGHT_SEED", 0)
	for i := range number("FM_NIGHTS", n) {
		all = append(all, from+i)
	}
	return all
}

// dice gives chances that depend on what they are asked for and on nothing else:
// goroutines that ask in another order get the same answers.
type dice uint64

// roll gives a number below n.
func (d dice) roll(n int, what ...any) int {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, uint64(d), what) // a hash never fails
	x := h.Sum64()
	x ^= x >> 31 // or neighbours would be alike
	x *= 0x9e3779b97f4a7c15
	return int((x >> 33) % uint64(n))
}
