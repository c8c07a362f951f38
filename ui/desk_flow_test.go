package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rivo/tview"

	"github.com/founder-mode/fm"
)

// onTheDesk is a dashboard in which these questions wait and are asked for.
func onTheDesk(t *testing.T, all ...Question) *stage {
	t.Helper()
	s := onStage(t, sampleView(8))
	s.house.asks(all...)
	s.keys("a")
	s.asked(all[0])
	return s
}

// dialog waits for a state of the dialog.
func (s *stage) dialog(what string, ok func(*asking) bool) {
	s.tb.Helper()
	s.until(what, func(m *model) bool {
		a, open := m.modal.(*asking)
		return open && ok(a)
	})
}

// asked waits until a question is shown, with nothing chosen.
func (s *stage) asked(q Question) {
	s.tb.Helper()
	s.dialog("the question of "+q.Worker.String(), func(a *asking) bool {
		return a.phase == choosing && a.choice == 0 && same(a.question(), q)
	})
}

// gone waits until no dialog is open.
func (s *stage) gone() {
	s.tb.Helper()
	s.until("the dialog to close", func(m *model) bool { return m.modal == nil })
}

// answered is how the house notes an answer.
func answered(q Question, option int, text string) string {
	return fmt.Sprintf("answer %s %d %q asked %q", q.Worker, option, text, q.What.Text)
}

// Caught: an option that is chosen before anybody chose; a digit that answers
// at once; a digit beyond the options.
func TestNothingIsAnsweredByOneKey(t *testing.T) {
	q := sampleQuestions()[0]
	s := onTheDesk(t, q)
	s.keys("Enter", "Enter", "y", " ", "9", "0", "4")
	s.dialog("the advice", func(a *asking) bool { return strings.HasPrefix(a.note, "Choose") || a.note == "" })
	s.keys("2")
	s.dialog("the second option", func(a *asking) bool { return a.choice == 2 && a.phase == choosing })
	s.untilOrdered()
	s.keys("Up", "Up", "Up", "Down", "Enter")
	s.untilOrdered(answered(q, 2, ""))
	s.gone()
	s.until("what the answer said", func(m *model) bool { return strings.HasPrefix(m.said, "did answer") })
}

// Keys that are typed ahead do nothing to the page below. Caught: the dialog
// opens only when the questions are there.
func TestKeysTypedAheadAreNoKeysOfThePage(t *testing.T) {
	s := onTheQueue(t)
	s.house.waits = make(chan struct{})
	s.house.asks(sampleQuestions()...)
	s.keys("a", "1", "x", "y", "Enter", "q")
	s.dialog("the look", func(a *asking) bool { return a.phase == looking })
	close(s.house.waits)
	s.dialog("a question", func(a *asking) bool { return a.phase == choosing && a.choice == 0 })
	s.untilOrdered()
	s.keys("Esc")
	s.gone()
	s.selects("202")
}

// The longest waiting comes first, but for that of the selected worker.
func TestSelectedWorkersQuestionComesFirst(t *testing.T) {
	all := sampleQuestions()
	s := onTheDesk(t, all...)
	s.keys("Right")
	s.asked(all[1])
	s.keys("Left", "Left")
	s.asked(all[4])
	s.keys("Esc")
	s.gone()
	s.keys("j", "j", "a")
	s.asked(all[2])
}

// Caught: the choice of one question that is still there in the next.
func TestQuestionsComeOneAfterTheOther(t *testing.T) {
	all := sampleQuestions()[:3]
	s := onTheDesk(t, all...)
	s.keys("1", "Enter")
	s.asked(all[1])
	s.keys("1", "Enter")
	s.asked(all[2])
	s.keys("Esc")
	s.gone()
	if got := s.house.ordered(); len(got) != 2 {
		t.Errorf("ordered %q", got)
	}
}

// Caught: a pasted line break that submits; letters that are keys of the
// dialog; Escape that throws the words away at once.
func TestOwnWords(t *testing.T) {
	q := sampleQuestions()[1]
	s := onTheDesk(t, q)
	s.pastes("1\n")
	s.keys("4", "Enter") // the option that takes a text
	s.dialog("the line", func(a *asking) bool { return a.phase == wording })
	s.keys("Enter")
	s.types("no: 1 quick ")
	s.pastes("全角\nand more\n")
	s.keys("Esc")
	s.dialog("the options", func(a *asking) bool { return a.phase == choosing })
	s.keys("e", "Backspace", "d")
	s.dialog("the words", func(a *asking) bool { return a.line.text == "no: 1 quick 全角\nand mord" })
	s.untilOrdered()
	s.keys("Enter")
	s.untilOrdered(answered(q, 0, "no: 1 quick 全角\nand mord"))
	s.gone()
}

// The CLI adds the option that takes a text, and an agent's signs do not tell of
// it. Caught: own words only where such an option is known.
func TestQuestionTakesOwnWordsWhateverItsOptions(t *testing.T) {
	q := sampleQuestions()[1]
	q.What.Options = []string{"SQLite", "Postgres"}
	s := onTheDesk(t, q)
	s.dialog("the hint", func(a *asking) bool { return slices.Contains(a.hints(), [2]string{"e", "own words"}) })
	s.keys("e", "D", "u", "c", "k", "Enter")
	s.untilOrdered(answered(q, 0, "Duck"))
	s.gone()
}

// Caught: Enter that answers a limit, or a question of which several may be
// chosen.
func TestWhatOnlyTheSessionTakesIsJoined(t *testing.T) {
	all := sampleQuestions()[3:]
	s := onTheDesk(t, all...)
	s.keys("1", "Down", "e", "Enter")
	s.untilOrdered("attach worker-4")
	s.gone()
	s.keys("Esc", "a")
	s.asked(all[0])
	s.keys("Right", "1", "Enter")
	s.untilOrdered("attach worker-4", "attach worker-5")
}

