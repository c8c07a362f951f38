package supervisor

import (
	"fmt"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// Beginnings of notes, for those who show a task in other words. The agent's own
// words stand behind them.
const (
	PartNote   = "the agent finished only a part: "
	GaveUpNote = "the agent gave up: "
)

const timedOutWords = " timed out after "

func timedOutNote(t fm.Task, limit time.Duration) string {
	return fmt.Sprintf("Issue %s%s%s.", t.ID.Ref(), timedOutWords, limit)
}

// TimedOut gives the time that a task had, if it failed because that was up.
func TimedOut(t fm.Task) (limit time.Duration, ok bool) {
	rest, found := strings.CutPrefix(t.Note, "Issue "+t.ID.Ref()+timedOutWords)
	word, _, _ := strings.Cut(rest, " ")
	limit, err := time.ParseDuration(strings.TrimSuffix(word, "."))
	return limit, found && err == nil && t.Status == fm.Failed
}
