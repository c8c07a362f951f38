package queue

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/founder-mode/fm"
)

// Header is the first line of the view.
const header = "# fm queue v1 — PRIORITY|PARENT|SUBISSUE|STATUS|WORKER|TIMESTAMP — edit freely; fm keeps comments and blank lines"

// headerMark is what tells a header from a comment, whatever a later version
// writes behind it.
const headerMark = "# fm queue v1"

// workerKey keeps a word in the worker column that names no worker.
const workerKey = "worker"

const columns = 6

// isWord says whether s is what may stand for a status or a key: a letter or
// digit, then up to 63 of A-Z a-z 0-9 . _ -.
func isWord(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20 // lower case
		switch {
		case c >= 'a' && c <= 'z' && s[i] >= 'A', s[i] >= '0' && s[i] <= '9':
		case i > 0 && (s[i] == '.' || s[i] == '_' || s[i] == '-'):
		default:
			return false
		}
	}
	return s != "" && len(s) <= fm.MaxID
}

// edit is a line of the view as somebody left it.
type edit struct {
	task   fm.Task
	fields string // behind the columns
}

// has says whether the line carries the key.
func (e edit) has(key string) bool {
	return strings.HasPrefix(e.fields, key+"=") || strings.Contains(e.fields, "|"+key+"=")
}

// parseLine reads one line that is neither blank nor a comment:
//
//	PRIORITY|PARENT|SUBISSUE|STATUS|WORKER|TIMESTAMP[|key=value]…
func parseLine(line string) (edit, error) {
	var cols [columns]string
	rest, ok := cutInto(cols[:columns-1], line, "|")
	if !ok {
		return edit{}, fmt.Errorf("%d columns: want PRIORITY|PARENT|SUBISSUE|STATUS|WORKER|TIMESTAMP", strings.Count(line, "|")+1)
	}
	cols[columns-1], rest, ok = strings.Cut(rest, "|")
	e := edit{fields: rest}
	if err := e.readColumns(cols); err != nil {
		return edit{}, err
	}
	for ok {
		var field string
		field, rest, ok = strings.Cut(rest, "|")
		key, value, has := strings.Cut(field, "=")
		if !has || !isWord(key) {
			return edit{}, fmt.Errorf("field %q: want key=value", fm.Line(field, 40))
		}
		if err := e.readField(key, decode(value)); err != nil {
			return edit{}, err
		}
	}
	return e, nil
}

// cutInto fills words with what stands before the first separators, and gives
// what stands behind them. It says whether there were as many.
func cutInto(words []string, s, sep string) (rest string, ok bool) {
	for i := range words {
		if words[i], s, ok = strings.Cut(s, sep); !ok {
			return "", false
		}
	}
	return s, true
}

func (e *edit) readColumns(cols [columns]string) error {
	for i, col := range cols {
		cols[i] = strings.TrimSpace(col)
	}
	t := &e.task
	var err error
	if t.Priority, err = fm.ParsePriority(strings.TrimPrefix(strings.ToUpper(cols[0]), "P")); err != nil {
		return err
	}
	if cols[1] != "" {
		if t.Parent, err = fm.ParseIssueID(cols[1]); err != nil {
			return fmt.Errorf("parent: %w", err)
		}
	}
	if t.ID, err = fm.ParseTaskID(cols[2]); err != nil {
		return fmt.Errorf("subissue: %w", err)
	}
	t.Status = fm.Status(cols[3])
	if t.Status == "" {
		t.Status = fm.Pending
	}
	if !isWord(string(t.Status)) {
		return fmt.Errorf("status %q: want one word", fm.Line(cols[3], 40))
	}
	if cols[4] != "" {
		if t.Worker, err = fm.ParseWorkerID(cols[4]); err != nil {
			t.Extra = append(t.Extra, fm.Field{Key: workerKey, Value: cols[4]})
		}
	}
	if cols[5] != "" {
		if t.Since, err = readTime(cols[5]); err != nil {
			return fmt.Errorf("timestamp: %w", err)
		}
	}
	return nil
}

func (e *edit) readField(key, value string) error {
	t := &e.task
	var err error
	switch key {
	case "r":
		t.Revision, err = strconv.ParseUint(value, 10, 64)
	case "a":
		t.Attempt, err = readCount(value)
	case "f":
		t.Failures, err = readCount(value)
	case costKey, tokenKey:
		err = readAmounts(&t.Spent, key, value)
	case costKey + beforeMark, tokenKey + beforeMark:
		err = readAmounts(&t.Before, key[:len(key)-len(beforeMark)], value)
	case "nb":
		t.NotBefore, err = readTime(value)
	case "dep":
		t.DependsOn, err = readDeps(value)
	case termsKey, timeoutKey, guessKey, pathsKey:
		err = readOrder(t, key, value)
	case "br":
		t.Branch = value
	case "pr":
		if isWord(value) { // it is shown in many places
			t.Pull = value
		}
	case "node":
		t.Node = value
	case "t":
		t.Title = value
	case "n":
		t.Note = value
	case workerKey:
		t.Extra = append(without(t.Extra, workerKey), fm.Field{Key: key, Value: value})
	default:
		t.Extra = append(t.Extra, fm.Field{Key: key, Value: value})
	}
	if err != nil {
		return fmt.Errorf("field %s: %w", key, err)
	}
	return nil
}

// renderLine is the inverse of [parseLine] for every task of the queue.
func renderLine(t fm.Task) string {
	var b strings.Builder
	b.Grow(96 + len(t.Title) + len(t.Note))
	b.WriteString(strconv.Itoa(int(t.Priority)))
	for _, col := range []string{string(t.Parent), string(t.ID), string(t.Status), t.Worker.String(), writeTime(t.Since)} {
		b.WriteByte('|')
		b.WriteString(col)
	}
	field := func(key, value string) {
		if value != "" {
			b.WriteString("|" + key + "=" + encode(value))
		}
	}
	field("r", writeCount(t.Revision))
	field("a", writeCount(uint64(t.Attempt)))
	field("f", writeCount(uint64(t.Failures)))
	b.WriteString(writeSpending("", t.Spent))
	b.WriteString(writeSpending(beforeMark, t.Before))
	field("nb", writeTime(t.NotBefore))
	field("dep", writeDeps(t.DependsOn))
	field(termsKey, writeTerms(t.Terms))
	field(timeoutKey, writeTimeout(t.Terms.Timeout))
	field(pathsKey, writePaths(t.Paths))
	field(guessKey, writeTimeout(t.Estimate))
	field("br", t.Branch)
	field("pr", t.Pull)
	field("node", t.Node)
	for _, f := range t.Extra {
		b.WriteString("|" + f.Key + "=" + encode(f.Value))
	}
	field("t", t.Title)
	field("n", t.Note)
	return b.String()
}

func readTime(s string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q: want a time such as 2026-11-20T14:30:45Z", fm.Line(s, 40))
	}
	return at.UTC().Truncate(time.Second), nil
}

func writeTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func readCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err == nil && (n < 0 || n > 1<<30) {
		err = errors.New("out of range")
	}
	if err != nil {
		return 0, fmt.Errorf("%q: want a count", fm.Line(s, 40))
	}
	return n, nil
}

func writeCount(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

func readDeps(s string) ([]fm.TaskID, error) {
	var ids []fm.TaskID
	for word := range strings.SplitSeq(s, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		id, err := fm.ParseTaskID(word)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func writeDeps(ids []fm.TaskID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = string(id)
	}
	return strings.Join(words, ",")
}
