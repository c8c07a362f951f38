package github

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// The task list stands in the text of a parent where the server has no
// sub-issues:
//
//	<!-- fm:tasks -->
//	- [ ] #13
//	- [ ] #14
//	<!-- /fm:tasks -->
//
// People may add lines, tick them and move the whole; fm only adds.
const (
	tasksStart = "<!-- fm:tasks -->"
	tasksEnd   = "<!-- /fm:tasks -->"
)

// maxTasks bounds a list that anybody may have written.
const maxTasks = 200

var taskLine = fm.Pattern(`(?m)^\s*[-*+] \[[ xX]\] #(\d{1,9})\b`)

// readTasks gives the numbers in the task list of a text, in its order.
func readTasks(body string) []int {
	_, rest, ok := strings.Cut(body, tasksStart)
	if !ok {
		return nil
	}
	rest, _, _ = strings.Cut(rest, tasksEnd)
	var numbers []int
	for _, m := range taskLine().FindAllStringSubmatch(rest, -1) {
		if n, err := strconv.Atoi(m[1]); err == nil && n > 0 && !slices.Contains(numbers, n) && len(numbers) < maxTasks {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// addTask adds a line to the task list of a text, or a list to the text. All
// else stays as it is, byte for byte.
func addTask(body string, n int) string {
	line := fmt.Sprintf("- [ ] #%d\n", n)
	before, rest, ok := strings.Cut(body, tasksStart)
	if !ok {
		if body != "" {
			body = strings.TrimRight(body, "\r\n") + "\n\n"
		}
		return body + tasksStart + "\n" + line + tasksEnd + "\n"
	}
	list, after, ended := strings.Cut(rest, tasksEnd)
	if !ended { // somebody took the end away: the list goes right behind the start
		return before + tasksStart + "\n" + line + tasksEnd + "\n" + strings.TrimLeft(rest, "\r\n")
	}
	if !strings.HasSuffix(list, "\n") {
		list += "\n"
	}
	return before + tasksStart + list + line + tasksEnd + after
}

// list adds an issue to the task list of its parent. GitHub knows no
// compare-and-swap: the text is read right before it is written.
func (g *GitHub) list(ctx context.Context, s *spell, parent, child int) error {
	var body string
	listed := func() (bool, error) {
		p, err := g.read(ctx, parent)
		if err != nil {
			return false, err
		}
		body = p.GetBody()
		return slices.Contains(readTasks(body), child), nil
	}
	there, err := listed()
	if err != nil || there {
		return err
	}
	err = g.once(ctx, s, func() error {
		text := addTask(body, child)
		if len(text) > maxText {
			return fmt.Errorf("the text of #%d is too long for a list of its subissues: shorten it: %w", parent, fm.ErrRefused)
		}
		_, err := g.do(ctx, http.MethodPatch, g.path("issues/%d", parent), map[string]string{"body": text}, nil)
		return err
	}, listed)
	return g.explain(err)
}
