package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/disk"
)

// shownQuestions is .founder-mode/shown.json: the questions as people saw them
// last. An answer is to what its giver has read; an agent may have asked
// something else since, and option 1 would allow that.
type shownQuestions map[fm.WorkerID]shownQuestion

type shownQuestion struct {
	Run  fm.Run          `json:"run"`
	Kind fm.QuestionKind `json:"kind"`
	Text string          `json:"text"`
}

func (h *house) shownFile() string { return h.project.File("shown.json") }

// shown reads what was shown. What cannot be read was not shown.
func (h *house) shown() shownQuestions {
	all := shownQuestions{}
	if text, err := os.ReadFile(h.shownFile()); err == nil {
		_ = json.Unmarshal(text, &all) // as above
	}
	return all
}

// show changes what was shown. When that cannot be written the next answer asks
// once more.
func (h *house) showQuestions(change func(shownQuestions)) {
	old := h.shown()
	all := maps.Clone(old)
	if change(all); maps.Equal(old, all) {
		return
	}
	if text, err := json.Marshal(all); err == nil {
		_ = disk.WriteFile(h.shownFile(), text, 0o600) // as above
	}
}

// unread says that the question of a worker is not the one that was shown last,
// and shows it.
func (h *house) unread(s fm.Session, q fm.Question) error {
	now := shownQuestion{Run: s.Run, Kind: q.Kind, Text: q.Text}
	if q.Kind == "" || h.shown()[s.Worker] == now {
		return nil
	}
	h.showQuestions(func(all shownQuestions) { all[s.Worker] = now })
	words := []string{asks(q)}
	for i, o := range q.Options {
		words = append(words, fmt.Sprintf("%d. %s", i+1, fm.Line(o, 80)))
	}
	return usage("%s on %s asks %s: that is not what you were shown last; if it is what you answer, say it again",
		s.Worker, s.Run.Task.Ref(), strings.Join(words, "; "))
}
