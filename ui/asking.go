package ui

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/supervisor"
)

// asking is the dialog with an agent's question. A digit or an arrow selects an
// option, and Enter alone answers: nothing is selected before, so that neither
// a single key nor Enter twice can allow what nobody has read.
type asking struct {
	phase  step
	first  fm.WorkerID // whose question is wanted first
	all    []Question  // what is asked, the longest waiting first
	at     int         // of the one that is shown
	choice int         // the number of the selected option; 0 for none
	line   input       // an answer in the user's own words
	from   int         // the first line that is shown; follow for where the choice is
	note   string      // why the last key did nothing
	asked  bool        // a look at what is asked is under way
}

// step is how far a question is.
type step int

const (
	looking  step = iota // for what is asked
	choosing             // an option
	wording              // an answer in the user's own words
	sending              // the answer, which takes seconds
	gone                 // the question: it was answered elsewhere
)

// follow has the lines around the selected option shown.
const follow = -1

// question is the one that is shown.
func (a *asking) question() Question { return a.all[a.at] }

// options are those that can be chosen from here.
func (a *asking) options() []string {
	if !supervisor.Answerable(a.question().What) {
		return nil
	}
	return a.question().What.Options
}

// takesText says whether words of one's own are an answer, and what they mean.
func takesText(q fm.Question) (label string, ok bool) {
	switch supervisor.WordsFor(q) {
	case supervisor.Answers:
		return "Answer: ", true
	case supervisor.Declines:
		return "No, and why: ", true
	case supervisor.NoWords:
	}
	return "", false
}

// learn takes in what is asked. The question that is shown stays the shown one,
// also when it is gone: then that is said.
func (a *asking) learn(d *Dashboard, all []Question, err error) {
	switch {
	case err != nil && a.phase == looking:
		d.closeModal()
		d.model.say("", err)
	case err != nil || a.phase == sending || a.phase == gone:
	case a.phase == looking:
		a.begin(d, sortQuestions(all))
	default:
		a.keep(sortQuestions(all))
	}
}

// begin shows the first question.
func (a *asking) begin(d *Dashboard, all []Question) {
	if len(all) == 0 {
		d.closeModal()
		d.model.said = "nobody waits for an answer"
		return
	}
	i := slices.IndexFunc(all, func(q Question) bool { return q.Worker == a.first })
	a.all = all
	a.show(max(i, 0))
}

// show shows a question, with nothing chosen.
func (a *asking) show(i int) {
	a.at, a.phase, a.choice, a.line, a.from, a.note = i, choosing, 0, input{}, 0, ""
}

// keep takes in a new list and stays at its question.
func (a *asking) keep(all []Question) {
	q := a.question()
	i := slices.IndexFunc(all, func(o Question) bool { return same(o, q) })
	if i < 0 {
		a.phase, a.note = gone, ""
		a.all = slices.Insert(all, min(a.at, len(all)), q) // to be read still
		a.at = min(a.at, len(all))
		return
	}
	if !slices.Equal(all[i].What.Options, q.What.Options) {
		a.choice = 0
	}
	a.all, a.at = all, i
}

// heard takes in what became of an answer: it goes on with the next question,
// or says why this one still waits.
func (a *asking) heard(d *Dashboard, all []Question, refused, unseen error) {
	all = sortQuestions(all)
	switch {
	case refused == nil && len(all) == 0:
		d.closeModal()
	case refused == nil:
		a.all = all
		a.show(min(a.at, len(all)-1))
	default:
		a.phase = choosing
		if a.line.text != "" && a.choice == 0 {
			a.phase = wording
		}
		if unseen == nil {
			a.keep(all)
		}
		a.note = fm.Line(fm.Reason(refused), 300)
	}
}

// key takes a key of the phase.
func (a *asking) key(d *Dashboard, word string, ev *tcell.EventKey) {
	switch {
	case word == "Ctrl-C", word == "Esc" && a.phase != wording:
		a.leave(d)
	case a.phase == choosing:
		a.note = ""
		a.choose(d, word)
	case a.phase == wording:
		a.note = ""
		a.word(d, word, ev)
	case a.phase == gone && (word == "Enter" || word == "Right" || word == "n"):
		a.drop(d)
	}
}

// leave leaves without an answer.
func (a *asking) leave(d *Dashboard) {
	if a.phase == sending {
		d.model.said = "the answer is on its way"
	}
	d.closeModal()
}

// drop leaves a question that is gone for the next one.
func (a *asking) drop(d *Dashboard) {
	a.all = slices.Delete(a.all, a.at, a.at+1)
	if len(a.all) == 0 {
		d.closeModal()
		return
	}
	a.show(a.at % len(a.all))
}

func (a *asking) choose(d *Dashboard, word string) {
	n := len(a.options())
	switch word {
	case "q":
		a.leave(d)
	case "Right", "n":
		a.show((a.at + 1) % len(a.all))
	case "Left", "p":
		a.show((a.at + len(a.all) - 1) % len(a.all))
	case "Down", "j":
		a.pick(min(a.choice+1, n))
	case "Up", "k":
		a.pick(max(a.choice-1, min(n, 1)))
	case "PgDn":
		a.scroll(d, 1)
	case "PgUp":
		a.scroll(d, -1)
	case "e", "Tab":
		a.write()
	case "s":
		d.join(a.question().Worker)
	case "Enter":
		a.confirm(d)
	default:
		if len(word) == 1 && word[0] >= '1' && int(word[0]-'0') <= n {
			a.pick(int(word[0] - '0'))
		}
	}
}

func (a *asking) pick(choice int) { a.choice, a.from = choice, follow }

// confirm answers with the selected option.
func (a *asking) confirm(d *Dashboard) {
	q := a.question()
	switch {
	case !supervisor.Answerable(q.What):
		d.join(q.Worker)
	case a.choice > 0 && supervisor.WantsText(q.What.Options[a.choice-1]):
		a.write()
	case a.choice > 0:
		d.answer(a, supervisor.Answer{Option: a.choice})
	case len(q.What.Options) == 0:
		a.write()
	default:
		a.note = "Choose an option first, by its digit or the arrows."
	}
}

// write opens the line for words of one's own.
func (a *asking) write() {
	if _, ok := takesText(a.question().What); !ok {
		a.note = "This one takes none of your own words here."
		return
	}
	a.phase, a.choice, a.from = wording, 0, follow
}

func (a *asking) word(d *Dashboard, word string, ev *tcell.EventKey) {
	switch text := strings.TrimSpace(a.line.text); {
	case word == "Esc", word == "Tab", word == "Backtab":
		a.phase, a.from = choosing, 0
	case word == "Enter" && text == "":
		a.note = "There is no answer yet."
	case word == "Enter":
		d.answer(a, supervisor.Answer{Text: text})
	default:
		a.line.key(word, ev)
		a.fits()
	}
}

// paste takes text into the line of one's own words, and nowhere else.
func (a *asking) paste(_ *Dashboard, text string) {
	if a.phase == wording {
		a.line.paste(text)
		a.fits()
	}
}

func (a *asking) fits() {
	if a.line.full {
		a.note = "That does not fit in a line; for a long text: fm answer " + a.question().Worker.String() + " -"
	}
}

// sortQuestions puts who waits longest first.
func sortQuestions(all []Question) []Question {
	return slices.SortedStableFunc(slices.Values(all), func(a, b Question) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Worker, b.Worker))
	})
}
