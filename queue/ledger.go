package queue

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// A ledger line is
//
//	crc32c seq unix_ms op id attempt why payload
//
// The checksum covers all behind it. An op that ends in "+" has more entries
// of the same commit behind it: a commit counts only when its last line is
// there. The payload is a queue line for a task; the order of all ids for
// [opOrder]; comments, one per encoded line, for [opComments]; the sum so far
// for [opDay].
type entry struct {
	seq     uint64
	at      int64 // milliseconds since 1970
	op      Op
	id      string // of the task or the parent, or the day; "-" for none
	attempt int
	why     string // as a [word]
	payload string
}

const (
	nobody    = "-"
	moreMark  = "+"
	crcDigits = 8
)

// ofTask says whether the entry carries a task.
func (e entry) ofTask() bool {
	return e.op != opOrder && e.op != opComments && e.op != opDay && e.op != opCompact && e.op != OpCloseParent
}

func (e entry) task() (fm.Task, error) {
	ed, err := parseLine(e.payload)
	return ed.task, err
}

// appendEntries renders a commit.
func appendEntries(b []byte, entries []entry) []byte {
	for i, e := range entries {
		op := string(e.op)
		if i < len(entries)-1 {
			op += moreMark
		}
		b = appendLine(b, e, op)
	}
	return b
}

func appendLine(b []byte, e entry, op string) []byte {
	start := len(b)
	b = append(b, "00000000 "...)
	b = strconv.AppendUint(b, e.seq, 10)
	b = append(b, ' ')
	b = strconv.AppendInt(b, e.at, 10)
	b = append(b, ' ')
	b = append(b, op...)
	b = append(b, ' ')
	b = append(b, e.id...)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(e.attempt), 10)
	b = append(b, ' ')
	b = append(b, cmp.Or(e.why, nobody)...)
	b = append(b, ' ')
	b = append(b, e.payload...)
	sum := crc32.Checksum(b[start+crcDigits+1:], crc32.MakeTable(crc32.Castagnoli))
	copy(b[start:], fmt.Sprintf("%08x", sum))
	return append(b, '\n')
}

// word encodes text as one word; "" is "-".
func word(s string) string {
	if s == "" {
		return nobody
	}
	s = strings.ReplaceAll(encode(s), " ", "%20")
	if s == nobody {
		return "%2D"
	}
	return s
}

func unword(s string) string {
	if s == nobody {
		return ""
	}
	return decode(s)
}

// readEntries reads whole commits from the start of data and returns how many
// bytes they took. What follows is a torn tail, or it is [ErrCorrupt]. So are
// entries that are missing: their numbers leave no gap, but where the ledger was
// written anew.
func readEntries(data []byte, last uint64) (entries []entry, taken int, err error) {
	entries = make([]entry, 0, bytes.Count(data, []byte{'\n'}))
	committed, known := 0, last
	gap := false // since the ledger was written anew
	rest := data
	for len(rest) > 0 {
		line, after, whole := bytes.Cut(rest, []byte{'\n'})
		e, more, ok := readEntry(line)
		if !whole || !ok || e.seq <= last {
			break
		}
		gap = e.op != opCompact && (gap || e.seq != last+1 && e.op != OpAdopt)
		last = e.seq
		rest = after
		if entries = append(entries, e); !more {
			committed, taken, known = len(entries), len(data)-len(rest), last
		}
	}
	// An append that was cut short leaves the beginning of it, perhaps with
	// zeros behind, and no line break. A whole line that does not read was
	// written whole and told to be durable: it was damaged since.
	switch {
	case gap:
		err = fmt.Errorf("%w: entries before %d are missing", ErrCorrupt, last)
	case bytes.IndexByte(rest, '\n') >= 0:
		err = fmt.Errorf("%w: what stands behind entry %d cannot be read", ErrCorrupt, known)
	}
	return entries[:committed], taken, err
}

// countTasks says how many tasks there are, unless the ledger was damaged: those
// of when it was written anew, and what was added since.
func countTasks(entries []entry) int {
	n := 0
	for _, e := range entries {
		if e.op == OpAdd || e.op == OpAdopt {
			n++
		}
		if e.op == opCompact {
			n = strings.Count(e.payload, ",") + 1
		}
	}
	return min(n, len(entries))
}

func readEntry(raw []byte) (e entry, more, ok bool) {
	if len(raw) < crcDigits+2 || raw[crcDigits] != ' ' {
		return entry{}, false, false
	}
	want, err := strconv.ParseUint(string(raw[:crcDigits]), 16, 32)
	if err != nil || crc32.Checksum(raw[crcDigits+1:], crc32.MakeTable(crc32.Castagnoli)) != uint32(want) {
		return entry{}, false, false
	}
	var words [6]string
	payload, ok := cutInto(words[:], string(raw[crcDigits+1:]), " ")
	if !ok {
		return entry{}, false, false
	}
	op, more := strings.CutSuffix(words[2], moreMark)
	e = entry{op: Op(op), id: words[3], why: words[5], payload: payload}
	var errs [3]error
	e.seq, errs[0] = strconv.ParseUint(words[0], 10, 64)
	e.at, errs[1] = strconv.ParseInt(words[1], 10, 64)
	e.attempt, errs[2] = strconv.Atoi(words[4])
	return e, more, errs == [3]error{}
}
