package disk

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// memory is a file system that can lose power. What was not synced is kept in
// part or not at all: the contents of files and the names in folders alike.
type memory struct {
	mu      sync.Mutex
	nodes   map[uint64]*node
	names   map[string]uint64
	durable map[string]uint64 // names after a power cut
	pending []rename          // names that no sync of their folder has made durable
	last    uint64
	clock   int64

	steps    int   // operations so far
	failAt   int   // the operation that fails, once; 0 for none
	powerOff int   // the operation before which the power goes; 0 for never
	syncs    int   // of files and folders so far
	failSync int   // the sync that fails, once; 0 for none
	sick     error // what needs room, or changes anything, fails with from failAt on; nil for nothing
	again    int   // syncs of a handle whose sync had failed before

	lazy mutant
}

// mutant is a way to break the promises of a disk, for control runs.
type mutant int

const (
	honest mutant = iota
	noFileSync
	noDirSync
)

// node is a file. Its bytes are never written over, so that copies share them.
type node struct {
	data, synced []byte
	mtime        int64
	poisoned     bool // a sync failed: the kernel dropped the data and says no more
	touched      bool // a person appended to it, and nobody synced it
	saved        bool // a person wrote it anew in place, and nobody synced it
}

// rename is a change of names: to which inode, 0 for none.
type rename map[string]uint64

var (
	errFault = errors.New("injected fault")
	errPower = errors.New("power is off")
)

func newMemory() *memory {
	return &memory{nodes: map[uint64]*node{}, names: map[string]uint64{}, durable: map[string]uint64{}}
}

func (m *memory) step() error {
	m.steps++
	m.clock++
	if m.powerOff > 0 && m.steps >= m.powerOff {
		return errPower
	}
	if m.steps == m.failAt && m.sick == nil {
		return errFault
	}
	return nil
}

// change is a step that takes room in the file system, or any other change of it.
func (m *memory) change(how demand) error {
	err := m.step()
	if err == nil && m.sick != nil && m.steps >= m.failAt && (how == room || errors.Is(m.sick, unix.EROFS)) {
		return m.sick
	}
	return err
}

// demand is what a change needs.
type demand int

const (
	room demand = iota // a full disk refuses it
	none
)

func (m *memory) set(r rename) {
	for name, ino := range r {
		if ino == 0 {
			delete(m.names, name)
		} else {
			m.names[name] = ino
		}
	}
	m.pending = append(m.pending, r)
}

// cut is what a power cut leaves of what was not synced.
type cut struct {
	data, names int  // percent of each file's end, and of the names the oldest
	odd         int  // percent of the end of every other file, when it is not data
	zeros       bool // instead of the data: there was room for it only
}

// outcomes are those that each moment is tried with.
func outcomes() []cut {
	shares := []int{0, 50, 100}
	var all []cut
	for _, data := range shares {
		for _, names := range shares {
			all = append(all, cut{data: data, names: names, odd: data})
		}
	}
	for _, names := range []int{0, 100} {
		all = append(all, cut{data: 0, odd: 100, names: names}, cut{data: 100, odd: 0, names: names})
	}
	return append(all, cut{data: 100, odd: 100, zeros: true}, cut{data: 100, odd: 100, names: 100, zeros: true})
}

// copied is the file system as it is, for another future.
func (m *memory) copied() *memory {
	n := newMemory()
	n.last, n.clock, n.steps, n.syncs = m.last, m.clock, m.steps, m.syncs
	n.names, n.durable, n.pending = maps.Clone(m.names), maps.Clone(m.durable), slices.Clone(m.pending)
	n.nodes = make(map[uint64]*node, len(m.nodes))
	for ino, f := range m.nodes {
		one := *f
		n.nodes[ino] = &one
	}
	return n
}

// reboot is the file system after a power cut.
func (m *memory) reboot(c cut) *memory {
	n := newMemory()
	n.last, n.clock = m.last, m.clock
	n.names = maps.Clone(m.durable)
	for _, r := range m.pending[:len(m.pending)*c.names/100] {
		n.set(r)
	}
	n.durable, n.pending = maps.Clone(n.names), nil
	for ino, f := range m.nodes {
		kept := f.survives(c, ino)
		n.nodes[ino] = &node{data: kept, synced: kept, mtime: f.mtime}
	}
	return n
}

// survives is what is left of a file.
func (f *node) survives(c cut, ino uint64) []byte {
	percent := c.data
	if ino%2 == 1 {
		percent = c.odd
	}
	switch {
	case f.saved && percent == 0:
		return f.synced
	case f.saved && percent < 100:
		return f.data[:len(f.data)/3]
	case f.saved || percent == 100 && !c.zeros:
		return f.data
	case len(f.data) <= len(f.synced):
		return f.synced
	}
	rest := f.data[len(f.synced):]
	if rest = rest[:len(rest)*percent/100]; c.zeros {
		rest = make([]byte, len(rest))
	}
	return slices.Concat(f.synced, rest)
}

