package queue

import (
	"fmt"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// The keys of a queue line with what a user asked for when the task was taken
// in, and with the files that it will probably change, and how long it was thought to take. They belong to fm.
const (
	termsKey   = "as"
	timeoutKey = "limit"
	pathsKey   = "paths"
	guessKey   = "est"
)

// pathSep stands between the paths of a line. A path with one in it is left out.
const pathSep = ":"

// The words of [termsKey], in their order in a line.
const (
	fixWord    = "fix"
	noPullWord = "no-pr"
	mainWord   = "main"
)

// readOrder reads what was said of the task when it was taken in.
func readOrder(t *fm.Task, key, value string) (err error) {
	switch key {
	case termsKey:
		err = readTerms(&t.Terms, value)
	case timeoutKey:
		t.Terms.Timeout, err = readTimeout(value)
	case guessKey:
		t.Estimate, err = readTimeout(value)
	case pathsKey:
		t.Paths = readPaths(value)
	}
	return err
}

func readTerms(t *fm.Terms, value string) error {
	for word := range strings.SplitSeq(value, ",") {
		switch strings.TrimSpace(word) {
		case fixWord:
			t.Fix = true
		case noPullWord:
			t.NoPull = true
		case mainWord:
			t.Main = true
		default:
			return fmt.Errorf("%q: want fix, no-pr and main, with commas between them", fm.Line(word, 40))
		}
	}
	return nil
}

func writeTerms(t fm.Terms) string {
	var words []string
	if t.Fix {
		words = append(words, fixWord)
	}
	if t.NoPull {
		words = append(words, noPullWord)
	}
	if t.Main {
		words = append(words, mainWord)
	}
	return strings.Join(words, ",")
}

func readTimeout(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q: want a time such as 10m", fm.Line(value, 40))
	}
	return d, nil
}

func writeTimeout(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return d.String()
}

func readPaths(value string) []string {
	var paths []string
	for path := range strings.SplitSeq(value, pathSep) {
		if path != "" {
			paths = append(paths, path)
		}
	}
	return paths
}

func writePaths(paths []string) string {
	var kept []string
	for _, path := range paths {
		if path != "" && !strings.Contains(path, pathSep) {
			kept = append(kept, path)
		}
	}
	return strings.Join(kept, pathSep)
}
