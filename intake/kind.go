package intake

import (
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// Kind says what an issue is about, in the words of a changelog: bug, feature,
// docs, refactor, test or chore; and task when nothing tells. What is asked first
// decides:
//
//	labels      bug, kind/bug, "Type: Bug", enhancement, documentation, and their like
//	the prefix  of the title: "fix: …", "feat(ui): …", "[Bug] …", "Docs: …"
//	the verb    that the title begins with: fix, add, document, refactor, bump, …
//	a symptom   that it names: crash, error, timeout, "does not", …
//	a wish      that it names: support for, option to, …
//
// Of several labels the narrower one counts: a bug before docs, tests and
// refactoring, these before a feature, and all of them before a chore. A question
// and a plain task are tasks, whatever their title says.
func Kind(issue fm.Issue) string {
	if kind := kindOfLabels(issue.Labels); kind != "" {
		return kind
	}
	title := strings.ToLower(fm.Line(strings.ReplaceAll(issue.Title, "’", "'"), 0))
	order := title // without what stands in front of it
	if m := titlePrefix().FindStringSubmatch(title); m != nil {
		if kind := kindOfWord(m[1] + m[2]); kind != "" {
			return kind
		}
		order = m[3]
	}
	if kind := kindOfVerb(order); kind != "" {
		return kind
	}
	switch {
	case question().MatchString(order):
		return taskKind
	case symptom().MatchString(title):
		return bugKind
	case wish().MatchString(title):
		return featureKind
	}
	return taskKind
}

const (
	bugKind      = "bug"
	featureKind  = "feature"
	docsKind     = "docs"
	refactorKind = "refactor"
	testKind     = "test"
	choreKind    = "chore"
	taskKind     = "task"
)

// titlePrefix is a kind in front of a title: "[kind] …", or "kind(scope)!: …".
var titlePrefix = fm.Pattern(`^\s*(?:[\[(]([^\])]{2,30})[\])]\s*[:-]?|([a-z][a-z -]{1,20}?)\s*(?:\([^)]*\))?!?:)\s*(.*)$`)

// labelScheme is what stands in front of a kind in a label: kind/bug, "Type: Bug",
// C-bug.
var labelScheme = fm.Pattern(`^(?:issue ?type|type|kind|category|t|c)\s*[:/. ]+\s*(.+)$`)

// labelNoise is all that is neither a letter, a digit nor a sign of a scheme, and
// names of emoji.
var labelNoise = fm.Pattern(`:[a-z_+0-9]+:|[^\pL\pN:/. ]+`)

// labelWords gives a label in plain words: lower case, with spaces.
func labelWords(label string) string {
	label = strings.NewReplacer("-", " ", "_", " ").Replace(strings.ToLower(fm.Line(label, 100)))
	return strings.Join(strings.Fields(labelNoise().ReplaceAllString(label, " ")), " ")
}

func kindOfLabels(labels []string) string {
	var found []string
	for _, label := range labels {
		words := labelWords(label)
		if m := labelScheme().FindStringSubmatch(words); m != nil {
			words = m[1]
		}
		found = append(found, kindOfWord(words))
	}
	for _, kind := range []string{bugKind, docsKind, testKind, refactorKind, featureKind, choreKind, taskKind} {
		if slices.Contains(found, kind) {
			return kind
		}
	}
	return ""
}

// kindOfWord reads the names that people have for kinds.
func kindOfWord(words string) string {
	switch strings.Trim(words, " ") {
	case "bug", "bugs", "bugfix", "bug fix", "bug report", "fix", "hotfix", "defect", "regression", "crash", "error", "incident", "security", "vulnerability":
		return bugKind
	case "feature", "features", "feat", "feature request", "new feature", "enhancement", "enhancements", "improvement", "story", "user story", "epic", "rfe", "proposal", "request", "idea":
		return featureKind
	case "docs", "doc", "documentation":
		return docsKind
	case "refactor", "refactoring", "cleanup", "clean up", "tech debt", "technical debt", "techdebt", "debt", "code quality", "perf", "performance", "style":
		return refactorKind
	case "test", "tests", "testing", "flake", "flaky", "flaky test", "flaky tests", "test coverage":
		return testKind
	case "chore", "chores", "maintenance", "housekeeping", "dependencies", "dependency", "deps", "build", "ci", "tooling", "infrastructure", "infra", "release", "revert":
		return choreKind
	case "task", "question", "support", "discussion", "sub task", "subtask":
		return taskKind
	}
	return ""
}

var (
	aboutDocs  = fm.Pattern(`\b(?:docs?|documentation|readme|typos?|changelog|docstrings?|godoc|javadoc|man ?pages?|tutorial|contributing)\b`)
	aboutTests = fm.Pattern(`\b(?:(?:unit|integration|e2e|regression|missing|flaky) tests?|tests?(?: suite)? (?:for|of)|test ?(?:coverage|cases?|suite)|tests)\b`)
)

// kindOfVerb reads what is to be done, and to what: "Update the README" is no
// chore, and "Add tests for the parser" no feature.
func kindOfVerb(title string) string {
	words := strings.FieldsFunc(title, func(r rune) bool { return r == ' ' || r == ',' })
	if len(words) == 0 {
		return ""
	}
	verb := words[0]
	if len(words) > 1 && slices.Contains([]string{"clean", "set", "speed", "please", "we"}, verb) {
		verb += " " + words[1]
	}
	kind := ""
	switch strings.TrimPrefix(verb, "please ") {
	case "fix", "fixes", "fixing", "repair", "correct", "resolve", "prevent", "avoid", "handle", "stop", "restore", "debug", "investigate":
		kind = bugKind
	case "add", "adds", "adding", "support", "allow", "implement", "introduce", "enable", "create", "provide", "let", "show", "display", "expose", "extend", "offer", "make", "improve", "include", "integrate", "accept", "option", "ability", "possibility", "we need", "we want":
		kind = featureKind
	case "document", "describe", "explain", "clarify":
		kind = docsKind
	case "refactor", "rename", "extract", "simplify", "clean up", "cleanup", "restructure", "reorganize", "reorganise", "deduplicate", "inline", "rewrite", "split", "move", "replace", "modernize", "consolidate", "unify", "optimize", "optimise", "speed up":
		kind = refactorKind
	case "test", "cover":
		kind = testKind
	case "bump", "upgrade", "update", "pin", "release", "drop", "remove", "delete", "migrate", "configure", "set up", "setup", "deprecate", "publish", "write":
		kind = choreKind
	}
	switch {
	case kind == "":
	case noun(words[0]) && failing().MatchString(title):
		return bugKind
	case aboutDocs().MatchString(title):
		return docsKind
	case aboutTests().MatchString(title):
		return testKind
	}
	return kind
}

// noun says whether a verb may as well be a thing: "Update the parser", but
// "Update fails on Windows".
func noun(verb string) bool {
	return slices.Contains([]string{"test", "cover", "update", "upgrade", "release", "delete", "support", "split", "move", "drop", "display", "setup", "document", "extract", "show", "bump", "offer", "handle", "debug"}, verb)
}

var (
	failing  = fm.Pattern(`\b(?:fails|crashes|hangs|breaks|freezes|leaks|throws|panics|is broken|does not|doesn't|is not|isn't|can't|cannot|won't|times out|not working|returns? [45]\d\d)\b`)
	question = fm.Pattern(`^(?:how (?:to|do|does|can|should)|what (?:is|are)|question|is there|discuss)\b`)
	symptom  = fm.Pattern(`\b(?:crash(?:es|ed|ing)?|\w*errors?|\w*exceptions?|panics?|segfaults?|npe|null ?pointer|fail(?:s|ed|ing|ure|ures)?|broken|breaks?|bugs?|time(?:s|d)? ?-?outs?|timing out|hangs?|hanging|freezes?|stuck|leaks?|deadlocks?|races?|wrong(?:ly)?|incorrect(?:ly)?|invalid|missing|lost|loses|unexpected|regression|corrupt(?:s|ed)?|garbled|duplicated?|infinite|unable|cannot|can't|can not|won't|doesn't|does not|don't|isn't|is not|aren't|not working|no longer|not found|never|instead of|[45]\d\d)\b`)
	wish     = fm.Pattern(`\b(?:support|ability|option|possibility|would be (?:nice|great|useful)|should be (?:able|possible)|as an? [a-z ]+,? i want|i want|feature|new)\b`)
)
