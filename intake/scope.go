package intake

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/founder-mode/fm"
)

// Scope guesses how much work an issue is: small, medium or large. A label that
// says so decides, and of several the largest:
//
//	small   size/XS, size/S, "effort: low", E-easy, 1 or 2 story points
//	medium  size/M, "effort: medium", 3 to 5 story points
//	large   size/L, size/XL, "effort: high", E-hard, epic, 8 story points and more
//
// Without one, "good first issue" and its like make an issue small. Else points
// are counted, one for each limit that is reached; paths are the files that it
// will probably change:
//
//	text         300, 1200 and 3000 characters, without code blocks and comments
//	paths        3, 6 and 12
//	check boxes  3, 6 and 12
//	kind         one for a feature, and one for refactoring
//
// Up to 1 point is small, up to 4 are medium, and more are large.
func Scope(issue fm.Issue, paths []string) string {
	if size := sizeOfLabels(issue.Labels); size != "" {
		return size
	}
	body := strings.ReplaceAll(fm.Plain(issue.Body), "\r\n", "\n")
	points := reached(utf8.RuneCountInString(prose(body)), 300, 1200, 3000) +
		reached(len(paths), 3, 6, 12) +
		reached(len(checkBox().FindAllString(body, -1)), 3, 6, 12)
	if kind := Kind(issue); kind == featureKind || kind == refactorKind {
		points++
	}
	switch {
	case points <= 1:
		return smallSize
	case points <= 4:
		return mediumSize
	}
	return largeSize
}

const (
	smallSize  = "small"
	mediumSize = "medium"
	largeSize  = "large"
)

// reached counts the limits that n reaches.
func reached(n int, limits ...int) int {
	count := 0
	for _, limit := range limits {
		if n >= limit {
			count++
		}
	}
	return count
}

var (
	checkBox    = fm.Pattern(`(?m)^\s*(?:[-*+]|\d{1,3}[.)])\s+\[[ xX]\]\s`)
	hiddenText  = fm.Pattern(`(?s)<!--.*?(?:-->|$)`)
	blankSpaces = fm.Pattern(`\s+`)
)

// prose is what a person wrote of a text: a long log makes no long task, and the
// questions of a form none at all.
func prose(body string) string {
	var kept []string
	open := fence("")
	for line := range strings.SplitSeq(hiddenText().ReplaceAllString(body, ""), "\n") {
		was := open
		if open = was.next(line); was == "" && open == "" {
			kept = append(kept, line)
		}
	}
	return strings.TrimSpace(blankSpaces().ReplaceAllString(strings.Join(kept, "\n"), " "))
}

// sizeOfLabels gives what labels say of the size; "" for nothing.
func sizeOfLabels(labels []string) string {
	sizes := map[string]bool{}
	easy := false
	for _, label := range labels {
		words := labelWords(label)
		switch words {
		case "good first issue", "good first bug", "first timers only", "beginner", "beginner friendly", "starter", "easy", "trivial", "quick win", "low hanging fruit", "help wanted easy":
			easy = true
			continue
		case "epic", "type: epic", "type/epic", "type epic", "kind/epic":
			words = "size xl"
		}
		sizes[sizeOfLabel(words)] = true
	}
	switch {
	case sizes[largeSize]:
		return largeSize
	case sizes[mediumSize]:
		return mediumSize
	case sizes[smallSize], easy:
		return smallSize
	}
	return ""
}

var (
	sizeLabel  = fm.Pattern(`^(?:(?:size|effort|scope|complexity|difficulty|estimate|t ?shirt(?: size)?|e)\s*[:/. ]+\s*)?([a-z]+(?: [a-z]+)?)$`)
	pointLabel = fm.Pattern(`^(?:(?:story points?|points?|sp|estimate|effort|size)\s*[:/ ]+\s*(\d{1,3})|(\d{1,3}) ?(?:story points?|points?|pts?|sp))$`)
)

// sizeOfLabel reads one label in plain words. A bare word such as "high" may be a
// priority, so that only what names the size itself may stand alone.
func sizeOfLabel(words string) string {
	if m := pointLabel().FindStringSubmatch(words); m != nil {
		n, err := strconv.Atoi(m[1] + m[2])
		switch {
		case err != nil:
			return ""
		case n <= 2:
			return smallSize
		case n <= 5:
			return mediumSize
		}
		return largeSize
	}
	m := sizeLabel().FindStringSubmatch(words)
	if m == nil {
		return ""
	}
	alone := m[1] == words
	switch m[1] {
	case "xs", "s", "small", "tiny", "x small", "extra small":
		return smallSize
	case "m", "medium":
		if alone && m[1] == "medium" {
			return "" // of what?
		}
		return mediumSize
	case "l", "xl", "xxl", "large", "huge", "big", "x large", "extra large":
		return largeSize
	}
	if alone {
		return ""
	}
	switch m[1] {
	case "low", "easy", "trivial", "minor", "simple":
		return smallSize
	case "moderate", "intermediate", "average", "normal":
		return mediumSize
	case "high", "hard", "difficult", "complex", "expert":
		return largeSize
	}
	return ""
}
