package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/founder-mode/fm"
	"github.com/founder-mode/fm/claude/messages"
)

// shopFiles is the program that the issues of [shopIssues] are about.
var shopFiles = map[string]string{
	"src/cart.js":     "export function checkout(cart) {\n  while (cart.total === undefined) await(cart);\n}\n",
	"src/price.js":    "export function price(cents) {\n  return Math.floor(cents) / 100;\n}\n",
	"src/login.js":    "export const afterLogin = () => '/';\n",
	"src/search.js":   "export const search = (all, word) => all.filter(p => p.name.includes(word));\n",
	"src/mail.js":     "export const subject = order => 'Your oder ' + order;\n",
	"src/api.js":      "export const timeout = 0;\n",
	"src/stock.js":    "export const inStock = n => n >= 0;\n",
	"src/export.js":   "export const row = cells => cells.join(',');\n",
	"src/session.js":  "export const cookie = id => `sid=${id}`;\n",
	"src/theme.css":   ":root { --ink: #000; }\n",
	"docs/INSTALL.md": "# Installing\n\nRun `npm i`.\n",
	"tests/api.test.js": "import { timeout } from '../src/api.js';\n" +
		"test('it answers in time', () => expect(Date.now() % 2).toBe(0));\n",
}

// shopIssue is an issue, and what an agent does about it: it has a file hold
// something else, and says so.
type shopIssue struct {
	title, head, body  string // head is what stands in the front matter
	file, before, then string // before is "" for a new file
	said               string
}

// shopIssues are numbered from 1. The first three are begun first, whatever
// files they share: they are urgent.
var shopIssues = []shopIssue{
	{
		title: "Checkout hangs when the cart is empty", head: "labels: [bug]\npriority: high\n",
		body: "Open the cart without anything in it and press *Pay*. The page never answers.\n\n    at checkout (src/cart.js:2:3)\n",
		file: "src/cart.js", before: "while (cart.total === undefined) await(cart)", then: "if (!cart.total) return null",
	},
	{
		title: "Prices are rounded down", head: "labels: [bug]\npriority: high\n",
		body: "12.999 is shown as 12.99 and must be 13.00. `Math.floor` in src/price.js, I think.\n",
		file: "src/price.js", before: "Math.floor(cents)", then: "Math.round(cents)", said: "Prices are rounded to the nearest cent",
	},
	{
		title: "Show prices with the currency's sign", head: "labels: [enhancement]\npriority: high\n",
		body: "`price()` in `src/price.js` gives a bare number. Customers in Norway ask what it is in.\n",
		file: "src/price.js", before: "return Math.floor(cents) / 100", then: "return '€ ' + Math.floor(cents) / 100", said: "Prices have their sign",
	},
	{
		title: "Flaky test: it answers in time", head: "labels: [test]\n",
		body: "`tests/api.test.js` fails every other run:\n\n```\nFAIL tests/api.test.js:2\n  expected 0, received 1\n```\n",
		file: "tests/api.test.js", before: "Date.now() % 2", then: "timeout", said: "The test needs a clock that nobody here can set",
	},
	{
		title: "Login redirects to the wrong page", head: "labels: [bug]\n",
		body: "After a login the user lands on `/` instead of the page asked for, see src/login.js.\n",
		file: "src/login.js", before: "() => '/'", then: "from => from || '/'", said: "Login leads back to the page asked for",
	},
	{
		title: "Search finds nothing in capital letters", head: "labels: [bug]\n",
		body: "Search for TEA: nothing. Search for tea: 12 products.\n\n    src/search.js:1\n",
		file: "src/search.js", before: "p.name.includes(word)", then: "p.name.toLowerCase().includes(word.toLowerCase())", said: "Letter case does not count any more",
	},
	{
		title: "Typo in the subject of the order mail", body: "\"Your oder\". Please correct src/mail.js.\n",
		file: "src/mail.js", before: "oder", then: "order", said: "Corrected the subject",
	},
	{
		title: "API calls never time out", head: "labels: [bug]\n",
		body: "With the network cable out, the spinner goes on for ever (src/api.js).\n",
		file: "src/api.js", before: "timeout = 0", then: "timeout = 10_000", said: "Calls end after ten seconds",
	},
	{
		title: "Products with no stock can be ordered", head: "labels: [bug]\n",
		body: "`inStock(0)` is true. From C:\\build\\shop\\src\\stock.js:1.\n",
		file: "src/stock.js", before: "n >= 0", then: "n > 0", said: "None left means out of stock",
	},
	{
		title: "Quote cells of the CSV export", body: "A comma in a name breaks `src/export.js`, e.g. `Tea, green`.\n",
		file: "src/export.js", before: "cells.join(',')", then: "cells.map(c => JSON.stringify(c)).join(',')", said: "Cells are quoted | all of them",
	},
	{
		title: "Add a dark mode", head: "labels: [enhancement]\n",
		body: "White pages hurt at night. A second theme beside the one that there is would do.\n",
		file: "src/dark.css", then: ":root { --ink: #fff; }\n", said: "Added a dark theme",
	},
	{
		title: "Document how to install with pnpm", head: "labels: [documentation]\n",
		body: "docs/INSTALL.md only knows npm.\n",
		file: "docs/INSTALL.md", before: "Run `npm i`.", then: "Run `npm i` or `pnpm i`.", said: "Documented pnpm",
	},
}

