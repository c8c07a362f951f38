package ui

import (
	"fmt"
	"testing"
	"time"

	"github.com/founder-mode/fm"
)

// sampleQuestions is one of each kind.
func sampleQuestions() []Question {
	q := func(w fm.WorkerID, kind fm.QuestionKind, title, text string, options ...string) Question {
		id := fm.TaskID(fmt.Sprint(200 + int(w)))
		return Question{
			Worker: w, Run: fm.Run{Task: id, Attempt: 1}, Title: title, Since: noon().Add(-time.Duration(40-w) * time.Minute),
			What: fm.Question{Kind: kind, Text: text, Options: options},
		}
	}
	return []Question{
		q(1, fm.AsksPermission, "Implement user model", "Bash: git push --force-with-lease origin subissue/201", "Yes", "Yes, and don't ask again for git push commands in /home/ada/shop", "No, and tell Claude what to do differently (esc)"),
		q(2, fm.AsksQuestion, "Add authentication endpoints", "Which database should the sessions live in? The issue says \"fast\", the README says PostgreSQL, and nothing in the repository speaks to Redis yet.", "PostgreSQL", "Redis", "Both, PostgreSQL as the truth and Redis before it", "Type something."),
		q(3, fm.AsksPlan, "Create login UI", "Would you like to proceed?", "Yes, and auto-accept edits", "Yes, and manually approve edits", "No, keep planning"),
		q(4, fm.AsksLimit, "Add test coverage", "You've hit your limit · resets 3pm", "Stop and wait for limit to reset", "Upgrade your plan"),
		q(5, fm.AsksQuestion, "Design API schema", "Which of these should it return?", "[ ] users", "[ ] orders", "[ ] invoices", "Submit"),
	}
}

// hostileQuestions have the hostile texts wherever an agent's words can stand.
func hostileQuestions() []Question {
	var all []Question
	for i, text := range hostileTexts() {
		all = append(all, Question{
			Worker: fm.WorkerID(i + 1), Run: fm.Run{Task: fm.TaskID(fmt.Sprint(300 + i)), Attempt: 1}, Title: text,
			What: fm.Question{Kind: fm.AsksQuestion, Text: text, Options: []string{text, "Type something " + text}},
		})
	}
	return all
}

// askingModel shows a dialog over the queue.
func askingModel(a *asking) model {
	m := queueModel(sampleView(8))
	m.modal = a
	return m
}

func TestQuestionFrames(t *testing.T) {
	at := func(i int, change func(*asking)) *asking {
		a := &asking{all: sampleQuestions()}
		a.show(i)
		if change != nil {
			change(a)
		}
		return a
	}
	frames := map[string]*asking{
		"question-looking":    {},
		"question-permission": at(0, nil),
		"question-chosen":     at(1, func(a *asking) { a.pick(2) }),
		"question-words": at(1, func(a *asking) {
			a.write()
			a.line.paste("PostgreSQL: we run one already\nand Redis only once it is slow")
		}),
		"question-words-no": at(0, func(a *asking) { a.write(); a.line.paste("push without force") }),
		"question-plan":     at(2, func(a *asking) { a.note = "Choose an option first, by its digit or the arrows." }),
		"question-limit":    at(3, nil),
		"question-several":  at(4, nil),
		"question-sending":  at(1, func(a *asking) { a.pick(2); a.phase = sending }),
		"question-gone":     at(1, func(a *asking) { a.phase = gone }),
	}
	frames["question-hostile"] = &asking{all: hostileQuestions()}
	frames["question-hostile"].show(0)
	frames["question-long"] = &asking{all: hostileQuestions()}
	frames["question-long"].show(3)
	for name, a := range frames {
		for _, size := range sizes() {
			golden(t, fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), frame(t, askingModel(a), size[0], size[1]))
		}
	}
}
