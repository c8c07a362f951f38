package report

import (
	"fmt"

	"github.com/founder-mode/fm"
)

// mostFirst bounds the list of what to do first, by kind: who has fifty failed
// tasks looks at the first few, and at the cause that they share.
const mostFirst = 5

// first lists what only a person can do, in the order in which it helps most:
// what keeps everything, then who waits, then what is broken, then what is done.
func first(r Report, in Input) []Step {
	list := []Step{}
	s := in.Status
	left := 0
	for _, t := range in.Tasks {
		if !t.Status.Over() {
			left++
		}
	}
	if s.PID == 0 && left > 0 {
		list = append(list, Step{fmt.Sprintf("Start the supervisor: it does not run, and %s not over", are(left, "task")), "fm resume"})
	}
	if s.Gate.Person {
		list = append(list, Step{What: "Nothing new is begun: " + fm.Line(s.Gate.Why, 200)})
	}
	if s.Wanted.Paused {
		list = append(list, Step{"Go on: fm is paused", "fm resume"})
	}
	list = upTo(list, r.Questions, func(q Question) Step {
		return Step{fmt.Sprintf("Answer %s on %s: %s", q.Worker, q.Task.Ref(), fm.Line(q.Text, 120)), "fm inbox"}
	})
	list = upTo(list, of(r.Stuck, fm.Blocked), func(i Item) Step {
		return Step{fmt.Sprintf("%s needs you: %s", i.Task.Ref(), fm.Line(or(i.Note, i.Title), 160)), "fm why " + string(i.Task)}
	})
	list = upTo(list, of(r.Stuck, fm.Failed), func(i Item) Step {
		return Step{fmt.Sprintf("%s failed: %s", i.Task.Ref(), fm.Line(or(i.Note, i.Title), 160)), "fm queue retry " + string(i.Task)}
	})
	list = upTo(list, r.Review, func(i Item) Step {
		if i.Pull == "" {
			return Step{What: fmt.Sprintf("Take the work on %s: it is done, without a pull request", i.Task.Ref())}
		}
		return Step{What: fmt.Sprintf("Review PR #%s of %s, open for %s", i.Pull, i.Task.Ref(), fm.Span(in.To.Sub(i.Since)))}
	})
	return upTo(list, s.Problems, func(p string) Step { return Step{What: fm.Line(p, 200)} })
}

// upTo adds the first few, and says how many more there are.
func upTo[T any](list []Step, all []T, say func(T) Step) []Step {
	for i, one := range all {
		if i == mostFirst {
			return append(list, Step{What: fmt.Sprintf("… and %d more like that", len(all)-i)})
		}
		list = append(list, say(one))
	}
	return list
}

func of(items []Item, status fm.Status) []Item {
	var some []Item
	for _, i := range items {
		if i.Status == status {
			some = append(some, i)
		}
	}
	return some
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func are(n int, word string) string {
	if n == 1 {
		return "1 " + word + " is"
	}
	return fmt.Sprintf("%d %ss are", n, word)
}
