package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/intake"
)

// news prints what happens while issues are taken in.
type news struct {
	out      io.Writer
	heading  string // what is done with them; "" where that was said
	creating bool
	made     bool      // a plan or a subissue, which stays whatever becomes of the order
	waiting  *progress // what is shown until the next news; may be nil
}

func (n *news) begin() {
	if n.heading != "" {
		fmt.Fprintln(n.out, n.heading)
	}
}

func (n *news) tell(x intake.News) { n.waiting.aside(func() { n.print(x) }) }

func (n *news) print(x intake.News) {
	id := "Issue " + x.Issue.ID.Ref()
	switch x.Kind {
	case intake.Found:
		n.made = n.made || x.Why == ""
		fmt.Fprintf(n.out, "✓ %s: Found %s%s\n", id, fm.Count(x.Count, "logical subissue"), because(x.Why))
	case intake.Adopted:
		fmt.Fprintf(n.out, "✓ %s: Has %s already%s\n", id, fm.Count(x.Count, "open subissue"), because(x.Why))
	case intake.Known:
		fmt.Fprintf(n.out, "✓ %s: Is in the queue already%s\n", id, because(x.Why))
	case intake.Retried:
		fmt.Fprintf(n.out, "! %s: Could not be split, trying once more%s\n", id, because(x.Why))
	case intake.Whole:
		fmt.Fprintf(n.out, "! %s: Becomes one task, because it could not be split%s\n", id, because(x.Why))
	case intake.PartOf:
		fmt.Fprintf(n.out, "  %s\n", fm.Line(x.Why, 300))
	case intake.Outside, intake.Circle:
		fmt.Fprintf(n.out, "! %s\n", fm.Line(x.Why, 300))
	case intake.Created:
		n.made = true
		if !n.creating {
			n.creating = true
			fmt.Fprintln(n.out, "\n📋 Creating subissues...")
		}
		fmt.Fprintf(n.out, "✓ Created %s: %s\n", x.Issue.ID.Ref(), fm.Line(x.Issue.Title, 120))
	}
}

// cutOff says of an error what it did not undo. Bad input or not: something was
// changed then.
func (n *news) cutOff(err error, taken int) error {
	switch {
	case err == nil:
		return nil
	case taken > 0:
		err = fmt.Errorf("%w; tasks taken in before that are in the queue: %d", err, taken)
	case n.made && !errors.Is(err, context.Canceled):
		err = fmt.Errorf("%w; the plans and subissues that were made stay, and the same command goes on with them", err)
	default:
		return err
	}
	return exitError{code: exitFailure, err: err}
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return " (" + fm.Line(why, 200) + ")"
}
