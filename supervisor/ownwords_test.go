package supervisor

import (
	"testing"

	"github.com/founder-mode/fm"
)

// TestWordsAreTakenWhereTheScreenTakesThem: what is said before an answer is what
// becomes of it. Caught: a question whose signs do not tell of the option that
// the CLI adds takes no words.
func TestWordsAreTakenWhereTheScreenTakesThem(t *testing.T) {
	many := make([]string, 10)
	for _, test := range []struct {
		kind    fm.QuestionKind
		options []string
		want    OwnWords
	}{
		{fm.AsksQuestion, []string{"SQLite", "Postgres"}, Answers},
		{fm.AsksQuestion, []string{"SQLite", "Type something."}, Answers},
		{fm.AsksQuestion, nil, Answers},
		{fm.AsksQuestion, []string{"[ ] SQLite", "[x] Postgres"}, NoWords},
		{fm.AsksQuestion, many, NoWords},
		{fm.AsksPermission, []string{"Yes", "No, and tell Claude what to do differently"}, Declines},
		{fm.AsksPermission, nil, Declines},
		{fm.AsksPermission, []string{"Yes", "Always"}, NoWords},
		{fm.AsksPlan, []string{"Yes", "Type something to change it"}, Answers},
		{fm.AsksPlan, []string{"Yes", "No, keep planning"}, Declines},
		{fm.AsksLimit, []string{"No"}, NoWords},
		{fm.AsksDialog, nil, NoWords},
		{"", nil, NoWords},
	} {
		q := fm.Question{Kind: test.kind, Text: "Which?", Options: test.options}
		got := WordsFor(q)
		if got != test.want {
			t.Errorf("%s with %q: %d, want %d", test.kind, test.options, got, test.want)
		}
		if len(q.Options) == 0 || !Answerable(q) || q.Kind == fm.AsksQuestion {
			continue // the screen tells more
		}
		n, err := choose(q, Answer{Text: "because"})
		becomes := NoWords
		switch {
		case err != nil:
		case WantsText(q.Options[n-1]):
			becomes = Answers
		default:
			becomes = Declines
		}
		if becomes != got {
			t.Errorf("%s with %q: %d was said, and it becomes %d", test.kind, test.options, got, becomes)
		}
	}
}