func (m *memory) open(name string, flag int, _ os.FileMode) (file, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ino, ok := m.names[name]
	if err := m.toOpen(flag, ok); err != nil {
		return nil, err
	}
	switch {
	case ok && flag&os.O_EXCL != 0:
		return nil, &os.PathError{Op: "open", Path: name, Err: fs.ErrExist}
	case !ok && flag&os.O_CREATE != 0:
		m.last++
		ino = m.last
		m.nodes[ino] = &node{mtime: m.clock}
		m.set(rename{name: ino})
	case !ok && filepath.Ext(name) == "" && filepath.Base(name) != "ledger":
		return &memFile{m: m, dir: name}, nil
	case !ok:
		return nil, &os.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &memFile{m: m, ino: ino}, nil
}

func (m *memory) toOpen(flag int, there bool) error {
	switch {
	case flag&os.O_CREATE != 0 && !there:
		return m.change(room)
	case flag&(os.O_WRONLY|os.O_RDWR) != 0:
		return m.change(none)
	}
	return m.step()
}

func (m *memory) move(from, to string, how moveKind) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.change(room); err != nil {
		return err
	}
	a, okA := m.names[from]
	b, okB := m.names[to]
	switch {
	case !okA, how == exchanging && !okB:
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrNotExist}
	case (how == creating || how == linking) && okB:
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist}
	case how == exchanging:
		m.set(rename{from: b, to: a})
	case how == linking:
		m.set(rename{to: a})
	default:
		m.set(rename{from: 0, to: a})
	}
	return nil
}

func (m *memory) remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.change(none); err != nil {
		return err
	}
	if _, ok := m.names[name]; !ok {
		return &os.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	m.set(rename{name: 0})
	return nil
}

func (m *memory) stat(name string) (info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.step(); err != nil {
		return info{}, err
	}
	ino, ok := m.names[name]
	if !ok {
		return info{}, &os.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return m.infoOf(ino), nil
}

func (m *memory) infoOf(ino uint64) info {
	n := m.nodes[ino]
	return info{ino: ino, size: int64(len(n.data)), mtime: n.mtime, regular: true, perm: 0o644}
}

func (m *memory) list(dir string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.step(); err != nil {
		return nil, err
	}
	var names []string
	for name := range m.names {
		if filepath.Dir(name) == dir {
			names = append(names, filepath.Base(name))
		}
	}
	slices.Sort(names)
	return names, nil
}

type memFile struct {
	m      *memory
	ino    uint64
	dir    string
	failed bool // a sync through it failed
}

func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.m.step(); err != nil {
		return 0, err
	}
	data := f.m.nodes[f.ino].data
	if off >= int64(len(data)) {
		return 0, io.EOF
	}
	n := copy(p, data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Write appends; a fault leaves half of it, as a full disk does.
func (f *memFile) Write(p []byte) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	err := f.m.change(room)
	if errors.Is(err, errPower) || errors.Is(err, unix.EROFS) {
		return 0, err
	}
	n := f.m.nodes[f.ino]
	n.mtime = f.m.clock
	if err != nil {
		n.data = append(slices.Clip(n.data), p[:len(p)/2]...)
		return len(p) / 2, unix.ENOSPC
	}
	n.data = append(slices.Clip(n.data), p...)
	return len(p), nil
}

func (f *memFile) Sync() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	err := f.m.change(none)
	f.m.syncs++
	if f.m.syncs == f.m.failSync {
		err = errFault
	}
	if f.failed {
		f.m.again++
	}
	f.failed = f.failed || err != nil
	switch {
	case errors.Is(err, errPower), errors.Is(err, unix.EROFS):
		return err
	case f.dir != "":
		return f.syncNames(err)
	}
	n := f.m.nodes[f.ino]
	if err != nil {
		n.poisoned = true
		return unix.EIO
	}
	if !n.poisoned && f.m.lazy != noFileSync {
		n.synced, n.saved, n.touched = n.data, false, false
	}
	return nil
}

func (f *memFile) syncNames(err error) error {
	if err != nil || f.m.lazy == noDirSync {
		return err
	}
	var rest []rename
	for _, r := range f.m.pending {
		mine := false
		for name := range r {
			mine = mine || filepath.Dir(name) == f.dir
		}
		if !mine {
			rest = append(rest, r)
			continue
		}
		for name, ino := range r {
			if ino == 0 {
				delete(f.m.durable, name)
			} else {
				f.m.durable[name] = ino
			}
		}
	}
	f.m.pending = rest
	return nil
}

func (f *memFile) Truncate(size int64) error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.m.change(none); err != nil {
		return err
	}
	n := f.m.nodes[f.ino]
	n.data = slices.Clip(n.data[:min(size, int64(len(n.data)))])
	n.mtime = f.m.clock
	return nil
}

func (f *memFile) Close() error { return nil }

func (f *memFile) info() (info, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.m.step(); err != nil {
		return info{}, err
	}
	return f.m.infoOf(f.ino), nil
}
