package queue

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/founder-mode/fm"
)

// badMark begins a line that could not be read. It stays in the view as a
// comment; a person who repairs it takes the mark off.
const badMark = "#!bad "

// seqMark stands before the ledger sequence in the header. It tells when a
// copy of the file was made, so that a line that is missing from an old copy
// is not taken for deleted.
const seqMark = " — s="

const zero = "\x00"

// view is a text of the view, read.
type view struct {
	seq    uint64 // of the header; 0 when there is none
	lines  []viewLine
	end    []string // comments behind the last task
	bad    []badLine
	torn   string // behind the last line break
	header bool
	broken bool // the header has no number where one belongs
}

type viewLine struct {
	raw   string
	above []string // comments and blank lines
	edit  edit
}

type badLine struct {
	raw string
	err error
}

// readView reads a text of the view. Every line of it is in the result. Zeros in
// front of a line, or at the end, stand where a power cut left room for what was
// never written: they are nobody's text.
func readView(text []byte) view {
	var v view
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	end := bytes.LastIndexByte(text, '\n') + 1
	v.torn = strings.Trim(string(text[end:]), zero)
	var above []string
	for line := range strings.Lines(string(text[:end])) {
		line = strings.TrimLeft(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"), zero)
		switch {
		case strings.HasPrefix(line, headerMark):
			v.readHeader(line)
			continue
		case isComment(line):
			above = append(above, line)
			continue
		}
		e, err := parseLine(line)
		if err != nil {
			v.bad = append(v.bad, badLine{raw: line, err: err})
			above = append(above, badMark+line)
			continue
		}
		v.lines = append(v.lines, viewLine{raw: line, above: above, edit: e})
		above = nil
	}
	v.end = above
	return v
}

func (v *view) readHeader(line string) {
	v.header = true
	if _, s, ok := strings.Cut(line, seqMark); ok {
		n, err := strconv.ParseUint(s, 10, 64)
		if v.broken = err != nil; !v.broken {
			v.seq = n
		}
	}
}

// headerSeq is the ledger sequence in the first line of a text; 0 for none.
func headerSeq(text []byte) uint64 {
	head, _, _ := bytes.Cut(bytes.TrimPrefix(text, []byte("\ufeff")), []byte{'\n'})
	var v view
	if line := strings.TrimSuffix(string(head), "\r"); strings.HasPrefix(line, headerMark) {
		v.readHeader(line)
	}
	return v.seq
}

func isComment(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || line[0] == '#'
}

// comments groups the comments by the task that they stand above.
func (v *view) comments() map[fm.TaskID][]string {
	blocks := make(map[fm.TaskID][]string)
	for _, l := range v.lines {
		if len(l.above) > 0 {
			id := l.edit.task.ID
			blocks[id] = append(blocks[id], l.above...)
		}
	}
	if len(v.end) > 0 {
		blocks[""] = v.end
	}
	return blocks
}

// render writes the view. Tasks in missing are left out: a person took their
// lines away, and it is not settled yet whether on purpose.
func render(s *state, missing map[fm.TaskID]bool) []byte {
	var b bytes.Buffer
	b.Grow(1024 + 128*len(s.order)) // a guess at most of it
	b.WriteString(header + seqMark + strconv.FormatUint(s.seq, 10) + "\n")
	for _, id := range s.order {
		r := s.records[id]
		for _, c := range s.comments[id] {
			b.WriteString(c)
			b.WriteByte('\n')
		}
		if !r.hidden && !missing[id] {
			b.WriteString(r.line)
			b.WriteByte('\n')
		}
	}
	for _, c := range s.comments[""] {
		b.WriteString(c + "\n")
	}
	return b.Bytes()
}

// sameView says whether two texts differ at most in the header.
func sameView(a, b []byte) bool {
	_, restA, okA := bytes.Cut(a, []byte{'\n'})
	_, restB, okB := bytes.Cut(b, []byte{'\n'})
	return okA && okB && bytes.HasPrefix(a, []byte(headerMark)) && bytes.HasPrefix(b, []byte(headerMark)) && bytes.Equal(restA, restB)
}
