package scripted

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/founder-mode/fm"
)

// replies are what a session of claude -p answers.
type replies struct {
	Splits      []splitScript      `json:"splits"`
	Predictions []predictionScript `json:"predictions"`
}

// replyScript says about which issue a request is, and how the answer goes.
type replyScript struct {
	target
	Answer  answer `json:"answer"`
	Status  int    `json:"api_error_status"` // of a failed answer; 0 for none
	Message string `json:"message"`          // what a failed or unstructured answer says
	Wait    int    `json:"wait_ms"`
}

// splitScript is the answer to a request for a split.
type splitScript struct {
	replyScript
	Subissues []fm.Subissue `json:"subissues"`
}

// predictionScript is the answer to the question what a fix would change.
type predictionScript struct {
	replyScript
	Paths []string `json:"paths"`
}

// answer is the form that the reply to a request takes.
type answer string

const (
	structured   answer = ""
	unstructured answer = "unstructured" // the tool for structured output is never called
	failing      answer = "error"        // is_error, as after an API error
	garbled      answer = "garbled"      // no JSON at all
)

// check says what is missing or wrong, and gives every list that a schema would
// ask for.
func (r *replies) check() error {
	for i := range r.Splits {
		split := &r.Splits[i]
		if err := split.check(); err != nil {
			return fmt.Errorf("split %d (%s): %w", i+1, split.target, err)
		}
		for j := range split.Subissues {
			noNulls(&split.Subissues[j])
		}
	}
	for i := range r.Predictions {
		prediction := &r.Predictions[i]
		if err := prediction.check(); err != nil {
			return fmt.Errorf("prediction %d (%s): %w", i+1, prediction.target, err)
		}
		prediction.Paths = append([]string{}, prediction.Paths...)
	}
	return nil
}

func noNulls(s *fm.Subissue) {
	s.Criteria = append([]string{}, s.Criteria...)
	s.Context = append([]string{}, s.Context...)
	s.Paths = append([]string{}, s.Paths...)
	s.DependsOn = append([]int{}, s.DependsOn...)
}

func (r replyScript) check() error {
	if r.target == (target{}) {
		return errors.New("want an id or a title")
	}
	switch r.Answer {
	case structured, unstructured, failing, garbled:
		return nil
	}
	return fmt.Errorf("answer %q: want unstructured, error or garbled", string(r.Answer))
}

func (s splitScript) check() error {
	if err := s.replyScript.check(); err != nil || s.Answer != structured {
		return err
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

// to gives the answer to a prompt, and its structured output: a prediction where
// the schema is for paths, else a split.
func (r replies) to(prompt, schema string) (replyScript, any) {
	var form struct{ Properties map[string]json.RawMessage }
	_ = json.Unmarshal([]byte(schema), &form) // it was checked to be JSON
	if _, ok := form.Properties["paths"]; ok {
		p := r.prediction(prompt)
		return p.replyScript, fields{"paths": p.Paths}
	}
	s := r.split(prompt)
	return s.replyScript, fm.Split{Subissues: s.Subissues}
}

func (r replies) split(prompt string) splitScript { return about(prompt, r.Splits, halves()) }

func (r replies) prediction(prompt string) predictionScript {
	return about(prompt, r.Predictions, predictionScript{Paths: []string{}})
}

// about finds the script for the issue that a prompt is about: the one whose
// title stands first in it, else the one that is named as "issue 12" or "#12".
func about[S interface{ issue() target }](prompt string, scripts []S, otherwise S) S {
	best, at := otherwise, len(prompt)+1
	for _, s := range scripts {
		if pos := s.issue().in(prompt); pos >= 0 && pos < at {
			best, at = s, pos
		}
	}
	if at <= len(prompt) {
		return best
	}
	for _, named := range issuePattern().FindAllStringSubmatch(prompt, -1) {
		for _, s := range scripts {
			if s.issue().ID == named[1] {
				return s
			}
		}
	}
	return otherwise
}

func (r replyScript) issue() target { return r.target }

var issuePattern = fm.Pattern(`(?:(?i:issue)\s+#?|#)([A-Za-z0-9][A-Za-z0-9_-]*)`)

// halves is the built-in split of an issue that no scenario knows.
func halves() splitScript {
	half := func(title string, needs ...int) fm.Subissue {
		return fm.Subissue{
			Title: title, Description: title + ", as a note. Planned by the scripted agent, which reads no issue.",
			Criteria: []string{"A note is committed"}, Context: []string{}, Hours: 2, Priority: "normal",
			Paths: []string{"notes"}, DependsOn: append([]int{}, needs...),
		}
	}
	return splitScript{Subissues: []fm.Subissue{half("Make the change"), half("Document the change", 1)}}
}
