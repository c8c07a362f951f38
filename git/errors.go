package git

import (
	"strings"

	"github.com/founder-mode/fm"
)

// Error is a git command that failed. It wraps [fm.ErrRefused] when what git
// said needs a person or an agent; else it is transient.
type Error struct {
	Op       string // what fm was about: "push"
	Target   string // the branch, folder or repository
	Stderr   string // what git said, without credentials and control characters
	ExitCode int    // -1 when git did not run to its end
	kind     error
	cause    error
}

func (e *Error) Error() string {
	text := e.Op
	if e.Target != "" {
		text += " " + e.Target
	}
	said := strings.Join(strings.Fields(e.Stderr), " ")
	if said == "" && e.cause != nil {
		said = e.cause.Error()
	}
	if len(said) > 1000 {
		said = "… " + strings.ToValidUTF8(said[len(said)-1000:], "")
	}
	return text + ": git: " + said
}

// Unwrap gives the class and the cause.
func (e *Error) Unwrap() []error {
	var all []error
	for _, err := range []error{e.kind, e.cause} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

var credentials = fm.Pattern(`://[^/\s'"@]+@`)

// clean makes what git said fit for errors and logs: a remote's address may
// hold a token.
func clean(stderr string) string {
	return strings.TrimSpace(credentials().ReplaceAllString(fm.Plain(stderr), "://***@"))
}
