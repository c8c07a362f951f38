package scripted

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// step is one thing that the agent does in a turn.
type step struct {
	attempt int // only in this attempt; 0 for every one
	action  action
}

// action is what a step does. Each kind is a struct whose fields are the keys
// of the step in the scenario.
type action interface {
	// check says what is missing or wrong, when the scenario is loaded.
	check() error
	// do does it. Repeated after a crash it must come to the same end. An
	// error ends the turn.
	do(ctx context.Context, t *turn) error
}

// newAction gives the action of a word, to be filled in.
func newAction(word string) (action, error) {
	for _, kind := range []func(string) action{newWork, newSign, newTrouble} {
		if a := kind(word); a != nil {
			return a, nil
		}
	}
	if word == "" {
		return nil, errors.New(`want a "do"`)
	}
	return nil, fmt.Errorf("do %q: no such step", word)
}

// newWork gives what changes the worktree, or runs there.
func newWork(word string) action {
	switch word {
	case "write":
		return &write{}
	case "append":
		return &appendTo{}
	case "replace":
		return &replace{}
	case "remove":
		return &remove{}
	case "dirty":
		return &dirty{Path: "left-over.txt"}
	case "run":
		return &run{}
	case "commit":
		return &commit{}
	case "completion":
		return &completion{}
	case "background":
		return &background{}
	case "leave_orphan":
		return &leaveOrphan{MS: 600_000}
	}
	return nil
}

// newSign gives what only shows, asks or passes time.
func newSign(word string) action {
	switch word {
	case "no_completion":
		return &noCompletion{Text: "I am done."}
	case "print":
		return &say{}
	case "wait":
		return &wait{}
	case "busy":
		return &busy{}
	case "spend":
		return &spend{}
	case "ask":
		return &ask{Tool: "Bash", Question: "Do you want to proceed?"}
	case "question":
		return &inquire{Header: "Choice"}
	case "plan":
		return &plan{Plan: "1. Do it."}
	}
	return nil
}

// newTrouble gives what goes wrong.
func newTrouble(word string) action {
	switch word {
	case "limit":
		return &limit{Kind: "rate_limit", Message: "You've hit your session limit · resets 11:05am (UTC)", Window: "session"}
	case "trouble":
		return &trouble{}
	case "retry":
		return &retry{Words: "API error"}
	case "hang":
		return &hang{}
	case "crash":
		return &crash{}
	case "deaf":
		return &deaf{}
	case "ignore_hup":
		return &ignoreHangup{}
	}
	return nil
}

// parseSteps reads steps of the form {"do":"write","path":"a","content":"b"}.
func parseSteps(raw []json.RawMessage) ([]step, error) {
	var steps []step
	for i, r := range raw {
		s, err := parseStep(r)
		if err != nil {
			return nil, fmt.Errorf("step %d: %w", i+1, err)
		}
		steps = append(steps, s)
	}
	return steps, nil
}

func parseStep(raw json.RawMessage) (step, error) {
	var head struct {
		Do      string `json:"do"`
		Attempt int    `json:"attempt"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return step{}, err
	}
	a, err := newAction(head.Do)
	if err != nil {
		return step{}, err
	}
	keys := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &keys); err != nil {
		return step{}, err
	}
	delete(keys, "do")
	delete(keys, "attempt")
	rest, err := json.Marshal(keys)
	if err != nil {
		return step{}, err
	}
	if err := strict(rest, a); err != nil {
		return step{}, fmt.Errorf("%s: %w", head.Do, err)
	}
	if err := a.check(); err != nil {
		return step{}, fmt.Errorf("%s: %w", head.Do, err)
	}
	return step{attempt: head.Attempt, action: a}, nil
}

// text is written as one string, or as a list of lines for easy reading.
type text string

// UnmarshalJSON reads both forms.
func (t *text) UnmarshalJSON(b []byte) error {
	var lines []string
	if err := json.Unmarshal(b, &lines); err == nil {
		*t = text(strings.Join(lines, "\n") + "\n")
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return errors.New("want a text or a list of lines")
	}
	*t = text(s)
	return nil
}

func needed(key, value string) error {
	if value == "" {
		return fmt.Errorf("want %q", key)
	}
	return nil
}

func needMillis(ms int) error {
	if ms < 0 {
		return fmt.Errorf("ms %d: want 0 or more", ms)
	}
	return nil
}
