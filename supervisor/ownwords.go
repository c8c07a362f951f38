package supervisor

import (
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// OwnWords says what a text of a person's own does as the answer to a question.
type OwnWords int

// What it does.
const (
	NoWords  OwnWords = iota // none is taken
	Answers                  // it is the answer
	Declines                 // the answer is no, and the text says why
)

// WordsFor says what a text does to a question, as [Speaker.Answer] takes it. Of
// the options that are known some may be missing: an agent's signs tell its own,
// and the CLI adds that which takes a text. What is on its screen decides in the
// end.
func WordsFor(q fm.Question) OwnWords {
	switch {
	case !Answerable(q):
		return NoWords
	case q.Kind == fm.AsksQuestion, slices.ContainsFunc(q.Options, WantsText):
		return Answers
	case len(q.Options) == 0 || slices.ContainsFunc(q.Options, declines):
		return Declines
	}
	return NoWords
}

// Answerable says whether a question is one that [Speaker.Answer] may answer, as
// far as its options are known: what is about the account or the CLI itself, and
// where several options may be chosen, is for who sits before the agent's own
// screen.
func Answerable(q fm.Question) bool {
	switch q.Kind {
	case fm.AsksPermission, fm.AsksQuestion, fm.AsksPlan:
		return len(q.Options) <= 9 && !slices.ContainsFunc(q.Options, func(o string) bool { return strings.HasPrefix(o, checkBox) })
	case fm.AsksLimit, fm.AsksDialog:
	}
	return false
}

// WantsText says whether an option is that which takes a text, and is nothing
// without one.
func WantsText(option string) bool { return strings.HasPrefix(option, freeOption) }

// declines says whether an option is that which declines.
func declines(option string) bool { return strings.HasPrefix(option, noOption) }
