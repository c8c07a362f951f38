package fm

import (
	"fmt"
	"time"
)

// Span gives a duration as people say it: 45s, 12m, 2h15m, 4d04h; "-" for none.
func Span(d time.Duration) string {
	switch {
	case d <= 0:
		return "-"
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 100*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd%02dh", int(d.Hours())/24, int(d.Hours())%24)
}

// Count gives "1 worker" and "2 workers".
func Count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// Cells says how many of a bar's two or more cells are full. All are only when all is done,
// and none only when nothing is.
func Cells(done, total, cells int) int {
	switch {
	case done <= 0 || total <= 0:
		return 0
	case done >= total:
		return cells
	}
	return min(max((2*done*cells+total)/(2*total), min(1, cells)), max(cells-1, 0))
}
