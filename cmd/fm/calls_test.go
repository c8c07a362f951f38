package main

import (
	"strings"
	"testing"
	"time"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// TestWhoWaitsIsToldOfEachQuestionOnce, of a second one of the same worker too,
// and of a pause of everything and its end. Caught: a question told at every
// look; one that was asked again and not told.
func TestWhoWaitsIsToldOfEachQuestionOnce(t *testing.T) {
	var b strings.Builder
	c := calls{out: &b}
	asking := func(text string) supervisor.Status {
		return supervisor.Status{Workers: []supervisor.WorkerStatus{
			{Worker: 1, Task: "2", Title: "One", State: "waiting", Question: fm.Question{Kind: fm.AsksPermission, Text: text}},
		}}
	}
	limit := supervisor.Status{Gate: supervisor.Gate{Why: "usage limit reached", Until: noon().Add(time.Hour)}}
	for _, s := range []supervisor.Status{asking("Bash"), asking("Bash"), {}, asking("Bash"), asking("Edit"), limit, limit, {}, {}} {
		c.tell(s, noon())
	}
	want := `? #2 One: worker-1 waits for you: permission: Bash; see: fm inbox
? #2 One: worker-1 waits for you: permission: Bash; see: fm inbox
? #2 One: worker-1 waits for you: permission: Edit; see: fm inbox
⏸ Nothing new is begun until 13:00 (in 1h00m): usage limit reached
▶ It goes on
`
	if got := b.String(); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}
