package scripted

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/founder-mode/fm"
)

// Scenario says what the agent does for which task, how it splits which issue,
// and what it predicts that a fix of it changes. Its zero value is the built-in
// behaviour: a note of one file for any task, two halves for any issue, and no
// prediction.
type Scenario struct {
	tasks []taskScript
	replies
	idleNotice int // milliseconds at the prompt until a Notification
	askNotice  int // milliseconds in a dialog until a Notification
}

// The CLI's own delays of its Notifications, in milliseconds.
const (
	idleNotice = 60_000
	askNotice  = 6_000
)

// target names a task or an issue: by its id, or by a part of its title, in
// which * stands for any text. Letter case does not count.
type target struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type taskScript struct {
	target
	turns []turnScript
}

// turnScript is what the agent does from one prompt, or one refused Stop, to
// the next Stop.
type turnScript struct {
	attempt  int // only in this attempt; 0 for every one
	feedback string
	costUSD  float64
	steps    []step
}

// LoadScenario reads a scenario: a JSON object with "tasks", "splits" and
// "predictions". An error is one line that names the file and the place in it.
func LoadScenario(path string) (Scenario, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Scenario{}, fmt.Errorf("read scenario: %w", err)
	}
	s, err := parseScenario(text)
	if err != nil {
		return Scenario{}, fmt.Errorf("scenario %s: %w", path, err)
	}
	return s, nil
}

func parseScenario(text []byte) (Scenario, error) {
	var file struct {
		Comment    string `json:"comment"`
		IdleNotice int    `json:"idle_notice_ms"`
		AskNotice  int    `json:"ask_notice_ms"`
		Tasks      []struct {
			target
			Turns []struct {
				Attempt  int               `json:"attempt"`
				Feedback string            `json:"feedback"`
				CostUSD  float64           `json:"cost_usd"`
				Steps    []json.RawMessage `json:"steps"`
			} `json:"turns"`
		} `json:"tasks"`
		replies
	}
	if err := strict(text, &file); err != nil {
		return Scenario{}, err
	}
	s := Scenario{replies: file.replies, idleNotice: file.IdleNotice, askNotice: file.AskNotice}
	for i, t := range file.Tasks {
		if t.target == (target{}) {
			return s, fmt.Errorf("task %d: want an id or a title", i+1)
		}
		script := taskScript{target: t.target}
		for j, turn := range t.Turns {
			steps, err := parseSteps(turn.Steps)
			if err != nil {
				return s, fmt.Errorf("task %d (%s), turn %d: %w", i+1, t.target, j+1, err)
			}
			script.turns = append(script.turns, turnScript{attempt: turn.Attempt, feedback: turn.Feedback, costUSD: turn.CostUSD, steps: steps})
		}
		s.tasks = append(s.tasks, script)
	}
	return s, s.check()
}

// strict decodes one JSON value without unknown keys. A syntax error names
// its line.
func strict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil && d.More() {
		err = errors.New("more than one JSON value")
	}
	offset := int64(-1)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset
	}
	if offset < 0 || offset > int64(len(text)) {
		return err
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(text[:offset], []byte("\n")), err)
}

func (t target) String() string {
	if t.ID != "" {
		return fm.Line(t.ID, 40)
	}
	return fm.Line(t.Title, 40)
}

// in gives the position of the target's title in text, or -1.
func (t target) in(text string) int {
	if t.Title == "" {
		return -1
	}
	text, start, from := strings.ToLower(text), -1, 0
	for part := range strings.SplitSeq(strings.ToLower(t.Title), "*") {
		i := strings.Index(text[from:], part)
		if i < 0 {
			return -1
		}
		if start < 0 {
			start = from + i
		}
		from += i + len(part)
	}
	return start
}

// turns gives what to do for a task, turn by turn, in this attempt. Without a
// script of its own a task gets the built-in one.
//
// A turn with a "feedback" is only for an attempt that is told what stands
// against its pull request, when its text is in there, with * for any text; and
// where there is such a turn, the others are not played.
func (s Scenario) turns(t task, feedback string) []turnScript {
	for _, script := range s.tasks {
		if script.ID != string(t.id) && script.in(t.title) < 0 {
			continue
		}
		var turns, answers []turnScript
		for _, turn := range script.turns {
			switch {
			case turn.attempt != 0 && turn.attempt != t.attempt:
			case turn.feedback == "":
				turns = append(turns, turn)
			case feedback != "" && (target{Title: turn.feedback}).in(feedback) >= 0:
				answers = append(answers, turn)
			}
		}
		if len(answers) > 0 {
			return answers
		}
		return turns
	}
	if feedback != "" {
		return builtInAnswer(t)
	}
	return builtIn(t)
}

// builtInAnswer changes something, so that there is something new to look at.
func builtInAnswer(t task) []turnScript {
	note := "notes/" + string(t.id) + ".md"
	again := fmt.Sprintf("Looked at again in attempt %d.\n", t.attempt)
	return []turnScript{{steps: []step{
		{action: &appendTo{Path: note, Content: text("\n" + again)}},
		{action: &commit{Message: text("Look at the note again")}},
		{action: &completion{Status: fm.Success, Summary: text(again)}},
	}}}
}

func builtIn(t task) []turnScript {
	note := "notes/" + string(t.id) + ".md"
	heading := strings.TrimSpace(string(t.id) + " " + fm.Line(t.title, 200))
	return []turnScript{{steps: []step{
		{action: &write{Path: note, Content: text("# " + heading + "\n\nWritten by the scripted agent.\n")}},
		{action: &commit{Message: text(or(t.message, "Add a note on "+heading))}},
		{action: &completion{Status: fm.Success, Summary: text("Wrote " + note + ".")}},
	}}}
}