// Caught: an answer to a question that is not there any more.
func TestVanishedQuestionIsSaid(t *testing.T) {
	all := sampleQuestions()[:2]
	s := onTheDesk(t, all...)
	s.keys("1")
	s.dialog("the choice", func(a *asking) bool { return a.choice == 1 })
	s.house.asks(all[1])
	s.sees(sampleView(8))
	s.dialog("that it is gone", func(a *asking) bool { return a.phase == gone && same(a.question(), all[0]) })
	s.keys("1", "Enter")
	s.asked(all[1])
	s.house.asks()
	s.sees(sampleView(8))
	s.dialog("that it is gone", func(a *asking) bool { return a.phase == gone })
	s.keys("Enter")
	s.gone()
	s.untilOrdered()
}

// Caught: option 2 of what the dialog shows by now, chosen when it was another.
func TestNewOptionsTakeTheChoiceBack(t *testing.T) {
	q := sampleQuestions()[2]
	s := onTheDesk(t, q)
	s.keys("2")
	s.dialog("the choice", func(a *asking) bool { return a.choice == 2 })
	s.sees(sampleView(8)) // the same again changes nothing
	other := q
	other.What.Options = []string{"No", "Yes"}
	s.dialog("the choice", func(a *asking) bool { return a.choice == 2 && !a.asked })
	s.house.asks(other)
	s.sees(sampleView(8))
	s.dialog("the new options", func(a *asking) bool { return len(a.question().What.Options) == 2 && a.choice == 0 })
}

// Caught: a refusal that only the covered line says; words that are lost by it.
func TestRefusedAnswerIsSaidAndCanBeGivenAgain(t *testing.T) {
	q := sampleQuestions()[1]
	s := onTheDesk(t, q)
	s.house.mu.Lock()
	s.house.refuses = errRefused
	s.house.mu.Unlock()
	s.keys("e", "x", "Enter")
	s.dialog("the refusal", func(a *asking) bool {
		return a.phase == wording && a.note == errRefused.Error() && a.line.text == "x"
	})
	s.untilOrdered()
	s.keys("Enter")
	s.untilOrdered(answered(q, 0, "x"))
	s.gone()
}

// An agent may ask the same twice. Caught: the second one is taken for what is
// left of the first.
func TestSameQuestionAgainIsAskedAgain(t *testing.T) {
	q := sampleQuestions()[0]
	again := q
	again.Since = q.Since.Add(time.Minute)
	a := &asking{all: []Question{q}}
	a.show(0)
	h := &notedHouse{questions: []Question{again}}
	d := New(Options{Sights: h, Orders: h})
	d.open(a)
	all, err := d.questionsAfter(q, nil)
	a.heard(d, all, nil, err)
	if d.model.modal != a || len(a.all) != 1 || a.choice != 0 {
		t.Errorf("the second question is not shown: %+v", a)
	}
	if left, _ := d.questionsAfter(again, nil); len(left) != 0 {
		t.Errorf("the answered one is asked again: %v", left)
	}
}

func TestNobodyWaits(t *testing.T) {
	s := onStage(t, sampleView(8))
	s.keys("a")
	s.until("that nobody waits", func(m *model) bool { return m.modal == nil && strings.HasPrefix(m.said, "nobody waits") })
}

// The whole question can be read, and what is chosen is seen, at any size.
// Caught: a scroll that ends before the last line.
func TestWholeQuestionCanBeRead(t *testing.T) {
	long := sampleQuestions()[1]
	long.What.Text = strings.Repeat("word ", 300) + "end-of-question"
	for _, q := range append(hostileQuestions(), long) {
		for _, size := range append(sizes(), [2]int{20, 8}) {
			a := &asking{all: []Question{q}}
			a.show(0)
			m := askingModel(a)
			d := New(Options{})
			d.board.SetRect(0, 0, size[0], size[1])
			lines, seen := a.cut(size[0], size[1]), map[int]bool{}
			for last := -1; a.from != last; {
				last = a.from
				s := a.cut(size[0], size[1])
				for y := range s.rows {
					seen[s.from+y] = true
				}
				a.scroll(d, 1)
			}
			for i := range lines.body {
				if !seen[i] && lines.rows > 0 {
					t.Fatalf("line %d of %d of %q cannot be read at %v", i, len(lines.body), fm.Line(q.What.Text, 20), size)
				}
			}
			frame(t, m, size[0], size[1])
			for choice := range len(q.What.Options) {
				a.pick(choice + 1)
				if got := frame(t, m, size[0], size[1]); lines.rows > 0 && !strings.Contains(got, "› ") {
					t.Errorf("option %d of %q is not seen at %v:\n%s", choice+1, fm.Line(q.What.Text, 20), size, got)
				}
			}
		}
	}
}

func TestClickSelectsTheTask(t *testing.T) {
	d := New(Options{})
	d.board.SetRect(0, 0, 80, 24)
	d.model = queueModel(longView(10_000))
	d.model.queue.pick(d.model.view, 500)
	d.model.settle(80, 24)
	rows := d.model.table(80, 24).rows
	first := d.model.queue.top
	if !d.mouse(tview.MouseLeftClick, 5, rows.y+2) || d.model.queue.at != first+2 {
		t.Errorf("a click on the third row selects row %d, want %d", d.model.queue.at, first+2)
	}
	if d.mouse(tview.MouseLeftClick, 5, rows.y-1) {
		t.Error("a click on the heads selects something")
	}
}
