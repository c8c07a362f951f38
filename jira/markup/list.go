package markup

import (
	"strconv"
	"strings"
)

// deepest is how deep lists may nest. What is deeper stands there: an indent
// in every line must not make a text grow beyond all bounds.
const deepest = 8

// level is a list that is open.
type level struct {
	depth  int // its number of marks in the wiki text
	mark   byte
	count  int
	indent string // before its marks
	inside string // before what belongs to its items
}

// item begins an item of a list, with its marks in the wiki text.
func (r *reader) item(marks, text string) {
	r.flush()
	if len(r.lists) == 0 {
		r.w.blank()
	}
	depth, mark := min(len(marks), deepest), marks[len(marks)-1]
	for len(r.lists) > 0 && r.top().depth > depth {
		r.lists = r.lists[:len(r.lists)-1]
	}
	if len(r.lists) > 0 && r.top().depth == depth && (r.top().mark == '#') != (mark == '#') {
		r.lists = r.lists[:len(r.lists)-1]
	}
	if len(r.lists) == 0 || r.top().depth < depth {
		r.lists = append(r.lists, level{depth: depth, mark: mark, indent: r.inside()})
	}
	top := r.top()
	top.count++
	r.lead = "- "
	if top.mark == '#' {
		r.lead = strconv.Itoa(top.count) + ". "
	}
	top.inside = top.indent + strings.Repeat(" ", len(r.lead))
	r.fixed = top.indent
	r.lines = append(r.lines, text)
}

func (r *reader) top() *level { return &r.lists[len(r.lists)-1] }

// inside is the indent of what belongs to the current list item.
func (r *reader) inside() string {
	if len(r.lists) == 0 {
		return ""
	}
	return r.top().inside
}
