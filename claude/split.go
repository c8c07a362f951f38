package claude

import (
	"context"
	_ "embed" // for the schema
	"fmt"

	"github.com/founder-mode/fm"
)

//go:embed split.schema.json
var splitSchema string

// Split asks Claude to split an issue into two to five subissues. It calls a
// model once, in the main checkout, with tools that can only read there, and
// takes at most 5 minutes. What it returns was checked: titles, criteria,
// priorities, paths and an order without circles.
//
// Errors wrap [fm.ErrRefused] when a person must do something first, such as
// log in, or wait until the API answers again; all others, an answer that is
// no split among them, may pass when asked again.
func (c *Claude) Split(ctx context.Context, issue fm.Issue) (fm.Split, error) {
	split, err := readSplit(c.consult(ctx, splitSchema, splitPrompt(issue)))
	if err != nil {
		return fm.Split{}, fmt.Errorf("split issue %s: %w", issue.ID, err)
	}
	return split, nil
}

func readSplit(out []byte, failure error) (s fm.Split, err error) {
	if err := readAnswer(out, failure, &s); err != nil {
		return fm.Split{}, err
	}
	return validate(s)
}

func splitPrompt(issue fm.Issue) string {
	return "Split the issue below into 2 to 5 subissues. First look at the code of this repository as far as you need it.\n\n" +
		"Each subissue:\n" +
		"- can be implemented, reviewed and merged on its own, in 2 to 4 hours;\n" +
		"- has a title of one line, in the imperative, without numbers of issues;\n" +
		"- has acceptance criteria that can be checked, tests among them;\n" +
		"- says in technical_context what the implementer must know: files, patterns to follow, decisions of the parent issue;\n" +
		"- names in paths the files or folders it will touch, relative to the root of the repository;\n" +
		"- names in depends_on the positions (from 1) of the subissues that must be merged before it; " +
		"avoid dependencies, and let no two subissues that do not depend on each other touch the same files.\n\n" +
		"Together they must cover the issue, and nothing else. Nobody can answer questions: decide.\n\n" +
		quoted(issue)
}
