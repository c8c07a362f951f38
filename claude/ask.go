package claude

import (
	"encoding/json"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/founder-mode/fm"
)

// maxOption bounds an option of a question, in runes, and maxOptions their
// number, so that a question fits a line of the events file.
const (
	maxOption  = 80
	maxOptions = 10
)

// An asking is what the agent asked last, and for which call of a tool.
type asking struct {
	question fm.Question
	tool     string // "" when nobody said
	call     string
	at       time.Time
}

// of says whether a heartbeat is of the call that was asked about, or may be.
// The others run beside it, and say nothing about the answer.
func (a asking) of(e event) bool {
	switch {
	case a.tool == "":
		return true
	case a.tool != e.Tool:
		return false
	}
	return a.call == "" || e.Call == "" || a.call == e.Call
}

// callMark tells calls of one tool apart by what they are to do: the CLI gives a
// request for leave no id. The agent's own questions get none: one is asked at
// a time, and the answer is put into its input.
func callMark(tool string, input json.RawMessage) string {
	if (event{Tool: tool}).question().Kind != fm.AsksPermission {
		return ""
	}
	detail, _ := toolDetail(tool, input)
	if detail == "" {
		return ""
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(detail)) // never fails
	return strconv.FormatUint(uint64(sum.Sum32()), 16)
}

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
