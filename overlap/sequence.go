package overlap

import "github.com/founder-mode/fm"

// Sequence says what each issue waits for, so that no two that share a path
// are worked on at once: for each of its paths the one before it in the given
// order, less those that it waits for through another one anyway. Two issues
// that share nothing are never ordered directly. Issues that wait for nothing
// have no entry.
func Sequence(order []fm.IssueID, shared []Shared) map[fm.IssueID][]fm.IssueID {
	position := map[fm.IssueID]int{}
	for i, id := range order {
		if _, seen := position[id]; !seen {
			position[id] = i
		}
	}
	waits := map[fm.IssueID][]fm.IssueID{}
	before := make([]map[int]bool, len(order)) // by position: all that it waits for, directly or not
	for i, previous := range predecessors(position, shared, len(order)) {
		before[i] = map[int]bool{}
		for j := i - 1; j >= 0; j-- { // the latest first: it may wait for the others
			if !previous[j] || before[i][j] {
				continue
			}
			waits[order[i]] = append(waits[order[i]], order[j])
			before[i][j] = true
			for k := range before[j] {
				before[i][k] = true
			}
		}
	}
	return waits
}

// predecessors gives, by position, the latest earlier issue on each path.
func predecessors(position map[fm.IssueID]int, shared []Shared, count int) []map[int]bool {
	previous := make([]map[int]bool, count)
	for _, s := range shared {
		touching := map[int]bool{}
		for _, id := range s.Issues {
			if i, known := position[id]; known {
				touching[i] = true
			}
		}
		latest := -1
		for i := range count {
			if !touching[i] {
				continue
			}
			if latest >= 0 {
				if previous[i] == nil {
					previous[i] = map[int]bool{}
				}
				previous[i][latest] = true
			}
			latest = i
		}
	}
	return previous
}
