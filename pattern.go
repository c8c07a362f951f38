package fm

import (
	"regexp"
	"sync"
)

// Pattern is a regular expression that is compiled when it is first asked for,
// because a command pays at its start for what all packages prepare. It may be
// asked for concurrently, and panics like [regexp.MustCompile].
func Pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
