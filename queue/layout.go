package queue

import (
	"maps"
	"slices"
	"strings"

	"github.com/founder-mode/fm"
)

// mergeComments makes the comments what the text says.
func mergeComments(d *draft, v view) {
	blocks := v.comments()
	ids := make(map[fm.TaskID]bool)
	for id := range blocks {
		ids[id] = true
	}
	for id := range d.state.comments {
		ids[id] = true
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		setComments(d, id, blocks[id])
	}
}

// addComments puts those comments at the end that are nowhere yet.
func addComments(d *draft, v view) {
	known := make(map[string]bool)
	for _, block := range d.state.comments {
		for _, line := range block {
			known[line] = true
		}
	}
	end := slices.Clone(d.state.comments[""])
	for _, block := range v.blocks() {
		for _, line := range block {
			if strings.TrimSpace(line) != "" && !known[line] {
				known[line] = true
				end = append(end, line)
			}
		}
	}
	setComments(d, "", end)
}

// blocks lists the comments in the order of the text.
func (v *view) blocks() [][]string {
	var blocks [][]string
	for _, l := range v.lines {
		blocks = append(blocks, l.above)
	}
	return append(blocks, v.end)
}

func setComments(d *draft, above fm.TaskID, lines []string) {
	if slices.Equal(lines, d.state.comments[above]) {
		return
	}
	e := entry{op: opComments, id: string(above)}
	if len(lines) > 0 {
		e.payload = packComments(lines)
	}
	d.add(e)
}

// mergeOrder makes the order of the tasks that of the lines. Tasks without a
// line keep their place behind the one that they stood behind.
func mergeOrder(d *draft, v view) {
	after := slices.Clone(d.state.order) // as it will be when the draft is applied
	added := make(map[fm.TaskID]bool)
	for _, e := range d.entries {
		if id := fm.TaskID(e.id); e.ofTask() && d.state.records[id] == nil && !added[id] {
			added[id] = true
			after = append(after, id)
		}
	}
	named := make(map[fm.TaskID]bool, len(v.lines))
	var order []fm.TaskID
	for _, l := range v.lines {
		if id := l.edit.task.ID; !named[id] {
			named[id] = true
			order = append(order, id)
		}
	}
	if want := interleave(after, order, named); !slices.Equal(want, after) {
		d.add(entry{op: opOrder, payload: joinIDs(want)})
	}
}

func joinIDs(ids []fm.TaskID) string { return writeDeps(ids) }
