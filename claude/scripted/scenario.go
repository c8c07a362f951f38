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

// Scenario says what the agent does for which task, and how it splits which
// issue. Its zero value is the built-in behaviour: a note of one file for any
// task, two halves for any issue.
type Scenario struct {
	tasks      []taskScript
	splits     []splitScript
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

// splitScript is the answer to a request for a split.
type splitScript struct {
	target
	Subissues []fm.Subissue `json:"subissues"`
	Answer    answer        `json:"answer"`
	Status    int           `json:"api_error_status"` // of a failed answer; 0 for none
	Message   string        `json:"message"`          // what a failed or unstructured answer says
	Wait      int           `json:"wait_ms"`
}

// answer is the form that the reply to a request for a split takes.
type answer string

const (
	structured   answer = ""
	unstructured answer = "unstructured" // the tool for structured output is never called
	failing      answer = "error"        // is_error, as after an API error
	garbled      answer = "garbled"      // no JSON at all
)

// LoadScenario reads a scenario: a JSON object with "tasks" and "splits". An
// error is one line that names the file and the place in it.
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
		Splits []splitScript `json:"splits"`
	}
	if err := strict(text, &file); err != nil {
		return Scenario{}, err
	}
	s := Scenario{splits: file.Splits, idleNotice: file.IdleNotice, askNotice: file.AskNotice}
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
	for i, split := range s.splits {
		if err := split.check(); err != nil {
			return s, fmt.Errorf("split %d (%s): %w", i+1, split.target, err)
		}
		for j := range split.Subissues {
			noNulls(&split.Subissues[j])
		}
	}
	return s, nil
}

// noNulls gives every list that a schema would ask for.
func noNulls(s *fm.Subissue) {
	s.Criteria = append([]string{}, s.Criteria...)
	s.Context = append([]string{}, s.Context...)
	s.Paths = append([]string{}, s.Paths...)
	s.DependsOn = append([]int{}, s.DependsOn...)
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

func (s splitScript) check() error {
	if s.target == (target{}) {
		return errors.New("want an id or a title")
	}
	switch s.Answer {
	case unstructured, failing, garbled:
		return nil
	case structured:
	default:
		return fmt.Errorf("answer %q: want unstructured, error or garbled", string(s.Answer))
	}
	if len(s.Subissues) == 0 {
		return errors.New("no subissues")
	}
	for i, sub := range s.Subissues {
		for _, d := range sub.DependsOn {
			if d < 1 || d > len(s.Subissues) || d == i+1 {
				return fmt.Errorf("subissue %d: depends_on %d: want the position of another", i+1, d)
			}
		}
	}
	return nil
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
	return builtIn(t.id, t.title)
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

func builtIn(id fm.TaskID, title string) []turnScript {
	heading := strings.TrimSpace(string(id) + " " + fm.Line(title, 200))
	return []turnScript{{steps: []step{
		{action: &write{Path: "notes/" + string(id) + ".md", Content: text("# " + heading + "\n\nWritten by the scripted agent.\n")}},
		{action: &commit{Message: text("Add a note on " + heading)}},
		{action: &completion{Status: fm.Success, Summary: text("Wrote notes/" + string(id) + ".md.")}},
	}}}
}