// The issues that come to something else than a pull request that is merged.
const (
	hangs     = 1 // its model stops answering
	first     = 2 // is merged before the one that conflicts with it is done
	conflicts = 3 // changes the same line
	gives     = 4 // its agent gives up
)

// shop is the project with its issues, and the model that mends them.
type shop struct {
	*stage
	began  func()          // the one that conflicts is at work, on the base as it was
	after  <-chan struct{} // closed by that
	merged func()          // the first one is merged
	then   <-chan struct{} // closed by that
	never  chan struct{}
	over   int    // issues to which nothing more happens, as fm says
	idle   func() // only the one that hangs is left
}

// newShop makes the project. Its model is asked by three agents at a time.
func newShop(t play) *shop {
	idle := takeSessions(t, 3)
	after, then := make(chan struct{}), make(chan struct{})
	s := &shop{
		began: sync.OnceFunc(func() { close(after) }), after: after,
		merged: sync.OnceFunc(func() { close(then) }), then: then, never: make(chan struct{}), idle: idle,
	}
	s.stage = newScene(t, fm.Config{Verify: "./test"}, s.model, withKey)
	for name, text := range shopFiles {
		s.file(filepath.Join(s.project.Root, name), text)
	}
	s.sh("git add . ':(exclude).founder-mode' && git commit -q -m 'Sell things' && git push -q origin HEAD")
	for i, issue := range shopIssues {
		head := ""
		if issue.head != "" {
			head = "---\n" + issue.head + "---\n"
		}
		s.file(filepath.Join(s.project.Issues(), fmt.Sprintf("%04d-issue.md", i+1)), head+"# "+issue.title+"\n\n"+issue.body)
	}
	return s
}

func (s *shop) file(path, text string) {
	s.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.Fatal(err)
	}
}

var attemptLine = regexp.MustCompile(`(?m)^\* Attempt: (\d+)$`)

// model goes through what is to be done for an issue step by step.
func (s *shop) model(r messages.Request) messages.Reply {
	_, id := r.Command()
	var n, attempt int
	if _, err := fmt.Sscan(id, &n); err != nil || !r.Offers("Bash") {
		return messages.Say("A title.") // which the CLI asks for itself
	}
	if all := attemptLine.FindAllStringSubmatch(r.Text(), -1); len(all) > 0 {
		_, _ = fmt.Sscan(all[len(all)-1][1], &attempt) // digits
	}
	steps := append([]messages.Reply{messages.Bash("cat TASK.md")}, s.steps(n, attempt)...)
	if r.Step() < len(steps) {
		return steps[r.Step()]
	}
	return messages.Say("That is all.")
}

// steps are what is done for an issue when TASK.md is read.
func (s *shop) steps(n, attempt int) []messages.Reply {
	x := shopIssues[n-1]
	switch work := s.changes(n); {
	case n == hangs:
		return append(work, messages.Reply{Until: s.never})
	case n == first:
		done := messages.Complete("SUCCESS", x.said+".\n\nAll of them.")
		done.Until = s.after
		return append(work, messages.Commit(x.file), done)
	case n == conflicts && attempt < 2:
		s.began()
		done := messages.Complete("SUCCESS", x.said+".")
		done.Until = s.then
		return append(work, messages.Commit(x.file), done)
	case n == conflicts && attempt > 3: // a person has done it
		return []messages.Reply{messages.Complete("SUCCESS", x.said+".")}
	case n == conflicts:
		return []messages.Reply{
			messages.Bash("git fetch -q origin && ! git rebase -q origin/main && git status --short && git rebase --abort"),
			messages.Complete("FAILED", "Rounding and sign are one line, and nobody says which comes first"),
		}
	case n == gives:
		return append(work, messages.Bash("git commit -q -a -m 'Try a timeout'"), messages.Complete("FAILED", x.said))
	default:
		return append(work, messages.Commit(x.file), messages.Complete("SUCCESS", x.said+"."))
	}
}

// changes has the file of an issue hold something else, with the CLI's own tools.
func (s *shop) changes(n int) []messages.Reply {
	x := shopIssues[n-1]
	path := filepath.Join(s.tree(fm.TaskID(fmt.Sprint(n))), x.file)
	if x.before == "" {
		return []messages.Reply{messages.Use("Write", map[string]string{"file_path": path, "content": x.then})}
	}
	return []messages.Reply{
		messages.Use("Read", map[string]string{"file_path": path}),
		messages.Use("Edit", map[string]string{"file_path": path, "old_string": x.before, "new_string": x.then}),
	}
}

// commit is what an issue is committed with.
func (x shopIssue) commit(n int) string { return fmt.Sprintf("fix: %s\n\nFixes #%d\n", x.title, n) }

var lastLine = regexp.MustCompile(`^(✓ #\d+ .*: merged |✗ #\d+ .*: failed: )`)

// heard lets the one that conflicts go on when it is too late for it, and other
// tests when next to nothing is left to be done.
func (s *shop) heard(line string) {
	if !lastLine.MatchString(line) {
		return
	}
	if strings.HasPrefix(line, fmt.Sprintf("✓ #%d ", first)) {
		s.merged()
	}
	if s.over++; s.over == len(shopIssues)-1 {
		s.idle()
	}
}
