package disk

import "slices"

// What a person does to the files: no operation of fm's, and synced by nobody.

// hands are those of a person; there are none when the power is off.
func (m *memory) hands(do func()) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.powerOff > 0 && m.steps >= m.powerOff {
		return false
	}
	m.clock++
	do()
	return true
}

func (m *memory) at(name string) *node { return m.nodes[m.names[name]] }

// echo is `echo text >> name`, of a file that is there.
func (m *memory) echo(name, text string) (did bool) {
	return m.hands(func() {
		if n := m.at(name); n != nil {
			n.data, n.mtime, n.touched, did = append(slices.Clip(n.data), text...), m.clock, true, true
		}
	}) && did
}

// save writes a file anew in place.
func (m *memory) save(name string, edit func(string) string) {
	m.hands(func() {
		if n := m.at(name); n != nil {
			n.data, n.mtime, n.saved = []byte(edit(string(n.data))), m.clock, true
		}
	})
}

// exchange saves as vim and sed -i do: a new file takes the place of the old one.
func (m *memory) exchange(name string, edit func(string) string) {
	m.hands(func() {
		if old := m.at(name); old != nil {
			m.last++
			m.nodes[m.last] = &node{data: []byte(edit(string(old.data))), mtime: m.clock, saved: true}
			m.set(rename{name: m.last})
		}
	})
}

func (m *memory) unlink(name string) {
	m.hands(func() {
		if m.at(name) != nil {
			m.set(rename{name: 0})
		}
	})
}

// rot changes a file on the disk itself.
func (m *memory) rot(name string, edit func(string) string) {
	m.hands(func() {
		if n := m.at(name); n != nil {
			n.data = []byte(edit(string(n.data)))
			n.synced, n.mtime = n.data, m.clock
		}
	})
}

func (m *memory) text(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := m.at(name); n != nil {
		return string(n.data)
	}
	return ""
}
