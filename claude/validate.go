package claude

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// Limits of a split.
const (
	minParts, maxParts = 2, 5
	maxTitle           = 120 // runes
	minHours, maxHours = 0.25, 16
	maxItem            = 2000  // runes of a criterion or a piece of context
	maxDescription     = 20000 // runes
)

// validate checks a split, and returns it in one form: texts without control
// characters, hours within 0.25 to 16, priorities as one of the four words,
// paths clean, dependencies in order. It changes nothing that s points to.
func validate(s fm.Split) (fm.Split, error) {
	if n := len(s.Subissues); n < minParts || n > maxParts {
		return fm.Split{}, fmt.Errorf("a split into %d: want %d to %d subissues", n, minParts, maxParts)
	}
	checked := fm.Split{Subissues: make([]fm.Subissue, len(s.Subissues))}
	titles := map[string]bool{}
	for i, sub := range s.Subissues {
		sub, err := validatePart(sub)
		if err == nil {
			sub.DependsOn, err = validateOrder(sub.DependsOn, i+1, len(s.Subissues))
		}
		if key := strings.ToLower(sub.Title); err == nil && titles[key] {
			err = fmt.Errorf("a second one is called %q", sub.Title)
		} else {
			titles[key] = true
		}
		if err != nil {
			return fm.Split{}, fmt.Errorf("subissue %d: %w", i+1, err)
		}
		checked.Subissues[i] = sub
	}
	return checked, acyclic(checked.Subissues)
}

func validatePart(s fm.Subissue) (fm.Subissue, error) {
	if strings.ContainsAny(strings.TrimSpace(s.Title), "\r\n") {
		return s, errors.New("the title has more than one line")
	}
	s.Title = fm.Line(s.Title, 0)
	if n := len([]rune(s.Title)); n == 0 || n > maxTitle {
		return s, fmt.Errorf("a title of %d characters: want 1 to %d", n, maxTitle)
	}
	priority, err := fm.ParsePriority(strings.TrimSpace(s.Priority))
	if err != nil {
		return s, err
	}
	s.Priority = priority.String()
	if math.IsNaN(s.Hours) {
		s.Hours = 0
	}
	s.Hours = min(max(s.Hours, minHours), maxHours)
	s.Description = cut(strings.TrimSpace(fm.Plain(s.Description)), maxDescription)
	s.Criteria = lines(s.Criteria)
	s.Context = lines(s.Context)
	if len(s.Criteria) == 0 {
		return s, errors.New("no acceptance criteria")
	}
	s.Paths, err = validatePaths(s.Paths)
	return s, err
}

// lines keeps what is not empty, one line each.
func lines(texts []string) []string {
	var kept []string
	for _, t := range texts {
		if t = fm.Line(t, maxItem); t != "" {
			kept = append(kept, t)
		}
	}
	return kept
}

func cut(s string, limit int) string {
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return s
}

func validatePaths(paths []string) ([]string, error) {
	var kept []string
	for _, p := range paths {
		clean, ok := within(fm.Line(p, 0))
		if strings.TrimSpace(p) == "" {
			continue
		}
		if !ok {
			return nil, fmt.Errorf("path %q: want one within the repository", fm.Line(p, 200))
		}
		if !slices.Contains(kept, clean) {
			kept = append(kept, clean)
		}
	}
	return kept, nil
}

func validateOrder(deps []int, self, n int) ([]int, error) {
	deps = slices.Clone(deps)
	slices.Sort(deps)
	deps = slices.Compact(deps)
	for _, d := range deps {
		if d < 1 || d > n || d == self {
			return nil, fmt.Errorf("depends on %d: want another one of 1 to %d", d, n)
		}
	}
	return deps, nil
}

// acyclic takes away what depends on nothing that is left, until nothing is.
func acyclic(parts []fm.Subissue) error {
	done := map[int]bool{}
	for range parts {
		for i, p := range parts {
			if !slices.ContainsFunc(p.DependsOn, func(d int) bool { return !done[d] }) {
				done[i+1] = true
			}
		}
	}
	for i := range parts {
		if !done[i+1] {
			return fmt.Errorf("subissue %d: its dependencies form a circle", i+1)
		}
	}
	return nil
}
