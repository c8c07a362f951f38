package fm

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// MaxCompletion is the most of a COMPLETION.md that fm reads, in bytes.
const MaxCompletion = 64 << 10

// Completion is what an agent says it did, in COMPLETION.md. It is a claim, to
// be checked.
type Completion struct {
	Outcome      Outcome
	Finished     time.Time // zero when the agent gave none that can be read
	Summary      string
	Files        string
	Verification string
	PR           string
}

// Outcome is the agent's own verdict.
type Outcome string

// The outcomes of a COMPLETION.md.
const (
	Success Outcome = "SUCCESS"
	Failure Outcome = "FAILED"
	Partial Outcome = "PARTIAL"
)

// ErrNotCompletion is wrapped by errors about a text that is not a complete
// COMPLETION.md (yet).
var ErrNotCompletion = errors.New("not a COMPLETION.md")

var (
	statusLine   = Pattern(`(?m)^\s*[-*]?\s*\*{0,2}Status:?\*{0,2}:?\s*\*{0,2}\s*([A-Za-z]+)(.*)`)
	outcomeWord  = Pattern(`\b(?:SUCCESS|FAILED|PARTIAL)\b`)
	finishedLine = Pattern(`(?m)^\s*[-*]?\s*\*{0,2}Finished:?\*{0,2}:?\s*(\S+)`)
)

// ParseCompletion reads the text of a COMPLETION.md:
//
//	# Completion Status
//	**Status:** SUCCESS
//	**Finished:** 2026-11-20T14:30:45Z
//	## Summary
//	…
//
// It is lenient about Markdown and strict about the outcome: exactly one of
// SUCCESS, FAILED, PARTIAL. Errors wrap [ErrNotCompletion].
func ParseCompletion(text string) (Completion, error) {
	if len(text) > MaxCompletion {
		return Completion{}, fmt.Errorf("%w: larger than %d KiB", ErrNotCompletion, MaxCompletion>>10)
	}
	text = strings.ReplaceAll(Plain(text), "\r\n", "\n")
	head, rest, _ := strings.Cut(text, "\n## ")
	outcome, err := parseOutcome(head)
	if err != nil {
		return Completion{}, err
	}
	c := Completion{Outcome: outcome}
	if m := finishedLine().FindStringSubmatch(head); m != nil {
		c.Finished, _ = time.Parse(time.RFC3339, m[1]) // zero when unreadable, by promise
	}
	for section := range strings.SplitSeq(rest, "\n## ") {
		c.take(section)
	}
	return c, nil
}

// parseOutcome reads the status lines of a text, which must agree. A line that
// names a second outcome is the form not filled in.
func parseOutcome(head string) (Outcome, error) {
	var outcome Outcome
	for _, m := range statusLine().FindAllStringSubmatch(head, -1) {
		o := Outcome(strings.ToUpper(m[1]))
		switch o {
		case Success, Failure, Partial:
		default:
			return "", fmt.Errorf("%w: status %q, want SUCCESS, FAILED or PARTIAL", ErrNotCompletion, m[1])
		}
		if other := outcomeWord().FindString(m[2]); other != "" || outcome != "" && outcome != o {
			return "", fmt.Errorf("%w: more than one status, want one of SUCCESS, FAILED and PARTIAL", ErrNotCompletion)
		}
		outcome = o
	}
	if outcome == "" {
		return "", fmt.Errorf("%w: no **Status:** line", ErrNotCompletion)
	}
	return outcome, nil
}

func (c *Completion) take(section string) {
	name, body, _ := strings.Cut(section, "\n")
	body = strings.TrimSpace(body)
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "summary":
		c.Summary = body
	case "files changed":
		c.Files = body
	case "verification":
		c.Verification = body
	case "pr":
		c.PR = body
	}
}
