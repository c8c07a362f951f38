package claude

import (
	"encoding/json"
	"strconv"

	"github.com/founder-mode/fm"
)

// maxOption bounds an option of a question, in runes, and maxOptions their
// number, so that a question fits a line of the events file.
const (
	maxOption  = 80
	maxOptions = 10
)

// question is what a PermissionRequest asks for. The agent's own questions and
// its plans come as requests to use the tools for that.
func (e event) question() fm.Question {
	switch e.Tool {
	case "AskUserQuestion":
		return fm.Question{Kind: fm.AsksQuestion, Text: e.Detail, Options: e.Options}
	case "ExitPlanMode", "EnterPlanMode":
		return fm.Question{Kind: fm.AsksPlan, Text: e.Detail}
	}
	text := e.Tool
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return fm.Question{Kind: fm.AsksPermission, Text: text}
}

// toolDetail says in short what a tool is to do, and gives the options of a
// question.
func toolDetail(tool string, input json.RawMessage) (detail string, options []string) {
	switch tool {
	case "AskUserQuestion":
		return questionDetail(input)
	case "EnterPlanMode":
		return "wants to plan first", nil
	case "ExitPlanMode":
		var plan struct{ Plan string }
		_ = json.Unmarshal(input, &plan) // "" for anything else
		if plan.Plan == "" {
			return "wants its plan to be approved", nil
		}
		return "wants its plan to be approved: " + fm.Line(plan.Plan, maxText), nil
	}
	var words map[string]json.RawMessage
	_ = json.Unmarshal(input, &words) // nil for anything else
	for _, key := range []string{"command", "file_path", "notebook_path", "url", "query", "pattern", "description", "path", "prompt"} {
		var word string
		if json.Unmarshal(words[key], &word) == nil && word != "" {
			return fm.Line(word, maxText), nil
		}
	}
	if len(words) == 0 {
		return "", nil
	}
	return fm.Line(string(input), maxText), nil
}

// questionDetail gives the first question: the CLI asks one after the other.
func questionDetail(input json.RawMessage) (text string, options []string) {
	var asked struct {
		Questions []struct {
			Question string
			Options  []struct{ Label string }
		}
	}
	_ = json.Unmarshal(input, &asked) // none for anything else
	if len(asked.Questions) == 0 {
		return "", nil
	}
	first := asked.Questions[0]
	text = fm.Line(first.Question, maxText)
	if n := len(asked.Questions); n > 1 {
		text += " (1 of " + strconv.Itoa(n) + " questions)"
	}
	for _, o := range first.Options[:min(len(first.Options), maxOptions)] {
		options = append(options, fm.Line(o.Label, maxOption))
	}
	return text, options
}
